import { formatZxid, type Zxid } from '@quorate/interfaces';
import type { Invariant } from '../ghost.js';

/** What one incarnation serves never goes back, not even when a snapshot replaces its state. */
export function monotonicReads(): Invariant {
  const seen = new Map<string, Zxid>();
  return {
    name: 'MonotonicReads',
    status(server, { serving, lastApplied, committed }) {
      if (!serving) return undefined;
      const key = `${server.id}#${server.incarnation}`;
      const before = seen.get(key);
      seen.set(key, lastApplied);
      if (before !== undefined && lastApplied < before)
        return `server ${server.id} serves ${formatZxid(lastApplied)} after it served ${formatZxid(before)}`;
      return lastApplied > committed
        ? `server ${server.id} applied ${formatZxid(lastApplied)}, committed is ${formatZxid(committed)}`
        : undefined;
    },
  };
}
