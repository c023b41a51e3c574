import type { SnapshotCut } from './state-machine.js';
import type { Zxid } from './zxid.js';

/** A cut of a state so small that its encoding is one piece. @param bytes nobody writes to them again */
export function smallSnapshot(zxid: Zxid, bytes: Uint8Array): SnapshotCut {
  let piece: Uint8Array | null = bytes;
  const next = (): Uint8Array | null => {
    const current = piece;
    piece = null;
    return current;
  };
  return { zxid, next, release: () => void next() };
}
