const TWO_32 = 2 ** 32;

/**
 * A growing run of bytes, written front to back, big-endian. Positions are relative to where the run began, so they
 * stay right when the run moves to a larger buffer.
 */
export class ByteWriter {
  /** The buffer behind the run; replaced when it grows. Written to by codecs that inline their loops. */
  bytes: Uint8Array;
  view: DataView;
  /** Absolute index of the next byte in {@link bytes}. */
  offset = 0;
  /** Absolute index of the run's first byte in {@link bytes}. */
  origin = 0;

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Bytes written since the run began. */
  get length(): number {
    return this.offset - this.origin;
  }

  /** Makes room for `count` more bytes. */
  ensure(count: number): void {
    if (this.offset + count > this.bytes.length) this.grow(count);
  }

  /** Moves the run to a larger buffer; the old one is left as it is, for whoever still holds it. */
  protected grow(count: number): void {
    this.moveTo(Math.max((this.length + count) * 2, 256));
  }

  protected moveTo(capacity: number): void {
    const bytes = new Uint8Array(capacity);
    bytes.set(this.bytes.subarray(this.origin, this.offset));
    this.offset -= this.origin;
    this.origin = 0;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  u8(value: number): void {
    this.ensure(1);
    this.bytes[this.offset++] = value;
  }

  i32(value: number): void {
    this.ensure(4);
    this.view.setInt32(this.offset, value);
    this.offset += 4;
  }

  u32(value: number): void {
    this.ensure(4);
    this.view.setUint32(this.offset, value);
    this.offset += 4;
  }

  /** A 64-bit signed integer given as a safe integer: zxids, milliseconds. */
  long(value: number): void {
    this.ensure(8);
    this.view.setInt32(this.offset, Math.floor(value / TWO_32));
    this.view.setUint32(this.offset + 4, value >>> 0);
    this.offset += 8;
  }

  /** A 64-bit signed integer given as a bigint: session ids. Slower; not for every request. */
  i64(value: bigint): void {
    this.ensure(8);
    this.view.setBigInt64(this.offset, BigInt.asIntN(64, value));
    this.offset += 8;
  }

  f64(value: number): void {
    this.ensure(8);
    this.view.setFloat64(this.offset, value);
    this.offset += 8;
  }

  /** Copies `source[start, end)`. */
  raw(source: Uint8Array, start = 0, end = source.length): void {
    const count = end - start;
    this.ensure(count);
    if (count < 24) for (let i = 0; i < count; i++) this.bytes[this.offset + i] = source[start + i]!;
    else this.bytes.set(count === source.length ? source : source.subarray(start, end), this.offset);
    this.offset += count;
  }

  /** Overwrites four bytes written earlier. @param at position relative to the run's beginning */
  patchI32(at: number, value: number): void {
    this.view.setInt32(this.origin + at, value);
  }

  /** Forgets everything after the first `length` bytes of the run. */
  rewind(length: number): void {
    this.offset = this.origin + length;
  }

  /** The run so far, as a view on the buffer: valid until the next write, rewind or take. */
  peek(): Uint8Array {
    return this.bytes.subarray(this.origin, this.offset);
  }

  /** The run so far, given away: the next run begins behind it, and nobody writes to these bytes again. */
  take(): Uint8Array {
    const run = this.bytes.subarray(this.origin, this.offset);
    this.origin = this.offset;
    return run;
  }
}

/** A writer whose runs are cut from large arenas, so that many small runs cost no allocation of their own. */
export class ArenaWriter extends ByteWriter {
  readonly #arenaBytes: number;

  /** @param arenaBytes size of each arena; a run that is larger gets one of its own */
  constructor(arenaBytes = 1 << 20) {
    super(arenaBytes);
    this.#arenaBytes = arenaBytes;
  }

  protected override grow(count: number): void {
    const need = this.length + count;
    this.moveTo(Math.max(need * 2, this.#arenaBytes));
  }
}
