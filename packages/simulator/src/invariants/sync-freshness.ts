import { formatZxid } from '@quorate/interfaces';
import type { Invariant } from '../ghost.js';

/** After a barrier, its server has applied every write that anybody was told of before it began. */
export function syncFreshness(): Invariant {
  return {
    name: 'SyncFreshness',
    barrierEnded(server, zxid, ackedBefore) {
      if (server.applied >= ackedBefore && zxid >= ackedBefore) return undefined;
      return `a barrier on server ${server.id} ended at ${formatZxid(zxid)} (applied ${formatZxid(server.applied)}); ${formatZxid(ackedBefore)} had been acknowledged before it began`;
    },
  };
}
