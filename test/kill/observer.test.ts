import { afterEach, expect, test } from 'vitest';
import { Connection } from '../support/connection.js';
import { Ensemble } from '../support/ensemble.js';
import { OP, request, ZK } from '../support/jute.js';
import { treesDiffer } from '../support/tree.js';
import { waitUntil } from '../support/wait.js';

const TICK_MS = 500;
const OBSERVER = 4;

let ensemble: Ensemble;
afterEach(() => ensemble?.dispose());

async function startWithObserver(): Promise<number> {
  ensemble = await Ensemble.start({ observers: 1, config: { tickTime: TICK_MS } });
  return ensemble.waitForAll();
}

test('an observer serves reads, forwards writes, and sees what others write', async () => {
  const leader = await startWithObserver();
  const [through, other] = [
    await Connection.open(ensemble.clientPort(OBSERVER)),
    await Connection.open(ensemble.clientPort(leader)),
  ];
  expect((await through.call(OP.create, request.create('/forwarded', 'x', 0))).error).toBe(ZK.ok);
  const events: string[] = [];
  through.onEvent = ({ type, path }) => events.push(`${type} ${path}`);
  await through.call(OP.getData, request.read('/forwarded', true));
  expect((await other.call(OP.setData, request.setData('/forwarded', 'y', 0))).error).toBe(ZK.ok);
  await waitUntil('the observer’s client hears of the change', () => events.length === 1);
  expect(events).toEqual(['3 /forwarded']);
  expect((await through.call(OP.getData, request.read('/forwarded'))).body.buffer().toString()).toBe('y');
  await through.close();
  await other.close();
  expect((await ensemble.fourLetter(OBSERVER, 'srvr')).includes('Mode: observer')).toBe(true);
  await ensemble.waitForSameZxid();
  expect(await treesDiffer(ensemble.clientPorts)).toEqual([]);
});

test.each(['killed', 'paused'] as const)('writes go on without delay when an observer is %s', async (fate) => {
  const leader = await startWithObserver();
  const connection = await Connection.open(ensemble.clientPort(leader));
  await connection.call(OP.create, request.create('/n', ''));
  const slowest = async (count: number): Promise<number> => {
    let worst = 0;
    for (let i = 0; i < count; i++) {
      const began = performance.now();
      expect((await connection.call(OP.setData, request.setData('/n', String(i), -1))).error).toBe(ZK.ok);
      worst = Math.max(worst, performance.now() - began);
    }
    return worst;
  };
  await slowest(100);
  if (fate === 'killed') await ensemble.kill(OBSERVER);
  else ensemble.pause(OBSERVER);
  // Whoever waited for the observer would wait for syncLimit ticks.
  expect(await slowest(500)).toBeLessThan(2 * TICK_MS);
  await connection.close();
  if (fate === 'killed') ensemble.start(OBSERVER);
  else ensemble.resume(OBSERVER);
  await ensemble.waitForAll();
  await ensemble.waitForSameZxid();
  expect(await treesDiffer(ensemble.clientPorts)).toEqual([]);
});

test('an observer never counts: with one voter of three left nobody serves', async () => {
  const leader = await startWithObserver();
  const voters = ensemble.ids.filter((id) => id !== OBSERVER);
  const left = voters.find((id) => id !== leader)!;
  await Promise.all(voters.filter((id) => id !== left).map((id) => ensemble.kill(id)));
  const silent = async () => !(await ensemble.serves(left)) && !(await ensemble.serves(OBSERVER));
  await waitUntil('neither the last voter nor the observer serves', silent, { explain: () => ensemble.report() });
  for (const id of voters) if (id !== left) ensemble.start(id);
  await ensemble.waitForAll();
  const connection = await Connection.open(ensemble.clientPort(OBSERVER));
  expect((await connection.call(OP.create, request.create('/again', ''))).error).toBe(ZK.ok);
  await connection.close();
});
