import { formatZxid } from '@quorate/interfaces';
import type { Ghost, Invariant } from '../ghost.js';

/** Servers that applied the same zxid have the same state; a snapshot restores exactly the state at its zxid (SnapshotExact, SnapshotCommitted). */
export function stateDeterminism(ghost: Ghost): Invariant {
  return {
    name: 'StateDeterminism',
    applied(server, _previous, { zxid, digest, crc }) {
      const known = ghost.committed[ghost.placeOf(zxid) ?? -1];
      if (known === undefined || (known.digest === digest && known.crc === crc)) return undefined;
      return `server ${server.id} has another state than others after ${formatZxid(zxid)}`;
    },
    restored(server, zxid, digest) {
      const place = ghost.placeOf(zxid);
      if (place === undefined)
        return `server ${server.id} restored a snapshot at ${formatZxid(zxid)}, which nobody committed`;
      const expected = place < 0 ? 0 : ghost.committed[place]!.digest;
      return digest === expected
        ? undefined
        : `server ${server.id}: the snapshot at ${formatZxid(zxid)} is not the state at that zxid`;
    },
  };
}
