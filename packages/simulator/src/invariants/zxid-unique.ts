import { formatZxid, type Zxid } from '@quorate/interfaces';
import type { Invariant } from '../ghost.js';

/** Two txns with the same zxid, in any two logs at any time, are the same bytes. */
export function zxidUnique(): Invariant {
  const seen = new Map<Zxid, number>();
  const check = (server: number, zxid: Zxid, crc: number): string | undefined => {
    const known = seen.get(zxid);
    if (known === undefined) seen.set(zxid, crc);
    return known === undefined || known === crc
      ? undefined
      : `server ${server} has another txn at ${formatZxid(zxid)} than was seen before`;
  };
  return {
    name: 'ZxidUnique',
    logged: (server, zxid, crc) => check(server.id, zxid, crc),
    applied: (server, _previous, { zxid, crc }) => check(server.id, zxid, crc),
  };
}
