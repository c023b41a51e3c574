import { type BatchInfo, checkBatch, type FileHandle } from '@quorate/interfaces';
import { checkedLength, FRAME_HEADER_BYTES, frameCrc, frameSpan, KIND_BATCH, plausibleHeader } from './frame.js';

const NOTHING = new Uint8Array(0);

/** Reads frames front to back in large pieces and checks each. */
export class FrameScanner {
  readonly #handle: FileHandle;
  readonly #sequence: number;
  readonly #fileEnd: number;
  readonly #chunkBytes: number;
  #window: Uint8Array = NOTHING;
  #view: DataView = new DataView(NOTHING.buffer);
  #windowAt = 0;
  #next: number;
  /** The current frame. */
  kind = 0;
  group = 0;
  /** File offset of the current frame. */
  offset = 0;
  /** Body of the current frame, a view on the piece that was read. */
  body: Uint8Array = NOTHING;
  /** The current frame's batch; null for other kinds. */
  batch: BatchInfo | null = null;

  /** @param fileEnd nothing at or behind this offset is looked at */
  constructor(handle: FileHandle, sequence: number, from: number, fileEnd: number, chunkBytes: number) {
    this.#handle = handle;
    this.#sequence = sequence;
    this.#next = from;
    this.#fileEnd = fileEnd;
    this.#chunkBytes = chunkBytes;
  }

  /** File offset behind the last whole frame. */
  get end(): number {
    return this.#next;
  }

  /** Steps to the next frame. @returns false when no whole one begins at {@link end} */
  async next(): Promise<boolean> {
    for (;;) {
      const missing = this.step();
      if (missing === 0) return true;
      if (missing < 0) return false;
      await this.fill(missing);
    }
  }

  /** As {@link next}, without waiting. @returns 0: stepped; below 0: no whole frame; else how many bytes {@link fill} must get */
  step(): number {
    const offset = this.#next;
    if (offset + FRAME_HEADER_BYTES > this.#fileEnd) return -1;
    const at = offset - this.#windowAt;
    const available = this.#window.length - at;
    if (available < FRAME_HEADER_BYTES) return FRAME_HEADER_BYTES;
    if (!plausibleHeader(this.#view, at, offset)) return -1;
    const length = this.#view.getUint32(at + 4);
    const whole = FRAME_HEADER_BYTES + length;
    if (offset + whole > this.#fileEnd) return -1;
    if (available < whole) return whole;
    const kind = this.#window[at + 12]!;
    const bodyAt = at + FRAME_HEADER_BYTES;
    const crc = frameCrc(this.#window, at, bodyAt + checkedLength(kind, length), this.#sequence, offset);
    if (crc !== this.#view.getUint32(at)) return -1;
    const body = this.#window.subarray(bodyAt, bodyAt + length);
    if (kind === KIND_BATCH) {
      this.batch = wholeBatch(body);
      if (this.batch === null) return -1;
    } else {
      this.batch = null;
    }
    this.kind = kind;
    this.group = this.#view.getUint32(at + 8);
    this.offset = offset;
    this.body = body;
    this.#next = offset + frameSpan(length);
    return 0;
  }

  /** Reads the piece in which the next frame begins. @param missing what {@link step} asked for */
  async fill(missing: number): Promise<void> {
    const wanted = Math.min(Math.max(missing, this.#chunkBytes), this.#fileEnd - this.#next);
    const window = await this.#handle.read(this.#next, wanted);
    if (window.length < Math.min(missing, wanted)) {
      throw new Error(`a read of ${wanted} bytes at ${this.#next} gave ${window.length}: the file became shorter`);
    }
    this.#window = window;
    this.#view = new DataView(window.buffer, window.byteOffset, window.byteLength);
    this.#windowAt = this.#next;
  }
}

function wholeBatch(body: Uint8Array): BatchInfo | null {
  try {
    return checkBatch(body);
  } catch {
    return null;
  }
}
