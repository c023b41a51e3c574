import type { Invariant } from '../ghost.js';

/** At most one server, in one incarnation, ever serves as leader of an epoch. */
export function leadershipUniqueness(): Invariant {
  const leaders = new Map<number, string>();
  return {
    name: 'LeadershipUniqueness',
    status(server, { role, serving, epoch }) {
      if (role !== 'leading' || !serving) return undefined;
      const name = `${server.id} (incarnation ${server.incarnation})`;
      const known = leaders.get(epoch);
      leaders.set(epoch, name);
      return known === undefined || known === name
        ? undefined
        : `epoch ${epoch} is led by server ${name} and was led by server ${known}`;
    },
  };
}
