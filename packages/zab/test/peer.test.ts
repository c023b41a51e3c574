import { isQuorateError } from '@quorate/interfaces';
import { memoryNetwork } from '@quorate/transport-memory';
import { expect, test } from 'vitest';
import type { Peer, PeerStatus } from '../src/index.js';
import { type Adder, addRequest } from './support/adder.js';
import { add, makePeer, members } from './support/ensemble.js';
import { ManualClock } from './support/manual-clock.js';
import { type MemoryDisk, memoryDisk } from './support/memory-stores.js';

interface World {
  readonly clock: ManualClock;
  readonly disks: MemoryDisk[];
  readonly peers: Peer<Adder>[];
  readonly fatal: Error[];
  start(id: number): Promise<void>;
  leader(): Peer<Adder>;
}

async function world(voters: number, observers = 0, snapshot?: { every: number; retain: number }): Promise<World> {
  const clock = new ManualClock();
  const network = memoryNetwork(clock);
  const all = members(voters, observers);
  const fatal: Error[] = [];
  const disks = all.map(() => memoryDisk());
  const peers: Peer<Adder>[] = [];
  const start = async (id: number): Promise<void> => {
    const peer = makePeer(id, all, network, clock, disks[id - 1]!, { onFatal: (error) => fatal.push(error) }, snapshot);
    peers[id - 1] = peer;
    await clock.run('it starts', peer.start());
  };
  for (const { id } of all) await start(id);
  await clock.until('everybody serves', () => peers.every((peer) => peer.serving));
  const leader = (): Peer<Adder> => peers.find((peer) => peer.serving && peer.status.role === 'leading')!;
  return { clock, disks, peers, fatal, start, leader };
}

async function adding({ clock }: World, peer: Peer<Adder>, n: number): Promise<number> {
  return (await clock.run(`an answer to +${n}`, add(peer, n))).total;
}

/** Closing may have to wait for turns. */
async function closing(clock: ManualClock, peers: readonly Peer<Adder>[]): Promise<void> {
  await clock.run('the peers close', Promise.all(peers.map((peer) => peer.close())));
}

async function close({ clock, peers, fatal }: World): Promise<void> {
  await closing(clock, peers);
  expect(fatal).toEqual([]);
}

test('one voter is an ensemble: requests of one turn share one batch and one sync', async () => {
  const w = await world(1);
  const [peer] = w.peers as [Peer<Adder>];
  const before = peer.counters.syncs;
  const totals = await w.clock.run('three answers', Promise.all([add(peer, 1), add(peer, 2), add(peer, 3)]));
  expect(totals.map((each) => each.total)).toEqual([1, 3, 6]);
  expect(w.disks[0]!.batches).toHaveLength(1);
  expect(peer.counters.syncs - before).toBe(1);
  await close(w);
});

test('submit works on leader, followers and observers, and settles in order', async () => {
  const w = await world(3, 1);
  for (const [i, peer] of w.peers.entries()) expect(await adding(w, peer, 1)).toBe(i + 1);
  await w.clock.until('all have it', () => w.peers.every((peer) => peer.stateMachine.total === 4));
  await close(w);
});

test('a refusal reaches the submitter, on any role, and uses no zxid', async () => {
  const w = await world(3);
  for (const peer of w.peers) await expect(adding(w, peer, -5)).rejects.toThrow('refused');
  expect(w.leader().status.lastLogged % 2 ** 32).toBe(0);
  await close(w);
});

test('a leader that has lost its quorum refuses nothing any more: its state may be stale', async () => {
  const w = await world(3);
  const leader = w.leader();
  await closing(
    w.clock,
    w.peers.filter((peer) => peer !== leader),
  );
  expect(leader.status.role).toBe('leading');
  const outcome = await w.clock.run(
    'an outcome',
    add(leader, -5).catch((error: Error) => error),
  );
  expect(isQuorateError(outcome) && outcome.code).toBe('OUTCOME_UNKNOWN');
  await close(w);
});

test('when the leader goes, another one leads with everything that was committed', async () => {
  const w = await world(3);
  await adding(w, w.leader(), 41);
  const old = w.leader();
  const epoch = old.status.epoch;
  await closing(w.clock, [old]);
  const rest = w.peers.filter((peer) => peer !== old);
  await w.clock.until('a new leader', () => rest.every((peer) => peer.serving && peer.status.epoch > epoch));
  for (const peer of rest) expect(await adding(w, peer, 1)).toBeGreaterThan(41);
  await close(w);
});

