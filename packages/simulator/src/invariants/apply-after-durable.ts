import { formatZxid } from '@quorate/interfaces';
import type { Ghost, Invariant } from '../ghost.js';

/** A voter applies only what is on its own disk. */
export function applyAfterDurable(ghost: Ghost): Invariant {
  return {
    name: 'ApplyAfterDurable',
    applied(server, _previous, { zxid }) {
      if (server.kind !== 'voter' || ghost.holds(server, zxid)) return undefined;
      return `voter ${server.id} applied ${formatZxid(zxid)}, its disk is known to hold ${formatZxid(server.disk.durable)}`;
    },
  };
}
