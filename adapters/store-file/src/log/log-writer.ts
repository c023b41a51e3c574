import type { FileSystem, Zxid } from '@quorate/interfaces';
import { datasync } from '../datasync.js';
import {
  CALL_BATCH,
  CALL_RESET,
  CALL_RETIRE,
  CALL_STATE,
  CALL_TRUNCATE,
  type Call,
  type CallQueue,
} from './call-queue.js';
import { frameSpan, KIND_HEAD } from './frame.js';
import { FrameBuffer } from './frame-buffer.js';
import type { LogView } from './log-view.js';
import type { Recovered } from './recover.js';
import type { Segment } from './segment.js';
import { encodeHead, encodePreamble } from './segment-head.js';
import { SegmentSupply, writeZeros, ZERO_STEP_BYTES } from './segment-supply.js';

export interface LogWriterOptions {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  readonly segmentBytes: number;
  readonly preallocateBytes: number;
}

/**
 * Puts calls on disk in order. One group at a time: its frames are written, one datasync makes them durable, then the
 * next group begins with whatever has come meanwhile. A truncation, a reset and a full segment begin a new segment.
 */
export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #queue: CallQueue;
  readonly #view: LogView;
  readonly #buffer = new FrameBuffer();
  readonly #supply: SegmentSupply;
  /** Segments that count, oldest first; the last one is written to. */
  readonly #chain: Segment[];
  readonly #deletions = new Set<Promise<void>>();
  readonly #garbage: Segment[] = [];
  readonly #onError: (error: unknown) => void;
  #state: Uint8Array | null;
  /** Last zxid of what was written. */
  #last: Zxid;

  /** @param onError hears of a segment that could not be deleted */
  constructor(options: LogWriterOptions, queue: CallQueue, recovered: Recovered, onError: (error: unknown) => void) {
    this.#options = options;
    this.#onError = onError;
    this.#queue = queue;
    this.#view = recovered.view;
    this.#chain = recovered.chain;
    this.#state = recovered.state;
    this.#last = recovered.recovery.last;
    const { fileSystem, directory, preallocateBytes } = options;
    this.#supply = new SegmentSupply(fileSystem, directory, preallocateBytes, recovered.nextSequence);
  }

  /** Begins the segment that this run of the program writes to, after `after`, and makes it durable. */
  async begin(after: Zxid): Promise<void> {
    await this.#beginSegment(after, false);
    await this.#finishGroup();
    this.#deleteGarbage();
  }

  /** Puts a group of calls on disk. @returns the highest sync token that is thereby satisfied; 0 when none is */
  async writeGroup(): Promise<number> {
    const queue = this.#queue;
    const first = queue.at(0)!;
    let count = 0;
    if (!isFrame(first)) {
      this.#last = first.value as Zxid;
      await this.#beginSegment(this.#last, first.kind === CALL_RESET);
      count = 1;
    } else if (this.#fits(first, this.#active.end)) this.#buffer.begin(this.#active, null);
    else await this.#beginSegment(this.#last, false);
    for (let call = queue.at(count); call !== undefined && this.#write(call); call = queue.at(count)) count += 1;
    await this.#finishGroup();
    this.#settle(count);
    return queue.take(count);
  }

  /** Writes one step of zeros ahead and makes it durable, where that is due. @returns false when it is not */
  async writeAhead(): Promise<boolean> {
    const active = this.#active;
    const until = this.#aheadUntil(active);
    if (active.end > this.#options.segmentBytes / 2) this.#supply.prepare();
    if (until - active.filled < Math.max(1, Math.min(ZERO_STEP_BYTES, this.#options.preallocateBytes))) return false;
    writeZeros(active, until);
    await datasync(active.handle);
    return true;
  }

  /** Waits for what goes on in the background, then closes every file. */
  async close(): Promise<void> {
    await this.#supply.close();
    await Promise.all(this.#deletions);
    for (const segment of [...this.#chain, ...this.#garbage]) {
      await segment.unread();
      await segment.handle.close();
    }
  }

  get #active(): Segment {
    return this.#chain[this.#chain.length - 1]!;
  }

  /** The window of zeros grows with the segment, so that a small log stays small. */
  #aheadUntil(segment: Segment): number {
    const { preallocateBytes, segmentBytes } = this.#options;
    if (preallocateBytes === 0) return 0;
    return Math.min(segmentBytes, segment.end + Math.min(preallocateBytes, Math.max(segment.end, ZERO_STEP_BYTES)));
  }

  #fits(call: Call, end: number): boolean {
    return this.#active.frames === 0 || end + frameSpan(call.body.length) <= this.#options.segmentBytes;
  }

  /** Adds a call's frame to the group. @returns false when it belongs to a later group */
  #write(call: Call): boolean {
    if (!isFrame(call) || !this.#fits(call, this.#buffer.end)) return false;
    const active = this.#active;
    const offset = this.#buffer.frame(call.kind, call.body);
    active.frames += 1;
    if (call.kind === CALL_BATCH) {
      active.noteBatch(this.#last, offset);
      this.#last = call.value as Zxid;
    } else if (call.kind === CALL_STATE) this.#state = call.body.subarray(1);
    return true;
  }

  /** Opens a group at the head of a new segment that continues the log after `after`. */
  async #beginSegment(after: Zxid, forget: boolean): Promise<void> {
    const segment = await this.#supply.take();
    const chain = this.#chain;
    while (chain.length > 0 && (forget || chain[chain.length - 1]!.after >= after)) this.#garbage.push(chain.pop()!);
    const predecessor = chain.at(-1)?.sequence ?? 0;
    chain.push(segment);
    segment.after = after;
    const { sequence } = segment;
    const head = { sequence, predecessor, after, oldest: chain[0]!.sequence, state: this.#state };
    this.#buffer.begin(segment, encodePreamble());
    this.#buffer.frame(KIND_HEAD, encodeHead(head));
  }

  async #finishGroup(): Promise<void> {
    const active = this.#active;
    this.#buffer.flush();
    if (active.filled === active.end && active.end > ZERO_STEP_BYTES) writeZeros(active, this.#aheadUntil(active));
    await datasync(active.handle);
    if (active.named) return;
    await this.#options.fileSystem.syncDir(this.#options.directory);
    active.named = true;
  }

  /** The first `count` calls are on disk. */
  #settle(count: number): void {
    if (count === 0) return;
    this.#view.settled(this.#queue.at(count - 1)!.number, this.#active);
    for (let i = 0; i < count; i++) {
      const call = this.#queue.at(i)!;
      if (call.kind === CALL_RETIRE) this.#retireBefore(call.value);
    }
    this.#deleteGarbage();
  }

  #retireBefore(oldest: number): void {
    while (this.#chain.length > 1 && this.#chain[0]!.sequence < oldest) this.#garbage.push(this.#chain.shift()!);
  }

  /** Nothing on disk leads to these segments any more. */
  #deleteGarbage(): void {
    for (const segment of this.#garbage.splice(0)) {
      const deleted = this.#delete(segment).catch(this.#onError);
      this.#deletions.add(deleted);
      void deleted.then(() => this.#deletions.delete(deleted));
    }
  }

  async #delete(segment: Segment): Promise<void> {
    await segment.unread();
    await segment.handle.close();
    await this.#options.fileSystem.unlink(segment.path);
  }
}

function isFrame(call: Call): boolean {
  return call.kind !== CALL_TRUNCATE && call.kind !== CALL_RESET;
}
