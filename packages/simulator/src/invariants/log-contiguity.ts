import { follows, formatZxid } from '@quorate/interfaces';
import type { Invariant } from '../ghost.js';

/** What a log holds after recovery follows on without gaps, from its base to its end. */
export function logContiguity(): Invariant {
  return {
    name: 'LogContiguity',
    opened(server, { base, last }, entries) {
      let previous = base;
      for (const zxid of entries) {
        if (!follows(previous, zxid))
          return `server ${server.id}: ${formatZxid(zxid)} follows ${formatZxid(previous)} in its log`;
        previous = zxid;
      }
      return previous === last
        ? undefined
        : `server ${server.id}: its log says it ends at ${formatZxid(last)}, it ends at ${formatZxid(previous)}`;
    },
  };
}
