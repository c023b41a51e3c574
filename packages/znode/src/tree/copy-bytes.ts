import type { ByteReader, ByteWriter } from '@quorate/interfaces';

/** Up to this many bytes, words one by one beat the call into the platform and the view that it needs. */
const BY_WORD = 256;

/**
 * Copies `count` bytes. Each side is given as its bytes and a DataView of exactly the same bytes; they must not overlap.
 * @param at index of the first byte written
 * @param start index of the first byte read
 */
export function copyBytes(
  into: Uint8Array,
  intoView: DataView,
  at: number,
  from: Uint8Array,
  fromView: DataView,
  start: number,
  count: number,
): void {
  if (count > BY_WORD) {
    into.set(from.subarray(start, start + count), at);
    return;
  }
  let i = 0;
  for (; i + 4 <= count; i += 4) intoView.setInt32(at + i, fromView.getInt32(start + i, true), true);
  for (; i < count; i++) into[at + i] = from[start + i]!;
}

/** Whether two runs of bytes of the same length are the same. */
export function sameBytes(one: DataView, at: number, other: DataView, start: number, count: number): boolean {
  let i = 0;
  for (; i + 4 <= count; i += 4) if (one.getInt32(at + i, true) !== other.getInt32(start + i, true)) return false;
  for (; i < count; i++) if (one.getUint8(at + i) !== other.getUint8(start + i)) return false;
  return true;
}

/** Adds `from.bytes[start, end)` to what is written. */
export function writeRun(out: ByteWriter, from: ByteReader, start: number, end: number): void {
  const count = end - start;
  out.ensure(count);
  copyBytes(out.bytes, out.view, out.offset, from.bytes, from.view, start, count);
  out.offset += count;
}
