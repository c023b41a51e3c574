import type { NodeChunk } from './node-chunk.js';

/*
 * The digest of a tree: the sum of one hash per node, so that it does not depend on order and changes with each change
 * at constant cost. Every field that is replicated takes part. Same numbers on every platform.
 */

/** Sums are kept modulo this, so that they stay exact numbers. */
export const DIGEST_MODULUS = 2 ** 52;

const FACTOR = 0x9e37_79b1 | 0;
const TWO_32 = 2 ** 32;

export function mixWord(h: number, word: number): number {
  return Math.imul(((h << 7) | (h >>> 25)) ^ word, FACTOR);
}

/** Mixes in an integer below 2^53. */
export function mixLong(h: number, value: number): number {
  return mixWord(mixWord(h, value | 0), (value / TWO_32) | 0);
}

/** @returns unsigned 32 bits */
export function finishDigest(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35 | 0);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A hash of data that tells null (length -1) from empty. */
export function hashData(view: DataView, start: number, length: number): number {
  let h = length;
  let at = start;
  for (const end = start + (length & ~3); length > 3 && at < end; at += 4) h = mixWord(h, view.getInt32(at));
  for (const end = start + length; at < end; at++) h = mixWord(h, view.getUint8(at));
  return h;
}

/** One node's part: unsigned 32 bits. */
export function hashNode(c: NodeChunk, i: number, aclHash: number): number {
  let h = mixWord(c.pathHash[i]!, c.dataHash[i]!);
  h = mixLong(h, c.czxid[i]!);
  h = mixLong(h, c.mzxid[i]!);
  h = mixLong(h, c.pzxid[i]!);
  h = mixLong(h, c.ctime[i]!);
  h = mixLong(h, c.mtime[i]!);
  h = mixWord(h, c.version[i]!);
  h = mixWord(h, c.cversion[i]!);
  h = mixWord(h, c.aversion[i]!);
  h = mixWord(h, c.ownerHi[i]!);
  h = mixWord(h, c.ownerLo[i]!);
  return finishDigest(mixWord(mixWord(h, c.type[i]!), aclHash));
}

/** `sum - less + more`, modulo {@link DIGEST_MODULUS}. */
export function shiftDigest(sum: number, less: number, more: number): number {
  const next = sum - less + more;
  if (next < 0) return next + DIGEST_MODULUS;
  return next >= DIGEST_MODULUS ? next - DIGEST_MODULUS : next;
}