test('DIFF: a follower that was away fetches what it missed', async () => {
  const w = await world(3);
  const away = w.peers.find((peer) => peer.status.role === 'following')!;
  const id = away.status.id;
  await closing(w.clock, [away]);
  for (let i = 0; i < 20; i++) await adding(w, w.leader(), 1);
  await w.start(id);
  await w.clock.until('it has caught up', () => w.peers[id - 1]!.serving && w.peers[id - 1]!.stateMachine.total === 20);
  expect(w.peers[id - 1]!.counters).toMatchObject({ diffs: 1, truncs: 0, snaps: 0 });
  await close(w);
});

test('SNAP: a follower without a disk gets the stored snapshot and what follows it', async () => {
  const w = await world(3, 0, { every: 10, retain: 1 });
  const away = w.peers.find((peer) => peer.status.role === 'following')!;
  const id = away.status.id;
  await closing(w.clock, [away]);
  for (let i = 0; i < 50; i++) await adding(w, w.leader(), 1);
  w.disks[id - 1] = memoryDisk();
  await w.start(id);
  await w.clock.until('it has caught up', () => w.peers[id - 1]!.serving && w.peers[id - 1]!.stateMachine.total === 50);
  expect(w.peers[id - 1]!.counters.snaps).toBe(1);
  expect(w.disks[id - 1]!.base).toBeGreaterThan(0);
  await close(w);
});

test('TRUNC: what only a deposed leader had is discarded', async () => {
  const w = await world(3);
  await adding(w, w.leader(), 1);
  const old = w.leader();
  const id = old.status.id;
  const others = w.peers.filter((peer) => peer !== old);
  const batch = w.disks[id - 1]!.batches.at(-1)!;
  // The other two go first; what the leader takes then stays on its disk alone.
  await closing(w.clock, others);
  const lost = add(old, 100).catch((error: Error) => error);
  await w.clock.until('it is on disk', () => w.disks[id - 1]!.batches.at(-1) !== batch);
  await closing(w.clock, [old]);
  const outcome = await lost;
  expect(isQuorateError(outcome) && outcome.code).toBe('OUTCOME_UNKNOWN');
  for (const peer of others) await w.start(peer.status.id);
  const two = (): Peer<Adder>[] => w.peers.filter((peer) => peer.status.id !== id);
  await w.clock.until('two serve', () => two().every((peer) => peer.serving));
  expect(await adding(w, two()[0]!, 1)).toBe(2);
  await w.start(id);
  await w.clock.until('all agree', () => w.peers.every((peer) => peer.serving && peer.stateMachine.total === 2));
  expect(w.peers[id - 1]!.counters.truncs).toBe(1);
  await close(w);
});

test('a restart of all keeps everything that was acknowledged', async () => {
  const w = await world(3, 0, { every: 7, retain: 2 });
  for (let i = 1; i <= 30; i++) expect(await adding(w, w.peers[i % 3]!, 1)).toBe(i);
  await close(w);
  for (const id of [1, 2, 3]) await w.start(id);
  await w.clock.until('everybody serves', () => w.peers.every((peer) => peer.serving));
  expect(w.peers.map((peer) => peer.stateMachine.total)).toEqual([30, 30, 30]);
  await close(w);
});

test('a barrier settles after everything committed before it is applied here', async () => {
  const w = await world(3, 1);
  const observer = w.peers[3]!;
  await adding(w, w.leader(), 7);
  let seen: number | undefined;
  observer.barrier({
    settle: () => {
      seen = observer.stateMachine.total;
    },
    fail: (error) => {
      throw error;
    },
  });
  await w.clock.until('the barrier', () => seen !== undefined);
  expect(seen).toBe(7);
  await close(w);
});

test('a server without a part in a quorum says so instead of waiting', async () => {
  const w = await world(3);
  const [one, two, three] = w.peers as [Peer<Adder>, Peer<Adder>, Peer<Adder>];
  await closing(w.clock, [two, three]);
  await w.clock.until('it looks', () => one.status.role === 'looking');
  await expect(add(one, 1)).rejects.toThrow(/no part in a quorum/);
  await close(w);
});

