import { systemClock } from '@quorate/clock-system';
import { nodeFileSystem } from '@quorate/file-system-node';
import { ByteWriter, type Transport } from '@quorate/interfaces';
import { fileStorage } from '@quorate/store-file';
import { tcp } from '@quorate/transport-tcp';
import { type Member, Peer } from '@quorate/zab';
import { type Counter, counter } from './counter.js';

/** Starts one replica; its log and snapshots are under `directory`. */
export async function startReplica(
  id: number,
  members: readonly Member[],
  directory: string,
  transport: Transport = tcp(),
): Promise<Peer<Counter>> {
  const storage = fileStorage({ fileSystem: nodeFileSystem(), directory });
  const peer = new Peer({ id, members, transport, clock: systemClock(), ...storage, stateMachine: counter });
  await peer.start();
  return peer;
}

/** Adds to the counter through any replica; resolves with the new total once a majority has it on disk. */
export function add(peer: Peer<Counter>, amount: number): Promise<unknown> {
  const request = new ByteWriter(4);
  request.i32(amount);
  return peer.replicate(request.take());
}
