/** A seeded generator (sfc32): integers only, the same sequence on every machine. Not for secrets. */
export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed any integer of up to 53 bits, or several mixed into one stream */
  constructor(...seed: readonly number[]) {
    this.#a = 0x9e3779b9;
    this.#b = 0x243f6a88;
    this.#c = 0xb7e15162;
    for (const part of seed) {
      this.#a ^= part | 0;
      this.#b ^= Math.floor(part / 2 ** 32) | 0;
      for (let i = 0; i < 12; i++) this.u32();
    }
    for (let i = 0; i < 12; i++) this.u32();
  }

  /** Uniform in 0 … 2^32 - 1. */
  u32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** Uniform in 0 … `limit` - 1; 0 for a limit of 1 or less. */
  below(limit: number): number {
    return Math.floor((this.u32() / 2 ** 32) * Math.max(limit, 1));
  }

  /** Uniform in `low` … `high`, both included; integers. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in `numerator` of `denominator` cases. */
  chance(numerator: number, denominator: number): boolean {
    return this.below(denominator) < numerator;
  }

  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** A new array in random order. */
  shuffled<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = out[i]!;
      out[i] = out[j]!;
      out[j] = kept;
    }
    return out;
  }

  /** An independent generator, so that what one part draws does not move another's sequence. */
  fork(): Prng {
    return new Prng(this.u32(), this.u32());
  }
}
