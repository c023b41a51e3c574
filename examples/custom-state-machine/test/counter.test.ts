import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { memoryNetwork } from '@quorate/transport-memory';
import type { Member } from '@quorate/zab';
import { expect, test } from 'vitest';
import { add, startReplica } from '../src/replicas.js';

const member = (id: number): Member => ({
  id,
  kind: 'voter',
  peerAddress: `replica-${id}:1`,
  electionAddress: `replica-${id}:2`,
});

test('three replicas count together, through any of them, also over a restart of all', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-counter-'));
  const network = memoryNetwork();
  const members = [1, 2, 3].map(member);
  const start = async () => {
    const peers = await Promise.all(
      members.map(({ id }) => startReplica(id, members, join(directory, `${id}`), network.transport(`replica-${id}`))),
    );
    while (!peers.every((peer) => peer.serving)) await pause(5);
    return peers;
  };
  let peers = await start();
  const totals = [];
  for (const peer of peers) totals.push(await add(peer, 5));
  expect(totals).toEqual([5, 10, 15]);
  await expect(add(peers[1]!, -100)).rejects.toThrow('refused');
  await Promise.all(peers.map((peer) => peer.close()));
  peers = await start();
  expect(await add(peers[2]!, 1)).toBe(16);
  await Promise.all(peers.map((peer) => peer.close()));
  await rm(directory, { recursive: true });
});
