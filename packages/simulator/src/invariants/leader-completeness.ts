import { formatZxid } from '@quorate/interfaces';
import type { Ghost, Invariant } from '../ghost.js';

/** A leader that begins to serve has every committed txn in its log (and PrimaryIntegrity: nothing older is added later). */
export function leaderCompleteness(ghost: Ghost): Invariant {
  return {
    name: 'LeaderCompleteness',
    status(server, { role, serving, epoch }) {
      const last = ghost.lastCommitted;
      if (role !== 'leading' || !serving || server.disk.last >= last) return undefined;
      // A deposed leader may still believe in itself; it cannot commit.
      if (last >= epoch * 2 ** 32) return undefined;
      return `server ${server.id} leads epoch ${epoch}; its log ends at ${formatZxid(server.disk.last)}, before ${formatZxid(last)}, which is committed`;
    },
  };
}
