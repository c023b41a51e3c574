import { crc32 } from '@quorate/interfaces';
import type { Member } from '../peer-api.js';

/** A number that is equal where two servers mean the same ensemble: ids and kinds, not addresses, which may be spelt differently. */
export function membershipHash(members: readonly Member[]): number {
  const lines = members.map((member) => `${member.id}:${member.kind}`).sort();
  const text = lines.join(',');
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return crc32(bytes);
}
