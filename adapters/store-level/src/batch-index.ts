import {
  type BatchInfo,
  checkBatch,
  type EpochEnd,
  epochOf,
  formatZxid,
  QuorateError,
  sliceBatch,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';

/** Where one batch of the log is. */
export class BatchRef {
  readonly previous: Zxid;
  readonly first: Zxid;
  /** Behind a cut inside the batch, less than what the database may still hold. */
  last: Zxid;
  /** The batch's bytes until they are on disk. */
  bytes: Uint8Array | null;
  /** Length of the batch, at most. */
  size: number;

  constructor(info: BatchInfo, bytes: Uint8Array | null) {
    this.previous = info.previous;
    this.first = info.first;
    this.last = info.last;
    this.size = info.length;
    this.bytes = bytes;
  }
}

/** What a truncation means for the database. */
export interface Cut {
  readonly removed: readonly BatchRef[];
  /** The batch that keeps only its beginning, if any; its `last` is where it ends now. */
  readonly shortened: BatchRef | null;
}

/** The log as of all calls made so far: one reference per batch. */
export class BatchIndex {
  base: Zxid = ZXID_ZERO;
  #refs: BatchRef[] = [];

  get last(): Zxid {
    return this.#refs.at(-1)?.last ?? this.base;
  }

  /** @throws QuorateError `LOG_GAP` */
  add(info: BatchInfo, bytes: Uint8Array | null): BatchRef {
    if (info.previous !== this.last) {
      throw new QuorateError(
        'LOG_GAP',
        `append: the batch follows ${formatZxid(info.previous)}, but the log ends at ${formatZxid(this.last)}; truncate or reset first`,
      );
    }
    const ref = new BatchRef(info, bytes);
    this.#refs.push(ref);
    return ref;
  }

  /** @throws QuorateError `NO_SUCH_ZXID` */
  truncateAfter(zxid: Zxid): Cut {
    this.#requirePresent(zxid, 'truncateAfter');
    const removed: BatchRef[] = [];
    while (this.#refs.length > 0 && this.#refs.at(-1)!.first > zxid) removed.push(this.#refs.pop()!);
    const end = this.#refs.at(-1);
    if (end === undefined || end.last === zxid) return { removed, shortened: null };
    end.last = zxid;
    if (end.bytes !== null) {
      end.bytes = sliceBatch(end.bytes, end.previous, zxid)!;
      end.size = end.bytes.length;
    }
    return { removed, shortened: end };
  }

  reset(base: Zxid): readonly BatchRef[] {
    const removed = this.#refs;
    this.#refs = [];
    this.base = base;
    return removed;
  }

  /** Removes the batches that end at or before `zxid`. */
  retire(zxid: Zxid): readonly BatchRef[] {
    let count = 0;
    while (count < this.#refs.length && this.#refs[count]!.last <= zxid) count += 1;
    if (count === 0) return [];
    const removed = this.#refs.splice(0, count);
    this.base = removed[count - 1]!.last;
    return removed;
  }

  /** The batches that a read after `after` begins with. @throws QuorateError `COMPACTED`, `NO_SUCH_ZXID` */
  plan(after: Zxid, maxBytes: number): readonly BatchRef[] {
    if (after < this.base) {
      throw new QuorateError(
        'COMPACTED',
        `read after ${formatZxid(after)}: the log begins after ${formatZxid(this.base)}; start from a snapshot`,
      );
    }
    this.#requirePresent(after, 'read');
    const plan: BatchRef[] = [];
    let bytes = 0;
    for (let i = this.#endingAfter(after); i < this.#refs.length; i++) {
      const ref = this.#refs[i]!;
      bytes += ref.size;
      if (plan.length > 0 && bytes > maxBytes) break;
      plan.push(ref);
    }
    return plan;
  }

  epochs(): readonly EpochEnd[] {
    const ends: EpochEnd[] = [];
    for (const { last } of this.#refs) {
      if (ends.at(-1)?.epoch === epochOf(last)) ends.pop();
      ends.push({ epoch: epochOf(last), last });
    }
    return ends;
  }

  #requirePresent(zxid: Zxid, call: string): void {
    if (zxid === this.base) return;
    const ref = this.#refs[this.#endingAfter((zxid - 1) as Zxid)];
    if (ref !== undefined && zxid >= ref.first && zxid <= ref.last) return;
    throw new QuorateError(
      'NO_SUCH_ZXID',
      `${call}: no entry ${formatZxid(zxid)}; the log holds what is after ${formatZxid(this.base)} up to ${formatZxid(this.last)}`,
    );
  }

  /** Position of the first batch whose last entry is after `zxid`. */
  #endingAfter(zxid: Zxid): number {
    let low = 0;
    let high = this.#refs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#refs[middle]!.last <= zxid) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** @throws QuorateError `CORRUPT_LOG` */
export function checkStored(value: Uint8Array, key: Zxid): BatchInfo {
  let info: BatchInfo;
  try {
    info = checkBatch(value);
  } catch (error) {
    throw new QuorateError('CORRUPT_LOG', `the batch stored under ${formatZxid(key)} is damaged`, { cause: error });
  }
  if (info.first === key) return info;
  throw new QuorateError(
    'CORRUPT_LOG',
    `the batch stored under ${formatZxid(key)} begins with ${formatZxid(info.first)}`,
  );
}
