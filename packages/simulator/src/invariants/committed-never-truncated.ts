import { formatZxid } from '@quorate/interfaces';
import { type Ghost, type Invariant, includes } from '../ghost.js';

/** No truncation or reset removes a committed txn, unless a snapshot covers it. */
export function committedNeverTruncated(ghost: Ghost): Invariant {
  return {
    name: 'CommittedNeverTruncated',
    truncating(server, zxid) {
      for (let i = ghost.committed.length - 1; i >= 0 && ghost.committed[i]!.zxid > zxid; i--) {
        const lost = ghost.committed[i]!.zxid;
        if (includes(server.disk.zxids, lost))
          return `server ${server.id} truncates to ${formatZxid(zxid)} and loses ${formatZxid(lost)}, which is committed`;
      }
      return undefined;
    },
    resetting(server, base) {
      if (ghost.placeOf(base) === undefined)
        return `server ${server.id} starts over at ${formatZxid(base)}, which nobody committed`;
      const lost = server.disk.zxids.find((zxid) => zxid > base && ghost.placeOf(zxid) !== undefined);
      return lost === undefined
        ? undefined
        : `server ${server.id} starts over at ${formatZxid(base)} and loses ${formatZxid(lost)}, which is committed`;
    },
  };
}
