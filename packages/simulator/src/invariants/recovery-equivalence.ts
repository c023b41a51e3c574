import { formatZxid } from '@quorate/interfaces';
import { type Invariant, includes } from '../ghost.js';

function same(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** A store that is opened again holds everything it ever vouched for and was not told to forget (AckDurability). */
export function recoveryEquivalence(): Invariant {
  return {
    name: 'RecoveryEquivalence',
    opened(server, { base, state }, entries) {
      const { disk } = server;
      for (const zxid of disk.zxids) {
        if (zxid <= base || zxid > disk.durable || includes(entries, zxid)) continue;
        return `server ${server.id} lost ${formatZxid(zxid)}, for which its log had vouched through ${formatZxid(disk.durable)}`;
      }
      if (base < disk.base)
        return `server ${server.id} recovered with base ${formatZxid(base)}, it was ${formatZxid(disk.base)}`;
      return disk.states.some((put) => same(put, state))
        ? undefined
        : `server ${server.id} lost the small state that its log had vouched for`;
    },
  };
}
