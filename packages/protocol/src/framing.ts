import { type ByteWriter, invariant, QuorateError } from '@quorate/interfaces';

/** jute.maxbuffer: the longest frame taken, inclusive (spec §1.2). */
export const DEFAULT_MAX_FRAME_BYTES = 1_048_575;

/** A frame's body is `bytes[start, end)`, valid during the call only. */
export type FrameHandler = (bytes: Uint8Array, start: number, end: number) => void;

export interface FrameDecoderOptions {
  /** Longest body, inclusive. */
  readonly maxFrameBytes?: number;
  /**
   * Called once with the stream's first four bytes as an unsigned number, before they count as a length: where four-letter
   * words are found (T11). True takes the stream over: the decoder ignores everything after.
   */
  readonly onFirstWord?: (word: number) => boolean;
}

const NOTHING = new Uint8Array(0);
const KEEP_BYTES = 65_536;

/** Begins a frame in `w`. @returns what {@link endFrame} wants */
export function beginFrame(w: ByteWriter): number {
  w.i32(0);
  return w.length;
}

/** Fills in the length of the frame whose body is everything written since. */
export function endFrame(w: ByteWriter, begun: number): void {
  w.patchI32(begun - 4, w.length - begun);
}

/**
 * Cuts a byte stream into frames. A frame that is whole in a chunk is handed out where it lies; only what a chunk leaves
 * unfinished is copied, into a buffer that grows with what really arrived, never with what a length claims.
 */
export class FrameDecoder {
  readonly #maxFrameBytes: number;
  readonly #onFirstWord: ((word: number) => boolean) | undefined;
  /** Unread bytes are `#kept[#keptStart, #keptEnd)`: at most one unfinished frame, unless paused. */
  #kept: Uint8Array = NOTHING;
  #keptStart = 0;
  #keptEnd = 0;
  #first = true;
  #ended = false;
  #paused = false;
  #running = false;

  constructor(options: FrameDecoderOptions = {}) {
    this.#maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES;
    this.#onFirstWord = options.onFirstWord;
  }

  /** Bytes kept for later: an unfinished frame, and after a pause everything behind it. */
  get buffered(): number {
    return this.#keptEnd - this.#keptStart;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** From now on frames are kept instead of handed out; may be called inside the handler. The caller stops its source too. */
  pause(): void {
    this.#paused = true;
  }

  /** Ends a pause and hands out what was kept. Inside the handler it only undoes a pause made there. @throws as {@link push} */
  resume(onFrame: FrameHandler): void {
    this.#paused = false;
    if (!this.#running) this.#drainKept(onFrame);
  }

  /** Forgets everything kept and ignores what follows. */
  stop(): void {
    this.#ended = true;
    this.#drop();
  }

  /**
   * Takes the stream's next bytes, which are not kept by reference. A throw of `onFrame` goes through and leaves the decoder unusable.
   * @throws QuorateError `REFUSED` for a length that is negative or too large: the stream cannot be read any further
   */
  push(chunk: Uint8Array, onFrame: FrameHandler): void {
    if (this.#ended) return;
    invariant(!this.#running, 'FrameDecoder.push was called inside its own handler, or after the handler threw');
    if (this.#paused) {
      this.#keep(chunk, 0, chunk.length);
      return;
    }
    let at = 0;
    if (this.buffered > 0) {
      at = this.#finishKept(chunk, onFrame);
      if (at < 0) return;
    }
    at = this.#walk(chunk, at, chunk.length, onFrame);
    if (!this.#ended && at < chunk.length) this.#keep(chunk, at, chunk.length);
  }

  /** Completes the kept frame with bytes of `chunk`. @returns how many were used, -1 when all were and nothing is left to do */
  #finishKept(chunk: Uint8Array, onFrame: FrameHandler): number {
    let at = 0;
    if (this.buffered < 4) {
      at = Math.min(4 - this.buffered, chunk.length);
      this.#keep(chunk, 0, at);
      if (this.buffered < 4) return -1;
    }
    const length = this.#lengthAt(this.#kept, this.#keptStart);
    if (length < 0) return -1;
    const rest = Math.min(4 + length - this.buffered, chunk.length - at);
    this.#keep(chunk, at, at + rest);
    at += rest;
    if (this.buffered < 4 + length) return -1;
    this.#drainKept(onFrame);
    if (this.#ended) return -1;
    if (this.#paused) {
      this.#keep(chunk, at, chunk.length);
      return -1;
    }
    return at;
  }

  /** Hands out what is whole in the kept bytes. */
  #drainKept(onFrame: FrameHandler): void {
    const at = this.#walk(this.#kept, this.#keptStart, this.#keptEnd, onFrame);
    if (this.#ended) return;
    this.#keptStart = at;
    if (this.buffered === 0) this.#drop();
  }

  /** @returns index of the first byte not handed out */
  #walk(bytes: Uint8Array, from: number, end: number, onFrame: FrameHandler): number {
    let at = from;
    this.#running = true;
    while (end - at >= 4 && !this.#paused) {
      const length = this.#lengthAt(bytes, at);
      if (length < 0 || end - at - 4 < length) break;
      const start = at + 4;
      at = start + length;
      onFrame(bytes, start, at);
      if (this.#ended) break;
    }
    this.#running = false;
    return at;
  }

  /** @returns the length, -1 when the first word took the stream over */
  #lengthAt(bytes: Uint8Array, at: number): number {
    const word = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
    if (this.#first) {
      this.#first = false;
      if (this.#onFirstWord?.(word)) {
        this.stop();
        return -1;
      }
    }
    if (word > this.#maxFrameBytes) {
      this.stop();
      throw new QuorateError(
        'REFUSED',
        `frame of ${word | 0} bytes: 0 to ${this.#maxFrameBytes} are allowed; send less at once, or raise jute.maxbuffer on both sides`,
      );
    }
    return word;
  }

  #keep(bytes: Uint8Array, from: number, end: number): void {
    const count = end - from;
    if (this.#keptEnd + count > this.#kept.length) {
      const wanted = this.buffered + count;
      if (wanted <= this.#kept.length) {
        this.#kept.copyWithin(0, this.#keptStart, this.#keptEnd);
      } else {
        const larger = new Uint8Array(Math.max(wanted * 2, 256));
        larger.set(this.#kept.subarray(this.#keptStart, this.#keptEnd));
        this.#kept = larger;
      }
      this.#keptEnd -= this.#keptStart;
      this.#keptStart = 0;
    }
    this.#kept.set(bytes.subarray(from, end), this.#keptEnd);
    this.#keptEnd += count;
  }

  #drop(): void {
    this.#keptStart = 0;
    this.#keptEnd = 0;
    if (this.#kept.length > KEEP_BYTES) this.#kept = NOTHING;
  }
}
