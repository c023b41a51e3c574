import type { ByteWriter } from '@quorate/interfaces';
import { copyBytes } from './copy-bytes.js';

const SLAB_BYTES = 64 * 1024;
/** Longer data gets a slab of its own. */
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

class Slab {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
  }
}

/** Blocks of one size, cut from slabs. */
class BlockPool {
  readonly #bytes: number;
  readonly #shift: number;
  readonly #slabs: Slab[] = [];
  readonly #free: number[] = [];
  #fresh = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#shift = Math.max(1, 31 - Math.clz32(SLAB_BYTES / bytes));
  }

  take(): number {
    const slot = this.#free.pop();
    if (slot !== undefined) return slot;
    if (this.#fresh >> this.#shift === this.#slabs.length) this.#slabs.push(new Slab(this.#bytes << this.#shift));
    return this.#fresh++;
  }

  give(slot: number): void {
    this.#free.push(slot);
  }

  slabOf(slot: number): Slab {
    return this.#slabs[slot >> this.#shift]!;
  }

  offsetOf(slot: number): number {
    return (slot & ((1 << this.#shift) - 1)) * this.#bytes;
  }
}

const NO_SLAB = new Slab(0);

/**
 * Runs of bytes in a few large slabs rather than one array each. A slot is meaningful together with the length it was
 * made for; lengths below 1 need none.
 */
export class DataStore {
  readonly #pools: BlockPool[] = [];
  readonly #large: Slab[] = [];
  readonly #freeLarge: number[] = [];

  constructor() {
    for (let i = 0; i <= sizeClass(LARGEST_BLOCK); i++) this.#pools.push(new BlockPool(blockBytes(i)));
  }

  /** Copies `bytes[start, start + length)`, `length` ≥ 1. @param view of exactly `bytes`. @returns its slot */
  put(bytes: Uint8Array, view: DataView, start: number, length: number): number {
    if (length > LARGEST_BLOCK) {
      const slot = this.#freeLarge.pop() ?? this.#large.length;
      const slab = new Slab(length);
      copyBytes(slab.bytes, slab.view, 0, bytes, view, start, length);
      this.#large[slot] = slab;
      return slot;
    }
    const pool = this.#pools[sizeClass(length)]!;
    const slot = pool.take();
    const slab = pool.slabOf(slot);
    copyBytes(slab.bytes, slab.view, pool.offsetOf(slot), bytes, view, start, length);
    return slot;
  }

  /** Puts new bytes in the place of old, in the same block where they fit. Either length may be below 1. @returns the new slot */
  replace(slot: number, oldLength: number, bytes: Uint8Array, view: DataView, start: number, length: number): number {
    if (oldLength > 0 && length > 0 && oldLength <= LARGEST_BLOCK && length <= LARGEST_BLOCK) {
      const kind = sizeClass(length);
      if (kind === sizeClass(oldLength)) {
        const pool = this.#pools[kind]!;
        const slab = pool.slabOf(slot);
        copyBytes(slab.bytes, slab.view, pool.offsetOf(slot), bytes, view, start, length);
        return slot;
      }
    }
    this.remove(slot, oldLength);
    return length > 0 ? this.put(bytes, view, start, length) : 0;
  }

  remove(slot: number, length: number): void {
    if (length < 1) return;
    if (length > LARGEST_BLOCK) {
      this.#large[slot] = NO_SLAB;
      this.#freeLarge.push(slot);
    } else {
      this.#pools[sizeClass(length)]!.give(slot);
    }
  }

  /** Where a run is: {@link offsetOf} in this. @param length at least 1 */
  viewOf(slot: number, length: number): DataView {
    if (length > LARGEST_BLOCK) return this.#large[slot]!.view;
    return this.#pools[sizeClass(length)]!.slabOf(slot).view;
  }

  offsetOf(slot: number, length: number): number {
    return length > LARGEST_BLOCK ? 0 : this.#pools[sizeClass(length)]!.offsetOf(slot);
  }

  /** Writes the run itself, without a length. */
  writeTo(out: ByteWriter, slot: number, length: number): void {
    if (length < 1) return;
    out.ensure(length);
    if (length > LARGEST_BLOCK) {
      const slab = this.#large[slot]!;
      copyBytes(out.bytes, out.view, out.offset, slab.bytes, slab.view, 0, length);
    } else {
      const pool = this.#pools[sizeClass(length)]!;
      const slab = pool.slabOf(slot);
      copyBytes(out.bytes, out.view, out.offset, slab.bytes, slab.view, pool.offsetOf(slot), length);
    }
    out.offset += length;
  }
}
