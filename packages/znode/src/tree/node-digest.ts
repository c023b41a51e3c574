import {
  AVERSION,
  CTIME,
  CVERSION,
  CZXID,
  DATA_HASH,
  MTIME,
  MZXID,
  type NodeChunk,
  OWNER_HI,
  OWNER_LO,
  PATH_HASH,
  PZXID,
  TYPE,
  VERSION,
} from './node-chunk.js';

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

/** One node's part: unsigned 32 bits. @param i where its row begins in `c.i32` */
export function hashNode(c: NodeChunk, i: number, aclHash: number): number {
  let h = mixWord(c.i32[i + PATH_HASH]!, c.i32[i + DATA_HASH]!);
  h = mixLong(h, c.f64[(i >> 1) + CZXID]!);
  h = mixLong(h, c.f64[(i >> 1) + MZXID]!);
  h = mixLong(h, c.f64[(i >> 1) + PZXID]!);
  h = mixLong(h, c.f64[(i >> 1) + CTIME]!);
  h = mixLong(h, c.f64[(i >> 1) + MTIME]!);
  h = mixWord(h, c.i32[i + VERSION]!);
  h = mixWord(h, c.i32[i + CVERSION]!);
  h = mixWord(h, c.i32[i + AVERSION]!);
  h = mixWord(h, c.i32[i + OWNER_HI]!);
  h = mixWord(h, c.i32[i + OWNER_LO]!);
  return finishDigest(mixWord(mixWord(h, c.i32[i + TYPE]!), aclHash));
}

/** `sum - less + more`, modulo {@link DIGEST_MODULUS}. */
export function shiftDigest(sum: number, less: number, more: number): number {
  const next = sum - less + more;
  if (next < 0) return next + DIGEST_MODULUS;
  return next >= DIGEST_MODULUS ? next - DIGEST_MODULUS : next;
}
