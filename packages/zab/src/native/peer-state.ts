import { ByteReader, ByteWriter, QuorateError } from '@quorate/interfaces';
import type { EpochState } from '../core/types.js';
import type { ServerId } from '../peer-api.js';

const FORMAT = 1;

/** The peer's own small state as the log keeps it: whose it is, and the epochs with the promise they carry. */
export function encodePeerState(id: ServerId, epochs: EpochState): Uint8Array {
  const out = new ByteWriter(16);
  out.u8(FORMAT);
  out.u8(id);
  out.u32(epochs.acceptedEpoch);
  out.u8(epochs.promisedTo);
  out.u32(epochs.currentEpoch);
  return out.take();
}

/** @throws QuorateError `BAD_CONFIG` when the data belongs to another server, `CORRUPT_LOG` when it cannot be read */
export function decodePeerState(id: ServerId, bytes: Uint8Array | null): EpochState {
  if (bytes === null) return { acceptedEpoch: 0, promisedTo: 0, currentEpoch: 0 };
  const input = new ByteReader(bytes);
  const format = input.u8();
  if (format !== FORMAT)
    throw new QuorateError('CORRUPT_LOG', `peer state of format ${format}; this release reads ${FORMAT}`);
  const owner = input.u8();
  if (owner !== id) {
    throw new QuorateError(
      'BAD_CONFIG',
      `this data directory belongs to server ${owner}, but this is server ${id}: check myid, or start with an empty directory`,
    );
  }
  return { acceptedEpoch: input.u32(), promisedTo: input.u8(), currentEpoch: input.u32() };
}
