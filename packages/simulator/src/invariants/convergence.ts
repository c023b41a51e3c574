import { formatZxid } from '@quorate/interfaces';
import type { Ghost, Invariant } from '../ghost.js';

/** After faults have healed: one leader that a quorum knows, every server serves the same zxid, every request has its outcome (Elect, Converge, Outcome). */
export function convergence(ghost: Ghost): Invariant {
  return {
    name: 'Convergence',
    finished() {
      const servers = [...ghost.servers.values()];
      const waiting = servers.filter(({ status }) => status?.serving !== true);
      if (waiting.length > 0) {
        const named = waiting.map(
          ({ id, status }) => `${id} (${status?.role} ${status?.phase}, epoch ${status?.epoch})`,
        );
        return `Elect: not serving although everything healed: ${named.join(', ')}`;
      }
      const leaders = new Set(servers.map(({ status }) => `${status?.leader} of epoch ${status?.epoch}`));
      if (leaders.size !== 1) return `Elect: servers follow ${[...leaders].join(' and ')}`;
      const behind = servers.filter(({ applied }) => applied !== ghost.lastCommitted);
      if (behind.length > 0) {
        const named = behind.map(({ id, applied }) => `${id} at ${formatZxid(applied)}`);
        return `Converge: committed is ${formatZxid(ghost.lastCommitted)}; ${named.join(', ')}`;
      }
      const open = ghost.operations.filter(({ outcome }) => outcome === 'pending');
      return open.length === 0
        ? undefined
        : `Outcome: ${open.length} requests never got one, the first on server ${open[0]!.server}`;
    },
  };
}
