import { formatZxid } from '@quorate/interfaces';
import type { Ghost, Invariant, Operation } from '../ghost.js';

const nameOf = (client: number, sequence: number): string => `${client}.${sequence}`;

/** Acknowledged ⇒ committed at that zxid, once; refused or failed ⇒ never committed (AckedIsCommitted, FailedIsAbsent, AtMostOnce). */
export function ackedIsCommitted(ghost: Ghost): Invariant {
  const places = new Map<string, number>();
  const text = ({ request }: Operation): string => nameOf(request.client, request.sequence);
  return {
    name: 'AckedIsCommitted',
    applied(_server, _previous, { zxid, txn }, fresh) {
      if (!fresh) return undefined;
      const name = nameOf(txn.client, txn.sequence);
      if (places.has(name)) return `operation ${name} was committed twice, again at ${formatZxid(zxid)}`;
      places.set(name, zxid);
      return undefined;
    },
    settled(operation) {
      if (operation.outcome !== 'ok') return undefined;
      const zxid = places.get(text(operation));
      if (zxid === operation.zxid) return undefined;
      return `operation ${text(operation)} was acknowledged at ${formatZxid(operation.zxid)} and is not committed there`;
    },
    finished() {
      for (const operation of ghost.operations) {
        const committed = places.has(text(operation));
        if (committed && (operation.outcome === 'refused' || operation.outcome === 'failed')) {
          return `operation ${text(operation)} was ${operation.outcome} and took effect all the same`;
        }
      }
      return undefined;
    },
  };
}
