import { formatZxid } from '@quorate/interfaces';
import type { Ghost, Invariant } from '../ghost.js';

/** A txn is committed only once a majority of the voters has it on disk. */
export function commitQuorum(ghost: Ghost): Invariant {
  return {
    name: 'CommitQuorum',
    applied(_server, _previous, { zxid }, fresh) {
      if (!fresh) return undefined;
      const voters = ghost.voters;
      const holders = voters.filter((voter) => ghost.holds(voter, zxid)).map(({ id }) => id);
      return holders.length * 2 > voters.length
        ? undefined
        : `${formatZxid(zxid)} was committed and only voters [${holders}] have it on disk`;
    },
  };
}
