import { ByteReader, QuorateError } from '@quorate/interfaces';

const FIRST_BUFFER = 16 * 1024;

/**
 * Cuts a byte stream into frames of u32 length and body. Whole frames are handed out where they lie; only what is left of
 * a frame at the end of a chunk is copied.
 */
export class FrameSplitter {
  readonly #maxBytes: number;
  readonly #reader = new ByteReader();
  #kept = new Uint8Array(FIRST_BUFFER);
  #keptBytes = 0;
  #held = false;

  /** @param maxBytes longest body accepted */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** While held, frames are kept rather than handed out. */
  get held(): boolean {
    return this.#held;
  }

  hold(): void {
    this.#held = true;
  }

  /** Hands out what was kept while it was held. */
  release(onFrame: (body: ByteReader) => void): void {
    this.#held = false;
    this.push(new Uint8Array(0), onFrame);
  }

  /**
   * @param onFrame gets each body; valid during the call only
   * @throws QuorateError `REFUSED` for an impossible length, and whatever `onFrame` throws
   */
  push(chunk: Uint8Array, onFrame: (body: ByteReader) => void): void {
    if (this.#keptBytes === 0) {
      const used = this.#held ? 0 : this.#split(chunk, 0, chunk.length, onFrame);
      this.#keep(chunk, used);
      return;
    }
    this.#keep(chunk, 0);
    if (this.#held) return;
    // What is kept moves out of the way first: handing out frames may hold or push again.
    const bytes = this.#kept;
    const length = this.#keptBytes;
    const used = this.#split(bytes, 0, length, onFrame);
    if (used === 0) return;
    bytes.copyWithin(0, used, length);
    this.#keptBytes = length - used;
  }

  #split(bytes: Uint8Array, start: number, end: number, onFrame: (body: ByteReader) => void): number {
    let at = start;
    while (end - at >= 4 && !this.#held) {
      const length = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
      if (length <= 0 || length > this.#maxBytes) {
        throw new QuorateError('REFUSED', `a frame of ${length} bytes; 1 to ${this.#maxBytes} are accepted`);
      }
      if (end - at - 4 < length) break;
      onFrame(this.#reader.reset(bytes, at + 4, at + 4 + length));
      at += 4 + length;
    }
    return at - start;
  }

  #keep(chunk: Uint8Array, from: number): void {
    const count = chunk.length - from;
    if (count === 0) return;
    const need = this.#keptBytes + count;
    if (need > this.#kept.length) {
      const larger = new Uint8Array(Math.max(need, this.#kept.length * 2));
      larger.set(this.#kept.subarray(0, this.#keptBytes));
      this.#kept = larger;
    }
    this.#kept.set(from === 0 ? chunk : chunk.subarray(from), this.#keptBytes);
    this.#keptBytes = need;
  }
}
