/** A change that was proposed and is not yet applied. Subclasses add what changed; records are used again. */
export abstract class Layer<K, R extends Layer<K, R>> {
  key: K;
  /** The txn that makes this change. */
  zxid = 0;
  /** The change of the same key before and after this one, while they too are unapplied. */
  older: R | undefined = undefined;
  newer: R | undefined = undefined;

  constructor(key: K) {
    this.key = key;
  }
}

function nothing(): void {}

/**
 * What `prepare` must see beside the applied state: changes in proposal order, the latest per key at hand. Changes leave
 * at the front as they are applied, and at the back when they are given up.
 */
export class Layers<K, R extends Layer<K, R>> {
  readonly #make: (key: K) => R;
  readonly #left: (record: R) => void;
  readonly #latest = new Map<K, R>();
  readonly #spare: R[] = [];
  /** A ring: `#count` records from `#head` on; its length is a power of two. */
  #ring: (R | undefined)[] = new Array<R | undefined>(64).fill(undefined);
  #head = 0;
  #count = 0;

  /** @param left hears of each change that was applied or given up */
  constructor(make: (key: K) => R, left: (record: R) => void = nothing) {
    this.#make = make;
    this.#left = left;
  }

  /** Changes held; also the mark that {@link undoTo} takes. */
  get count(): number {
    return this.#count;
  }

  latest(key: K): R | undefined {
    return this.#count === 0 ? undefined : this.#latest.get(key);
  }

  /** Adds a change; its fields beyond those of {@link Layer} hold left-overs. */
  push(key: K, zxid: number): R {
    const record = this.#spare.pop() ?? this.#make(key);
    record.key = key;
    record.zxid = zxid;
    record.older = this.#count === 0 ? undefined : this.#latest.get(key);
    if (record.older !== undefined) record.older.newer = record;
    this.#latest.set(key, record);
    if (this.#count === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#count) & (this.#ring.length - 1)] = record;
    this.#count += 1;
    return record;
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
      else this.#latest.delete(record.key);
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

  /** Visits the latest change of each key, in the order in which they were proposed. */
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
      this.#latest.set(record.key, record.older);
    } else {
      this.#latest.delete(record.key);
    }
    this.#recycle(record);
  }

  #recycle(record: R): void {
    this.#left(record);
    record.older = undefined;
    record.newer = undefined;
    if (this.#spare.length < 4096) this.#spare.push(record);
  }

  #grow(): void {
    const larger = new Array<R | undefined>(this.#ring.length * 2).fill(undefined);
    for (let i = 0; i < this.#count; i++) larger[i] = this.#at(i);
    this.#ring = larger;
    this.#head = 0;
  }
}
