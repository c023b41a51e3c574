/** A change that was proposed and is not yet applied. Subclasses add whose change it is and what changed; records are used again. */
export abstract class Layer<R extends Layer<R>> {
  /** The txn that makes this change. */
  zxid = 0;
  /** The change of the same thing before and after this one, while they too are unapplied. */
  older: R | undefined = undefined;
  newer: R | undefined = undefined;
}

/**
 * What `prepare` must see beside the applied state: changes in proposal order. They leave at the front as they are
 * applied, and at the back when they are given up. A subclass knows the latest change of each thing.
 */
export abstract class Layers<R extends Layer<R>> {
  /** As many as were ever held at once. */
  readonly #spare: R[] = [];
  /** A ring: `#count` records from `#head` on; its length is a power of two. */
  #ring: (R | undefined)[] = new Array<R | undefined>(64).fill(undefined);
  #head = 0;
  #count = 0;

  /** Changes held; also the mark that {@link undoTo} takes. */
  get count(): number {
    return this.#count;
  }

  /** A new record, or a used one with left-overs in it. */
  protected abstract make(): R;
  /** `record` was the latest change of its thing and the only one left: there is none now. */
  protected abstract forget(record: R): void;
  /** `record` is given up, `older` is the latest change of the same thing again. */
  protected abstract uncover(older: R, record: R): void;
  /** `record` is about to be used again. */
  protected abstract left(record: R): void;

  protected obtain(): R {
    return this.#spare.pop() ?? this.make();
  }

  /** @param older the latest change of the same thing so far */
  protected add(record: R, older: R | undefined, zxid: number): void {
    record.zxid = zxid;
    record.older = older;
    if (older !== undefined) older.newer = record;
    if (this.#count === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#count) & (this.#ring.length - 1)] = record;
    this.#count += 1;
  }

  /** Forgets the changes up to `zxid`: they are applied. */
  popThrough(zxid: number): void {
    while (this.#count > 0) {
      const record = this.#ring[this.#head]!;
      if (record.zxid > zxid) return;
      this.#ring[this.#head] = undefined;
      this.#head = (this.#head + 1) & (this.#ring.length - 1);
      this.#count -= 1;
      if (record.newer !== undefined) record.newer.older = undefined;
      else this.forget(record);
      this.#recycle(record);
    }
  }

  /** Takes back the changes from `zxid` on. */
  discard(zxid: number): void {
    while (this.#count > 0 && this.#at(this.#count - 1).zxid >= zxid) this.#undo();
  }

  /** Takes back all but the first `mark` changes held. */
  undoTo(mark: number): void {
    while (this.#count > mark) this.#undo();
  }

  /** Visits the latest change of each thing, in the order in which they were proposed. */
  forEachLatest(visit: (record: R) => void): void {
    for (let i = 0; i < this.#count; i++) {
      const record = this.#at(i);
      if (record.newer === undefined) visit(record);
    }
  }

  #at(i: number): R {
    return this.#ring[(this.#head + i) & (this.#ring.length - 1)]!;
  }

  #undo(): void {
    this.#count -= 1;
    const at = (this.#head + this.#count) & (this.#ring.length - 1);
    const record = this.#ring[at]!;
    this.#ring[at] = undefined;
    if (record.older !== undefined) {
      record.older.newer = undefined;
      this.uncover(record.older, record);
    } else {
      this.forget(record);
    }
    this.#recycle(record);
  }

  #recycle(record: R): void {
    this.left(record);
    record.older = undefined;
    record.newer = undefined;
    this.#spare.push(record);
  }

  #grow(): void {
    const larger = new Array<R | undefined>(this.#ring.length * 2).fill(undefined);
    for (let i = 0; i < this.#count; i++) larger[i] = this.#at(i);
    this.#ring = larger;
    this.#head = 0;
  }
}
