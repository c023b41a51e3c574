import { BATCH_HEADER_BYTES } from '@quorate/interfaces';
import { checkedLength, FRAME_ALIGN, FRAME_HEADER_BYTES, frameCrc, frameSpan, KIND_BATCH } from './frame.js';
import type { Segment } from './segment.js';

const CAPACITY = 1 << 20;
/** A larger batch is written from where it lies instead of being copied. */
const COPY_LIMIT = CAPACITY / 4;
const PADDING = new Uint8Array(FRAME_ALIGN);

/** Gathers the frames of one group and writes them in as few calls as sensible. One buffer, used again and again. */
export class FrameBuffer {
  readonly #bytes = new Uint8Array(CAPACITY);
  readonly #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #segment: Segment | null = null;
  #group = 0;
  #at = 0;

  /** File offset at which the next frame goes. */
  get end(): number {
    return this.#at + this.#length;
  }

  /** Begins a group at the segment's end. @param preamble written first, in a new segment */
  begin(segment: Segment, preamble: Uint8Array | null): void {
    this.#segment = segment;
    this.#length = 0;
    if (preamble === null) {
      this.#at = segment.end;
      this.#group = segment.end;
    } else {
      this.#at = 0;
      this.#group = 0;
      this.#copy(preamble, 0, preamble.length);
    }
  }

  /** @returns the frame's file offset */
  frame(kind: number, body: Uint8Array): number {
    const span = frameSpan(body.length);
    const large = kind === KIND_BATCH && span > COPY_LIMIT;
    const inBuffer = large ? FRAME_HEADER_BYTES + BATCH_HEADER_BYTES : span;
    if (this.#length + inBuffer > CAPACITY) this.#write();
    const offset = this.end;
    const at = this.#length;
    this.#view.setUint32(at + 4, body.length);
    this.#view.setUint32(at + 8, this.#group);
    this.#view.setUint32(at + 12, kind << 24);
    this.#length += FRAME_HEADER_BYTES;
    this.#copy(body, 0, large ? BATCH_HEADER_BYTES : body.length);
    const checkedEnd = at + FRAME_HEADER_BYTES + checkedLength(kind, body.length);
    const crc = frameCrc(this.#bytes, at, checkedEnd, this.#segment!.sequence, offset);
    this.#view.setUint32(at, crc);
    if (large) this.#writeThrough(body.subarray(BATCH_HEADER_BYTES));
    this.#copy(PADDING, 0, offset + span - this.end);
    return offset;
  }

  /** Hands what was gathered to the system; the group's datasync may follow. @throws what the file system throws */
  flush(): void {
    this.#write();
    const segment = this.#segment!;
    segment.end = this.#at;
    if (segment.filled < segment.end) segment.filled = segment.end;
  }

  #copy(source: Uint8Array, start: number, end: number): void {
    if (end === start) return;
    this.#bytes.set(end - start === source.length ? source : source.subarray(start, end), this.#length);
    this.#length += end - start;
  }

  #write(): void {
    if (this.#length === 0) return;
    this.#segment!.handle.write(this.#bytes.subarray(0, this.#length), this.#at);
    this.#at += this.#length;
    this.#length = 0;
  }

  #writeThrough(bytes: Uint8Array): void {
    this.#write();
    this.#segment!.handle.write(bytes, this.#at);
    this.#at += bytes.length;
  }
}
