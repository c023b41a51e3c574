import {
  checkBatch,
  type EpochEnd,
  epochOf,
  type LogRecovery,
  type LogStore,
  type LogStoreEvents,
  QuorateError,
  type SnapshotInfo,
  type SnapshotReader,
  type SnapshotStore,
  type SnapshotWriter,
  sliceBatch,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';

/** What survives a restart of the doubles below. */
export interface MemoryDisk {
  base: Zxid;
  batches: Uint8Array[];
  state: Uint8Array | null;
  snapshots: Map<Zxid, Uint8Array[]>;
  /** While true, nothing becomes durable. */
  stalled: boolean;
  released: () => void;
}

export function memoryDisk(): MemoryDisk {
  return { base: ZXID_ZERO, batches: [], state: null, snapshots: new Map(), stalled: false, released: () => {} };
}

/** A log that is durable one deferral after `sync`: the smallest double that keeps the contract's order. */
export class MemoryLog implements LogStore {
  readonly supports = { permanence: false };
  readonly #disk: MemoryDisk;
  readonly #defer: (fn: () => void) => void;
  #events: LogStoreEvents | undefined;
  #token = 0;

  constructor(disk: MemoryDisk, defer: (fn: () => void) => void) {
    this.#disk = disk;
    this.#defer = defer;
  }

  get base(): Zxid {
    return this.#disk.base;
  }

  get last(): Zxid {
    const batch = this.#disk.batches.at(-1);
    return batch === undefined ? this.#disk.base : checkBatch(batch).last;
  }

  async open(events: LogStoreEvents): Promise<LogRecovery> {
    this.#events = events;
    const epochs: EpochEnd[] = [];
    let commit = this.base;
    for (const batch of this.#disk.batches) {
      const info = checkBatch(batch);
      if (info.commit > commit) commit = info.commit;
      const epoch = epochOf(info.last);
      if (epochs.at(-1)?.epoch === epoch) epochs.pop();
      epochs.push({ epoch, last: info.last });
    }
    const last = this.last;
    return {
      base: this.base,
      last,
      commit: Math.min(commit, last) as Zxid,
      epochs,
      state: this.#disk.state,
      tail: 'clean',
    };
  }

  append(batch: Uint8Array): void {
    if (checkBatch(batch).previous !== this.last) throw new QuorateError('LOG_GAP', 'gap');
    this.#disk.batches.push(batch);
  }

  putState(state: Uint8Array): void {
    this.#disk.state = state.slice();
  }

  truncateAfter(zxid: Zxid): void {
    while (this.last > zxid) {
      const batch = this.#disk.batches.pop()!;
      const kept = sliceBatch(batch, checkBatch(batch).previous, zxid);
      if (kept !== undefined) this.#disk.batches.push(kept);
    }
  }

  reset(base: Zxid): void {
    this.#disk.batches = [];
    this.#disk.base = base;
  }

  sync(): number {
    this.#token += 1;
    const token = this.#token;
    const report = (): void => this.#defer(() => this.#events?.onDurable(this.#token));
    if (this.#disk.stalled) this.#disk.released = report;
    else this.#defer(() => this.#events?.onDurable(token));
    return token;
  }

  read(after: Zxid, maxBytes: number, done: (error: Error | null, batches: readonly Uint8Array[]) => void): void {
    if (after < this.base) {
      this.#defer(() => done(new QuorateError('COMPACTED', 'compacted'), []));
      return;
    }
    const found: Uint8Array[] = [];
    let bytes = 0;
    for (const batch of this.#disk.batches) {
      if (checkBatch(batch).last <= after || (found.length > 0 && bytes + batch.length > maxBytes)) continue;
      found.push(batch);
      bytes += batch.length;
    }
    this.#defer(() => done(null, found));
  }

  retire(zxid: Zxid): void {
    while (this.#disk.batches.length > 0 && checkBatch(this.#disk.batches[0]!).last <= zxid) {
      this.#disk.base = checkBatch(this.#disk.batches.shift()!).last;
    }
  }

  async close(): Promise<void> {
    this.#events = undefined;
  }
}

export class MemorySnapshots implements SnapshotStore {
  readonly supports = { permanence: false };
  readonly #disk: MemoryDisk;

  constructor(disk: MemoryDisk) {
    this.#disk = disk;
  }

  async list(): Promise<readonly SnapshotInfo[]> {
    return [...this.#disk.snapshots.keys()].sort((a, b) => b - a).map((zxid) => ({ zxid, bytes: 0 }));
  }

  async begin(zxid: Zxid): Promise<SnapshotWriter> {
    const chunks: Uint8Array[] = [];
    return {
      write: async (chunk) => void chunks.push(chunk.slice()),
      commit: async () => void this.#disk.snapshots.set(zxid, chunks),
      abort: async () => {},
    };
  }

  async open(zxid: Zxid): Promise<SnapshotReader> {
    const chunks = this.#disk.snapshots.get(zxid);
    if (chunks === undefined) throw new QuorateError('NO_SUCH_ZXID', 'no such snapshot');
    let next = 0;
    return { zxid, bytes: 0, read: async () => chunks[next++] ?? null, close: async () => {} };
  }

  async drop(zxid: Zxid): Promise<void> {
    this.#disk.snapshots.delete(zxid);
  }

  async close(): Promise<void> {}
}
