import { follows, formatZxid } from '@quorate/interfaces';
import type { Ghost, Invariant } from '../ghost.js';

/** Every server applies a prefix of one sequence, without gaps, starting where its snapshot ends. */
export function prefixConsistency(ghost: Ghost): Invariant {
  return {
    name: 'PrefixConsistency',
    applied(server, previous, { zxid }, fresh) {
      const before = ghost.placeOf(previous);
      if (before === undefined)
        return `server ${server.id} applied ${formatZxid(zxid)} after ${formatZxid(previous)}, which nobody committed`;
      const next = ghost.committed[before + 1];
      if (!fresh && next?.zxid === zxid) return undefined;
      if (next !== undefined) {
        return `server ${server.id} applied ${formatZxid(zxid)} after ${formatZxid(previous)}, where ${formatZxid(next.zxid)} is committed`;
      }
      return follows(previous, zxid)
        ? undefined
        : `${formatZxid(zxid)} was committed after ${formatZxid(previous)}: a gap`;
    },
  };
}
