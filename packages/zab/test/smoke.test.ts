import { systemClock } from '@quorate/clock-system';
import { memoryNetwork } from '@quorate/transport-memory';
import { expect, test } from 'vitest';
import { add, makePeer, members } from './support/ensemble.js';

async function until(what: string, condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (condition()) return;
    await new Promise((r) => setTimeout(r, 2));
  }
  throw new Error(`never: ${what}`);
}

test('one voter', async () => {
  const clock = systemClock();
  const peer = makePeer(1, members(1), memoryNetwork(clock), clock, undefined, { onFatal: (e) => console.log(e) });
  await peer.start();
  await until('serving', () => peer.serving);
  expect((await add(peer, 5)).total).toBe(5);
  const all = await Promise.all([add(peer, 1), add(peer, 2), add(peer, 3)]);
  expect(all.map((r) => r.total)).toEqual([6, 8, 11]);
  await expect(add(peer, -100)).rejects.toThrow('refused');
  await peer.close();
});

test('three voters and an observer', async () => {
  const clock = systemClock();
  const net = memoryNetwork(clock);
  const all = members(3, 1);
  const peers = all.map((m) =>
    makePeer(m.id, all, net, clock, undefined, {
      onFatal: (e) => console.log(m.id, e),
      onNotice: (t) => console.log(m.id, t),
      onStatus: (s) => console.log(m.id, s.role, s.phase, s.serving, s.leader, s.epoch),
    }),
  );
  await Promise.all(peers.map((p) => p.start()));
  await until('serving', () => peers.every((p) => p.serving));
  for (const [i, p] of peers.entries()) expect((await add(p, 1)).total).toBe(i + 1);
  await until('converge', () => peers.every((p) => p.stateMachine.total === 4));
  const leader = peers.find((p) => p.status.role === 'leading')!;
  await leader.close();
  const rest = peers.filter((p) => p !== leader);
  await until('again', () => rest.every((p) => p.serving && p.status.leader !== leader.status.id));
  for (const p of rest) await add(p, 1);
  await until('converge', () => rest.every((p) => p.stateMachine.total === 7));
  await Promise.all(rest.map((p) => p.close()));
});
