import { type EpochEnd, epochOf, makeZxid, type Zxid } from '@quorate/interfaces';

interface Range {
  readonly epoch: number;
  first: Zxid;
  last: Zxid;
}

/** Which zxids a log holds: within an epoch they have no gaps, so a first and a last one per epoch say it all. */
export class EpochRanges {
  readonly #ranges: Range[] = [];

  /** Adds the entries after `previous` up to `last`, all of one epoch. */
  extend(previous: Zxid, last: Zxid): void {
    const epoch = epochOf(last);
    const tail = this.#ranges.at(-1);
    if (tail !== undefined && tail.epoch === epoch) tail.last = last;
    else {
      const first = epochOf(previous) === epoch ? ((previous + 1) as Zxid) : makeZxid(epoch, 1);
      this.#ranges.push({ epoch, first, last });
    }
  }

  has(zxid: Zxid): boolean {
    for (let i = this.#ranges.length - 1; i >= 0; i--) {
      const range = this.#ranges[i]!;
      if (zxid > range.last) return false;
      if (zxid >= range.first) return true;
    }
    return false;
  }

  /** Removes what comes after `zxid`. */
  cutAfter(zxid: Zxid): void {
    while (this.#ranges.length > 0 && this.#ranges.at(-1)!.first > zxid) this.#ranges.pop();
    const tail = this.#ranges.at(-1);
    if (tail !== undefined && tail.last > zxid) tail.last = zxid;
  }

  /** Removes everything up to `zxid`. */
  dropThrough(zxid: Zxid): void {
    while (this.#ranges.length > 0 && this.#ranges[0]!.last <= zxid) this.#ranges.shift();
    const head = this.#ranges[0];
    if (head !== undefined && head.first <= zxid) head.first = (zxid + 1) as Zxid;
  }

  ends(): readonly EpochEnd[] {
    return this.#ranges.map(({ epoch, last }) => ({ epoch, last }));
  }
}
