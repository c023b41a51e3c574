import { formatZxid, QuorateError, sliceBatch, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import { EpochRanges } from './epoch-ranges.js';
import type { Segment } from './segment.js';

/** The entries with `after < zxid ≤ limit`, on disk in one segment. Behind the limit the segment may hold cut ones. */
export interface Piece {
  readonly segment: Segment;
  readonly after: Zxid;
  readonly limit: Zxid;
}

interface TailBatch {
  readonly bytes: Uint8Array;
  readonly previous: Zxid;
  readonly last: Zxid;
  /** Number of the append that brought it. */
  readonly call: number;
}

/** What a read found at the moment of its call. */
export interface ReadPlan {
  readonly pieces: readonly Piece[];
  /** Batches not yet on disk that follow the pieces. */
  readonly memory: readonly Uint8Array[];
}

/**
 * The log as of all calls made so far: pieces of segments, then batches that are not on disk yet. What is
 * on disk may be behind; it catches up in call order (see {@link settled}).
 */
export class LogView {
  base: Zxid = ZXID_ZERO;
  last: Zxid = ZXID_ZERO;
  readonly epochs = new EpochRanges();
  /** Replaced, never changed, so that a read may hold on to it. */
  #pieces: readonly Piece[] = [];
  #tail: TailBatch[] = [];

  /** Notes entries found on disk after {@link last}. */
  found(previous: Zxid, last: Zxid): void {
    this.epochs.extend(previous, last);
    this.last = last;
  }

  /** Adds what was found in one segment, after `after` up to {@link last}. */
  foundSegment(segment: Segment, after: Zxid): void {
    if (this.last > after) this.#pieces = [...this.#pieces, { segment, after, limit: this.last }];
  }

  append(bytes: Uint8Array, last: Zxid, call: number): void {
    this.#tail.push({ bytes, previous: this.last, last, call });
    this.epochs.extend(this.last, last);
    this.last = last;
  }

  /** @throws QuorateError `NO_SUCH_ZXID` */
  truncateAfter(zxid: Zxid): void {
    this.requirePresent(zxid, 'truncateAfter');
    const tail = this.#tail;
    while (tail.length > 0 && tail.at(-1)!.previous >= zxid) tail.pop();
    const cut = tail.at(-1);
    if (cut !== undefined) {
      if (cut.last > zxid) {
        tail[tail.length - 1] = { ...cut, bytes: sliceBatch(cut.bytes, cut.previous, zxid)!, last: zxid };
      }
    } else {
      const pieces = this.#pieces.filter((piece) => piece.after < zxid);
      const end = pieces.at(-1);
      if (end !== undefined && end.limit > zxid) pieces[pieces.length - 1] = { ...end, limit: zxid };
      this.#pieces = pieces;
    }
    this.epochs.cutAfter(zxid);
    this.last = zxid;
  }

  reset(base: Zxid): void {
    this.#pieces = [];
    this.#tail = [];
    this.epochs.cutAfter(ZXID_ZERO);
    this.base = base;
    this.last = base;
  }

  /** Forgets whole pieces up to `zxid`. @returns the sequence of the oldest segment that is left; 0 when nothing changed */
  retire(zxid: Zxid): number {
    let keep = 0;
    while (keep + 1 < this.#pieces.length && this.#pieces[keep]!.limit <= zxid) keep += 1;
    if (keep === 0) return 0;
    this.#pieces = this.#pieces.slice(keep);
    const oldest = this.#pieces[0]!;
    this.base = oldest.after;
    this.epochs.dropThrough(this.base);
    return oldest.segment.sequence;
  }

  /** All calls up to number `call` are on disk; their batches, as far as they still count, in `segment`. */
  settled(call: number, segment: Segment): void {
    const tail = this.#tail;
    let count = 0;
    while (count < tail.length && tail[count]!.call <= call) count += 1;
    if (count === 0) return;
    const limit = tail[count - 1]!.last;
    const end = this.#pieces.at(-1);
    if (end !== undefined && end.segment === segment) {
      this.#pieces = [...this.#pieces.slice(0, -1), { segment, after: end.after, limit }];
    } else {
      this.#pieces = [...this.#pieces, { segment, after: tail[0]!.previous, limit }];
    }
    tail.splice(0, count);
  }

  /** Where the entries after `after` are. @throws QuorateError `COMPACTED`, `NO_SUCH_ZXID` */
  plan(after: Zxid, maxBytes: number): ReadPlan {
    if (after < this.base) {
      throw new QuorateError(
        'COMPACTED',
        `read after ${formatZxid(after)}: the log begins after ${formatZxid(this.base)}; start from a snapshot`,
      );
    }
    this.requirePresent(after, 'read');
    const pieces = this.#pieces.filter((piece) => piece.limit > after);
    const memory: Uint8Array[] = [];
    let bytes = 0;
    for (let i = this.#firstInTail(after); i < this.#tail.length; i++) {
      const batch = this.#tail[i]!.bytes;
      bytes += batch.length;
      if (memory.length > 0 && bytes > maxBytes) break;
      memory.push(batch);
    }
    return { pieces, memory };
  }

  /** @throws QuorateError `NO_SUCH_ZXID` unless `zxid` is the base or present */
  requirePresent(zxid: Zxid, call: string): void {
    if (zxid === this.base || this.epochs.has(zxid)) return;
    throw new QuorateError(
      'NO_SUCH_ZXID',
      `${call}: no entry ${formatZxid(zxid)}; the log holds what is after ${formatZxid(this.base)} up to ${formatZxid(this.last)}`,
    );
  }

  #firstInTail(after: Zxid): number {
    let low = 0;
    let high = this.#tail.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#tail[middle]!.last <= after) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