test('a server that lost its leader while its disk is behind waits for the disk, then votes (ReportedPosition)', async () => {
  const w = await world(3);
  const follower = w.peers.find((peer) => peer.status.role === 'following')!;
  const disk = w.disks[follower.status.id - 1]!;
  const leader = w.leader();
  disk.stalled = true;
  expect(await adding(w, leader, 1)).toBe(1);
  await closing(w.clock, [leader]);
  await w.clock.until('it looks', () => follower.status.role === 'looking');
  const others = w.peers.filter((peer) => peer !== follower && peer !== leader);
  const now = w.clock.now();
  await w.clock.until('time passes', () => w.clock.now() > now + 1000);
  expect([follower, ...others].some((peer) => peer.serving)).toBe(false);
  disk.stalled = false;
  disk.released();
  await w.clock.until('they serve', () => follower.serving && others[0]!.serving);
  expect(await adding(w, follower, 1)).toBe(2);
  await close(w);
});

test('what servers tell each other arrives', async () => {
  const clock = new ManualClock();
  const network = memoryNetwork(clock);
  const all = members(3);
  const heard: string[] = [];
  const statuses: PeerStatus[] = [];
  const peers = all.map(({ id }) =>
    makePeer(id, all, network, clock, memoryDisk(), {
      onLearnerMessage: (from, bytes) => heard.push(`${from}→leader ${bytes[0]}`),
      onLeaderMessage: (bytes) => heard.push(`leader→${id} ${bytes[0]}`),
      onStatus: (status) => statuses.push(status),
    }),
  );
  await clock.run('they start', Promise.all(peers.map((peer) => peer.start())));
  await clock.until('everybody serves', () => peers.every((peer) => peer.serving));
  const leader = peers.find((peer) => peer.status.role === 'leading')!;
  const follower = peers.find((peer) => peer.status.role === 'following')!;
  follower.tellLeader(new Uint8Array([5]));
  leader.tellLearner(follower.status.id, new Uint8Array([6]));
  await clock.until('both', () => heard.length === 2);
  const id = follower.status.id;
  expect(heard.sort()).toEqual([`${id}→leader 5`, `leader→${id} 6`]);
  expect(statuses.some((status) => status.role === 'looking')).toBe(true);
  await closing(clock, peers);
});

test('data of another server is refused in words', async () => {
  const clock = new ManualClock();
  const disk = memoryDisk();
  const first = makePeer(1, members(1), memoryNetwork(clock), clock, disk);
  await clock.run('it starts', first.start());
  await clock.until('it serves', () => first.serving);
  await closing(clock, [first]);
  const second = makePeer(2, members(3), memoryNetwork(clock), clock, disk);
  await expect(clock.run('a start', second.start())).rejects.toThrow(
    /belongs to server 1, but this is server 2: check myid/,
  );
});

test('bytes of a stranger on the peer ports disturb nobody', async () => {
  const clock = new ManualClock();
  const network = memoryNetwork(clock);
  const all = members(3);
  const peers = all.map(({ id }) => makePeer(id, all, network, clock));
  await clock.run('they start', Promise.all(peers.map((peer) => peer.start())));
  await clock.until('everybody serves', () => peers.every((peer) => peer.serving));
  let closed = 0;
  for (const address of ['s1:2888', 's2:2888', 's3:2888', 's1:3888', 's2:3888', 's3:3888']) {
    for (const bytes of [
      [0, 0, 0, 5, 1, 2, 3, 4, 5],
      [255, 255, 255, 255],
      [0, 0, 0, 1, 41],
      [0, 0, 0, 1, 99],
    ]) {
      const connection = await clock.run('a dial', network.transport('stranger').dial(address));
      connection.open({ onData: () => {}, onDrain: () => {}, onClose: () => (closed += 1) });
      connection.send(new Uint8Array(bytes));
    }
  }
  await clock.until('they are thrown out', () => closed === 24);
  const epochs = new Set(peers.map((peer) => peer.status.epoch));
  expect([...epochs]).toEqual([1]);
  expect(await clock.run('service goes on', peers[0]!.replicate(addRequest(3)))).toBe(3);
  await closing(clock, peers);
});
