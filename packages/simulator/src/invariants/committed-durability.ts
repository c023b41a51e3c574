import { formatZxid } from '@quorate/interfaces';
import type { Ghost, Invariant } from '../ghost.js';

/** Every committed txn stays on the disks of a majority of the voters. */
export function committedDurability(ghost: Ghost): Invariant {
  const check = (): string | undefined => {
    const zxid = ghost.lastCommitted;
    const voters = ghost.voters;
    const holders = voters.filter((voter) => ghost.holds(voter, zxid)).map(({ id }) => id);
    return holders.length * 2 > voters.length
      ? undefined
      : `${formatZxid(zxid)} is committed and only voters [${holders}] still have it on disk`;
  };
  return { name: 'CommittedDurability', status: check, finished: check };
}
