import { afterEach, expect, test } from 'vitest';
import { Connection } from '../support/connection.js';
import { Ensemble, type EnsembleOptions } from '../support/ensemble.js';
import { OP, request, ZK } from '../support/jute.js';
import { TARGET } from '../support/server-command.js';
import { treesDiffer } from '../support/tree.js';
import { pause, waitUntil } from '../support/wait.js';

const TICK_MS = 500;
const SYNC_LIMIT = 4;

let ensemble: Ensemble;
afterEach(() => ensemble?.dispose());

async function startThree(config: EnsembleOptions['config'] = {}): Promise<{ leader: number; follower: number }> {
  ensemble = await Ensemble.start({ config: { tickTime: TICK_MS, syncLimit: SYNC_LIMIT, ...config } });
  const leader = await ensemble.waitForAll();
  return { leader, follower: ensemble.ids.find((id) => id !== leader)! };
}

/** Creates nodes `<prefix>0 …` through one server and waits for every reply. */
async function writeThrough(id: number, prefix: string, count: number): Promise<void> {
  const connection = await Connection.open(ensemble.clientPort(id), { within: 10_000 });
  try {
    const replies = await Promise.all(
      Array.from({ length: count }, (_, i) => connection.call(OP.create, request.create(`${prefix}${i}`, `data ${i}`))),
    );
    expect(replies.map(({ error }) => error).filter((error) => error !== ZK.ok)).toEqual([]);
  } finally {
    await connection.close();
  }
}

async function expectSameTrees(): Promise<void> {
  await ensemble.waitForAll();
  await ensemble.waitForSameZxid();
  const wrong = await treesDiffer(ensemble.clientPorts);
  expect(wrong, wrong.length > 0 ? await ensemble.report() : '').toEqual([]);
}

/** How a server's synchronizations began, since it started. Apache counts them at the leader, and no TRUNC. */
async function expectCount(id: number, key: 'diff' | 'trunc' | 'snap', count: number): Promise<void> {
  if (TARGET === 'quorate') expect((await ensemble.mntr(id)).get(`zk_${key}_count`)).toBe(String(count));
}

test('DIFF: a follower that was away is given what it missed', async () => {
  const { leader, follower } = await startThree();
  await writeThrough(leader, '/before-', 20);
  await ensemble.kill(follower);
  await writeThrough(leader, '/meanwhile-', 100);
  ensemble.start(follower);
  await expectSameTrees();
  await expectCount(follower, 'diff', 1);
});

test('SNAP: a follower with an empty disk is given everything', async () => {
  const { leader, follower } = await startThree({ snapCount: 100 });
  await writeThrough(leader, '/before-', 1_000);
  await ensemble.kill(follower);
  await writeThrough(leader, '/meanwhile-', 1_000);
  ensemble.wipe(follower);
  ensemble.start(follower);
  await expectSameTrees();
  await expectCount(follower, 'snap', 1);
});

test('SNAP: what it was given survives the follower’s own death', async () => {
  const { leader, follower } = await startThree({ snapCount: 100 });
  await writeThrough(leader, '/before-', 1_000);
  await ensemble.kill(follower);
  ensemble.wipe(follower);
  ensemble.start(follower);
  await ensemble.waitForAll();
  await writeThrough(follower, '/after-', 50);
  await ensemble.kill(follower);
  ensemble.start(follower);
  await expectSameTrees();
});

/** Stops both followers and has the leader log three writes that nobody else has on disk; then kills it. */
async function writeAlone(leader: number, followers: readonly number[]): Promise<void> {
  await writeThrough(leader, '/agreed-', 20);
  const connection = await Connection.open(ensemble.clientPort(leader));
  for (const id of followers) ensemble.pause(id);
  const alone = [0, 1, 2].map((i) =>
    connection.call(OP.create, request.create(`/alone-${i}`, '')).then(
      () => 'acknowledged',
      () => 'unknown',
    ),
  );
  await waitUntil('the leader has taken the writes', async () => {
    const outstanding = Number((await ensemble.mntr(leader)).get('zk_outstanding_requests'));
    return outstanding >= alone.length;
  });
  // Long enough for the leader's own disk, far from enough for it to give its followers up.
  await pause(TICK_MS / 2);
  await ensemble.kill(leader);
  expect(await Promise.all(alone)).toEqual(['unknown', 'unknown', 'unknown']);
}

/** Has the others elect a leader and write, then starts the deposed one, which must give up what it alone had. */
async function expectDiscarded(deposed: number): Promise<void> {
  const next = await ensemble.waitForLeader([deposed]);
  await writeThrough(next, '/later-', 20);
  ensemble.start(deposed);
  await expectSameTrees();
  await expectCount(deposed, 'trunc', 1);
  const reader = await Connection.open(ensemble.clientPort(deposed));
  expect((await reader.call(OP.exists, request.read('/alone-0'))).error).toBe(ZK.noNode);
  expect((await reader.call(OP.exists, request.read('/later-0'))).error).toBe(ZK.ok);
  await reader.close();
}

test('TRUNC: what only a deposed leader had is discarded', async () => {
  const { leader } = await startThree();
  const followers = ensemble.ids.filter((id) => id !== leader);
  await writeAlone(leader, followers);
  // With the followers goes what the leader had sent them and they had not read.
  await Promise.all(followers.map((id) => ensemble.kill(id)));
  for (const id of followers) ensemble.start(id);
  await expectDiscarded(leader);
});

// Apache's followers first take what lies in their sockets, and so may agree to it after all.
if (TARGET === 'quorate') {
  test('TRUNC: followers that stood still beyond syncLimit take nothing more from their old leader', async () => {
    const { leader } = await startThree();
    const followers = ensemble.ids.filter((id) => id !== leader);
    await writeAlone(leader, followers);
    await pause(SYNC_LIMIT * TICK_MS);
    for (const id of followers) ensemble.resume(id);
    await expectDiscarded(leader);
  });
}
