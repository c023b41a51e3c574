import { type ByteReader, type ByteWriter, QuorateError } from '@quorate/interfaces';
import { asciiString, decodeUtf8, encodeUtf8, FAST_WRITE_FROM, fastUtf8Write } from './utf8.js';

/*
 * ZooKeeper's jute encoding (spec §1.1): big-endian, no tags, strings, buffers and vectors behind a 32-bit length whose
 * -1 means null. Integers and longs are ByteReader's and ByteWriter's own.
 */

function badLength(what: string, length: number, r: ByteReader): never {
  throw new QuorateError('SHORT_READ', `${what} of length ${length} at ${r.offset - 4}, ${r.remaining} bytes left`);
}

export function writeBool(w: ByteWriter, b: boolean): void {
  w.u8(b ? 1 : 0);
}

/** Any byte but zero is true. @throws QuorateError `SHORT_READ` */
export function readBool(r: ByteReader): boolean {
  return r.u8() !== 0;
}

/** Writes a string as its byte length and UTF-8; a lone surrogate takes three bytes, so that every string reads back as it was. */
export function writeString(w: ByteWriter, s: string | null): void {
  if (s === null) {
    w.i32(-1);
    return;
  }
  const length = s.length;
  w.ensure(4 + 3 * length);
  const bytes = w.bytes;
  const start = w.offset + 4;
  if (length >= FAST_WRITE_FROM) {
    // As many bytes as UTF-16 units: all of it was ASCII, and a lone surrogate cannot have been replaced.
    if (fastUtf8Write(bytes, s, start) === length) {
      w.view.setInt32(start - 4, length);
      w.offset = start + length;
      return;
    }
  }
  const end = encodeUtf8(bytes, s, start);
  w.view.setInt32(start - 4, end - start);
  w.offset = end;
}

/**
 * Reads UTF-8, and CESU-8 as Java's writer makes it of characters beyond U+FFFF (T13); what is neither becomes U+FFFD.
 * @throws QuorateError `SHORT_READ` when the length is below -1 or beyond the bytes left
 */
export function readString(r: ByteReader): string | null {
  const length = r.i32();
  if (length < 0 || length > r.end - r.offset) {
    if (length === -1) return null;
    badLength('string', length, r);
  }
  const start = r.offset;
  const end = start + length;
  r.offset = end;
  if (length === 0) return '';
  const bytes = r.bytes;
  for (let i = start; i < end; i++) if (bytes[i]! > 127) return decodeUtf8(bytes, start, end);
  return asciiString(bytes, start, end);
}

export function writeBuffer(w: ByteWriter, b: Uint8Array | null): void {
  if (b === null) {
    w.i32(-1);
    return;
  }
  w.i32(b.length);
  w.raw(b);
}

/**
 * @returns a view on the reader's bytes, valid as long as they are; null for length -1 (which is not the same as empty, T4)
 * @throws QuorateError `SHORT_READ`
 */
export function readBuffer(r: ByteReader): Uint8Array | null {
  const length = r.i32();
  if (length < 0 || length > r.end - r.offset) {
    if (length === -1) return null;
    badLength('buffer', length, r);
  }
  return r.raw(length);
}

/** Moves past a string or buffer without looking at it. @throws QuorateError `SHORT_READ` */
export function skipBuffer(r: ByteReader): void {
  const length = r.i32();
  if (length === -1) return;
  if (length < 0 || length > r.end - r.offset) badLength('string or buffer', length, r);
  r.offset += length;
}

/**
 * Reads the count of a vector: -1 for null; 0 for any other negative one, as Java does.
 * @param minElementBytes least size of one element: what bounds the memory a hostile count can claim
 * @throws QuorateError `SHORT_READ` when so many elements cannot fit in the bytes left
 */
export function readVectorCount(r: ByteReader, minElementBytes = 4): number {
  const count = r.i32();
  if (count < 0) return count === -1 ? -1 : 0;
  if (count * minElementBytes > r.end - r.offset) badLength('vector', count, r);
  return count;
}

export function writeStringVector(w: ByteWriter, v: readonly string[] | null): void {
  if (v === null) {
    w.i32(-1);
    return;
  }
  w.i32(v.length);
  for (let i = 0; i < v.length; i++) writeString(w, v[i]!);
}

/** A null element reads as the empty string. @throws QuorateError `SHORT_READ` */
export function readStringVector(r: ByteReader): string[] | null {
  const count = readVectorCount(r);
  if (count < 0) return null;
  const v: string[] = [];
  for (let i = 0; i < count; i++) v.push(readString(r) ?? '');
  return v;
}
