import type { Clock, Zxid } from '@quorate/interfaces';
import type { MemoryNetwork } from '@quorate/transport-memory';
import { type Member, Peer, type PeerListener } from '../../src/index.js';
import { type Adder, adder, addRequest } from './adder.js';
import { type MemoryDisk, MemoryLog, MemorySnapshots, memoryDisk } from './memory-stores.js';

export function members(voters: number, observers = 0): Member[] {
  return Array.from({ length: voters + observers }, (_, i) => ({
    id: i + 1,
    kind: i < voters ? ('voter' as const) : ('observer' as const),
    peerAddress: `s${i + 1}:2888`,
    electionAddress: `s${i + 1}:3888`,
  }));
}

export function makePeer(
  id: number,
  all: Member[],
  network: MemoryNetwork,
  clock: Clock,
  disk: MemoryDisk = memoryDisk(),
  listener: PeerListener = {},
  snapshot?: { every: number; retain: number },
): Peer<Adder> {
  return new Peer(
    {
      id,
      members: all,
      transport: network.transport(`s${id}`),
      log: new MemoryLog(disk, (fn) => clock.defer(fn)),
      snapshots: new MemorySnapshots(disk),
      clock,
      stateMachine: adder,
      timing: { tickMs: 200 },
      ...(snapshot === undefined ? {} : { snapshot }),
    },
    listener,
  );
}

export function add(peer: Peer<Adder>, n: number): Promise<{ zxid: Zxid; total: number }> {
  return new Promise((resolve, reject) => {
    peer.submit(addRequest(n), {
      settle: (zxid, result) => resolve({ zxid, total: result as number }),
      refuse: (_zxid, refusal) => reject(new Error(`refused ${refusal[0]}`)),
      fail: reject,
    });
  });
}
