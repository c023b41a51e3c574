import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Member } from '@quorate/zab';
import { expect, test } from 'vitest';
import { freePorts } from '../../../test/support/ports.js';
import { add, startReplica } from '../src/replicas.js';

function member(id: number, [peers, election]: number[]): Member {
  return { id, kind: 'voter', peerAddress: `127.0.0.1:${peers}`, electionAddress: `127.0.0.1:${election}` };
}

test('three replicas count together, through any of them, also over a restart of all', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-counter-'));
  const ports = await freePorts(6);
  const members = [1, 2, 3].map((id) => member(id, ports.splice(0, 2)));
  const start = async () => {
    const peers = await Promise.all(members.map(({ id }) => startReplica(id, members, join(directory, `${id}`))));
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
