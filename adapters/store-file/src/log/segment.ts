import { type FileHandle, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import { PREAMBLE_BYTES } from './segment-head.js';

/** A batch is entered in a segment's index when it begins at least this far behind the last one that was. */
const INDEX_STEP_BYTES = 64 << 10;

/** One file of the log. Its handle stays open until the file is deleted or the store closed. */
export class Segment {
  readonly sequence: number;
  readonly path: string;
  readonly handle: FileHandle;
  /** Zxid before the first entry. */
  after: Zxid = ZXID_ZERO;
  /** File offset behind the last frame written. */
  end = 0;
  /** File offset up to which zeros or frames were written. */
  filled = 0;
  /** Frames written behind the head by this run of the program. */
  frames = 0;
  /** The file's name is on disk. */
  named = false;
  #readers = 0;
  #onUnread: (() => void) | null = null;
  readonly #indexZxids: Zxid[] = [];
  readonly #indexOffsets: number[] = [];

  constructor(sequence: number, path: string, handle: FileHandle) {
    this.sequence = sequence;
    this.path = path;
    this.handle = handle;
  }

  /** Notes that the batch after `previous` begins at `offset`; called in order. */
  noteBatch(previous: Zxid, offset: number): void {
    const count = this.#indexOffsets.length;
    if (count > 0 && offset - this.#indexOffsets[count - 1]! < INDEX_STEP_BYTES) return;
    this.#indexZxids.push(previous);
    this.#indexOffsets.push(offset);
  }

  /** A file offset at which a frame begins, at or before the first batch with an entry after `zxid`. */
  offsetFor(zxid: Zxid): number {
    let low = 0;
    let high = this.#indexZxids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#indexZxids[middle]! <= zxid) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? PREAMBLE_BYTES : this.#indexOffsets[low - 1]!;
  }

  /** A read begins: the file must stay until {@link leave}. */
  enter(): void {
    this.#readers += 1;
  }

  leave(): void {
    this.#readers -= 1;
    if (this.#readers === 0) this.#onUnread?.();
  }

  /** Resolves when no read is under way; none may begin any more. */
  unread(): Promise<void> {
    if (this.#readers === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onUnread = resolve;
    });
  }
}
