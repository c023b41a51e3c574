import { sliceBatch, ZXID_ZERO, type Zxid } from '@quorate/interfaces';

/** One batch in memory. */
export interface TailBatch {
  readonly previous: Zxid;
  readonly last: Zxid;
  readonly commit: Zxid;
  readonly bytes: Uint8Array;
}

/** The recent end of the log in memory: learners and apply are cursors over it. */
export class LogTail {
  readonly #limitBytes: number;
  #batches: TailBatch[] = [];
  #first = 0;
  #bytes = 0;
  #start: Zxid;

  /** @param start zxid before the first batch to come */
  constructor(start: Zxid, limitBytes: number) {
    this.#start = start;
    this.#limitBytes = limitBytes;
  }

  /** Everything after this zxid is here. */
  get start(): Zxid {
    return this.#start;
  }

  get last(): Zxid {
    return this.#first < this.#batches.length ? this.#batches.at(-1)!.last : this.#start;
  }

  push(batch: TailBatch): void {
    this.#batches.push(batch);
    this.#bytes += batch.bytes.length;
  }

  /** Lets go of old batches beyond the limit, but of nothing after `needed`. */
  trim(needed: Zxid): void {
    while (this.#bytes > this.#limitBytes && this.#first < this.#batches.length) {
      const oldest = this.#batches[this.#first]!;
      if (oldest.last > needed) break;
      this.#bytes -= oldest.bytes.length;
      this.#start = oldest.last;
      this.#first += 1;
    }
    if (this.#first > 1024 && this.#first * 2 > this.#batches.length) {
      this.#batches = this.#batches.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Index of the batch that holds the entry after `zxid`; undefined when there is none yet. Needs `zxid ≥ start`. */
  indexAfter(zxid: Zxid): number | undefined {
    let low = this.#first;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#batches[middle]!.last > zxid) high = middle;
      else low = middle + 1;
    }
    return low < this.#batches.length ? low : undefined;
  }

  at(index: number): TailBatch | undefined {
    return this.#batches[index];
  }

  /** Removes everything after `zxid`, which is in the tail, its start, or before it. */
  truncateAfter(zxid: Zxid): void {
    while (this.#first < this.#batches.length && this.#batches.at(-1)!.last > zxid) {
      const batch = this.#batches.pop()!;
      this.#bytes -= batch.bytes.length;
      const kept = sliceBatch(batch.bytes, batch.previous, zxid);
      if (kept !== undefined) this.push({ previous: batch.previous, last: zxid, commit: batch.commit, bytes: kept });
    }
    if (this.#first >= this.#batches.length) this.reset(zxid);
  }

  /** Forgets everything: what follows comes after `start`. */
  reset(start: Zxid = ZXID_ZERO): void {
    this.#batches = [];
    this.#first = 0;
    this.#bytes = 0;
    this.#start = start;
  }
}
