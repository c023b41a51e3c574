import { QuorateError } from './errors.js';

const TWO_32 = 2 ** 32;
const NOTHING = new Uint8Array(0);

/** Bounds-checked big-endian reading of a range of bytes. Made to be reused: {@link reset} allocates nothing while the buffer stays the same. */
export class ByteReader {
  bytes: Uint8Array = NOTHING;
  view: DataView = new DataView(NOTHING.buffer);
  /** Absolute index of the next byte in {@link bytes}. */
  offset = 0;
  /** Absolute index one past the last byte of the range. */
  end = 0;

  constructor(bytes?: Uint8Array, start = 0, end?: number) {
    if (bytes !== undefined) this.reset(bytes, start, end);
  }

  /** Points the reader at `bytes[start, end)`. */
  reset(bytes: Uint8Array, start = 0, end: number = bytes.length): this {
    if (bytes !== this.bytes) {
      if (
        bytes.buffer !== this.view.buffer ||
        bytes.byteOffset !== this.view.byteOffset ||
        bytes.length !== this.view.byteLength
      ) {
        this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      }
      this.bytes = bytes;
    }
    this.offset = start;
    this.end = end;
    return this;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  /** @throws QuorateError `SHORT_READ` when fewer than `count` bytes are left, or `count` is negative. */
  need(count: number): void {
    if (!(count >= 0 && this.offset + count <= this.end)) this.#short(count);
  }

  #short(count: number): never {
    throw new QuorateError('SHORT_READ', `${count} bytes wanted at ${this.offset}, ${this.remaining} left`);
  }

  u8(): number {
    this.need(1);
    return this.bytes[this.offset++]!;
  }

  i32(): number {
    this.need(4);
    const value = this.view.getInt32(this.offset);
    this.offset += 4;
    return value;
  }

  u32(): number {
    this.need(4);
    const value = this.view.getUint32(this.offset);
    this.offset += 4;
    return value;
  }

  /** A 64-bit signed integer as a number; inexact beyond ±2^53. */
  long(): number {
    this.need(8);
    const value = this.view.getInt32(this.offset) * TWO_32 + this.view.getUint32(this.offset + 4);
    this.offset += 8;
    return value;
  }

  i64(): bigint {
    this.need(8);
    const value = this.view.getBigInt64(this.offset);
    this.offset += 8;
    return value;
  }

  f64(): number {
    this.need(8);
    const value = this.view.getFloat64(this.offset);
    this.offset += 8;
    return value;
  }

  /** The next `count` bytes as a view: valid as long as the underlying bytes are. */
  raw(count: number): Uint8Array {
    this.need(count);
    const start = this.offset;
    this.offset += count;
    return this.bytes.subarray(start, this.offset);
  }

  skip(count: number): void {
    this.need(count);
    this.offset += count;
  }

  /** Everything that is left, as a view. */
  rest(): Uint8Array {
    return this.raw(this.remaining);
  }

  /** Everything that is left, copied (a plain `slice()` would not: the bytes may be a Node Buffer, whose slice is a view). */
  copyRest(): Uint8Array {
    return new Uint8Array(this.rest());
  }
}
