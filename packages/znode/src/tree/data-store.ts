import { type ByteWriter, copyBytes } from '@quorate/interfaces';

const SLAB_BYTES = 64 * 1024;
/** Longer data gets an array of its own. */
const LARGEST_BLOCK = 32 * 1024;

/** Size class of a length in 1 … {@link LARGEST_BLOCK}: steps of 16 bytes up to 128, then four steps per doubling. */
export function sizeClass(length: number): number {
  if (length <= 128) return (length - 1) >> 4;
  const exponent = 31 - Math.clz32(length - 1);
  return 8 + (exponent - 7) * 4 + ((length - 1 - (1 << exponent)) >> (exponent - 2));
}

/** Bytes of a block of that class. */
export function blockBytes(sizeClassNumber: number): number {
  if (sizeClassNumber < 8) return (sizeClassNumber + 1) * 16;
  const exponent = 7 + ((sizeClassNumber - 8) >> 2);
  return (1 << exponent) + (((sizeClassNumber - 8) & 3) + 1) * (1 << (exponent - 2));
}

/** Blocks of one size, cut from slabs. */
class BlockPool {
  readonly #bytes: number;
  readonly #shift: number;
  readonly #slabs: Uint8Array[] = [];
  readonly #free: number[] = [];
  #fresh = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#shift = Math.max(1, 31 - Math.clz32(SLAB_BYTES / bytes));
  }

  take(): number {
    const slot = this.#free.pop();
    if (slot !== undefined) return slot;
    if (this.#fresh >> this.#shift === this.#slabs.length) {
      this.#slabs.push(new Uint8Array(this.#bytes << this.#shift));
    }
    return this.#fresh++;
  }

  give(slot: number): void {
    this.#free.push(slot);
  }

  slabOf(slot: number): Uint8Array {
    return this.#slabs[slot >> this.#shift]!;
  }

  offsetOf(slot: number): number {
    return (slot & ((1 << this.#shift) - 1)) * this.#bytes;
  }
}

/**
 * Data of nodes in a few large slabs rather than one array per node. A slot is meaningful together with the length it was
 * made for; lengths below 1 need none.
 */
export class DataStore {
  readonly #pools: BlockPool[] = [];
  readonly #large: (Uint8Array | null)[] = [];
  readonly #freeLarge: number[] = [];

  constructor() {
    for (let i = 0; i <= sizeClass(LARGEST_BLOCK); i++) this.#pools.push(new BlockPool(blockBytes(i)));
  }

  /** Copies `bytes[start, start + length)`, `length` ≥ 1. @returns its slot */
  put(bytes: Uint8Array, start: number, length: number): number {
    if (length > LARGEST_BLOCK) {
      const slot = this.#freeLarge.pop() ?? this.#large.length;
      this.#large[slot] = copyBytes(bytes, start, start + length);
      return slot;
    }
    const pool = this.#pools[sizeClass(length)]!;
    const slot = pool.take();
    copy(pool.slabOf(slot), pool.offsetOf(slot), bytes, start, length);
    return slot;
  }

  /** Puts new data in the place of old, in the same block where it fits. Either length may be below 1. @returns the new slot */
  replace(slot: number, oldLength: number, bytes: Uint8Array, start: number, length: number): number {
    if (oldLength > 0 && length > 0 && oldLength <= LARGEST_BLOCK && length <= LARGEST_BLOCK) {
      const kind = sizeClass(length);
      if (kind === sizeClass(oldLength)) {
        const pool = this.#pools[kind]!;
        copy(pool.slabOf(slot), pool.offsetOf(slot), bytes, start, length);
        return slot;
      }
    }
    this.remove(slot, oldLength);
    return length > 0 ? this.put(bytes, start, length) : 0;
  }

  remove(slot: number, length: number): void {
    if (length < 1) return;
    if (length > LARGEST_BLOCK) {
      this.#large[slot] = null;
      this.#freeLarge.push(slot);
    } else {
      this.#pools[sizeClass(length)]!.give(slot);
    }
  }

  /** Writes the data itself, without a length. */
  writeTo(out: ByteWriter, slot: number, length: number): void {
    if (length < 1) return;
    if (length > LARGEST_BLOCK) {
      out.raw(this.#large[slot]!);
      return;
    }
    const pool = this.#pools[sizeClass(length)]!;
    const offset = pool.offsetOf(slot);
    out.ensure(length);
    copy(out.bytes, out.offset, pool.slabOf(slot), offset, length);
    out.offset += length;
  }
}

/** A loop beats the call into the platform, and the view it needs, for short runs. */
function copy(into: Uint8Array, at: number, from: Uint8Array, start: number, length: number): void {
  if (length <= 64) for (let i = 0; i < length; i++) into[at + i] = from[start + i]!;
  else into.set(from.subarray(start, start + length), at);
}
