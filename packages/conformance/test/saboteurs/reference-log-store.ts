import {
  type BatchInfo,
  checkBatch,
  epochOf,
  type LogRecovery,
  type LogStore,
  type LogStoreEvents,
  QuorateError,
  sliceBatch,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';

/** All there is to a log. */
export interface Image {
  readonly base: Zxid;
  readonly batches: readonly Uint8Array[];
  readonly state: Uint8Array | null;
}

/** What outlives a store. A crash leaves `image`; `cache` is what a next store would see if only the process had died. */
export class Disk {
  image: Image = { base: ZXID_ZERO, batches: [], state: null };
  cache: Image = this.image;
  failing = false;
}

export type ReadDone = (error: Error | null, batches: readonly Uint8Array[]) => void;

export function lastOf(image: Image): Zxid {
  const batch = image.batches.at(-1);
  return batch === undefined ? image.base : checkBatch(batch).last;
}

/** The plainest correct log store: every call makes a new image, every sync stores one. Saboteurs override a step. */
export class ReferenceLogStore implements LogStore {
  readonly supports = { permanence: true };
  protected readonly disk: Disk;
  protected image: Image;
  protected token = 0;
  protected events: LogStoreEvents = { onDurable: () => {}, onFailure: () => {} };
  #wanted: { readonly token: number; readonly image: Image } | null = null;
  #running: Promise<void> | null = null;
  protected dead = false;

  constructor(disk: Disk) {
    this.disk = disk;
    this.image = disk.image;
  }

  get base(): Zxid {
    return this.image.base;
  }

  get last(): Zxid {
    return lastOf(this.image);
  }

  async open(events: LogStoreEvents): Promise<LogRecovery> {
    this.events = events;
    this.image = this.recovered();
    return this.reported(this.image);
  }

  append(batch: Uint8Array): void {
    if (this.dead) return;
    const info = checkBatch(batch);
    if (info.previous !== this.last) throw new QuorateError('LOG_GAP', 'the batch does not follow');
    this.change(this.appended(batch, info));
  }

  putState(state: Uint8Array): void {
    if (!this.dead) this.change({ ...this.image, state: state.slice() });
  }

  truncateAfter(zxid: Zxid): void {
    if (this.dead) return;
    if (!this.holds(zxid)) throw new QuorateError('NO_SUCH_ZXID', 'nothing there');
    this.change(this.truncated(zxid));
  }

  reset(base: Zxid): void {
    if (!this.dead) this.change({ ...this.image, base, batches: [] });
  }

  retire(zxid: Zxid): void {
    if (this.dead) return;
    let { base, batches } = this.image;
    while (batches.length > 0 && checkBatch(batches[0]!).last <= zxid) {
      base = checkBatch(batches[0]!).last;
      batches = batches.slice(1);
    }
    this.change({ ...this.image, base, batches });
  }

  sync(): number {
    this.token += 1;
    if (this.dead) return this.token;
    this.#wanted = { token: this.token, image: this.image };
    this.#running ??= this.#run();
    return this.token;
  }

  read(after: Zxid, maxBytes: number, done: ReadDone): void {
    let error: Error | null = null;
    let batches: readonly Uint8Array[] = [];
    if (after < this.base) error = new QuorateError('COMPACTED', 'forgotten');
    else if (!this.holds(after)) error = new QuorateError('NO_SUCH_ZXID', 'nothing there');
    else batches = this.found(after, maxBytes);
    queueMicrotask(() => done(error, batches));
  }

  async close(): Promise<void> {
    await this.#running;
    if (!this.dead) this.store(this.image);
    this.dead = true;
  }

  protected recovered(): Image {
    return this.disk.image;
  }

  protected reported(image: Image): LogRecovery {
    const infos = image.batches.map((batch) => checkBatch(batch));
    const last = lastOf(image);
    const named = Math.max(image.base, ...infos.map(({ commit }) => commit));
    const ends = new Map(infos.map((info) => [epochOf(info.last), info.last]));
    return {
      base: image.base,
      last,
      commit: Math.min(named, last) as Zxid,
      epochs: [...ends].map(([epoch, end]) => ({ epoch, last: end })),
      state: image.state,
      tail: 'clean',
    };
  }

  protected change(image: Image): void {
    this.image = image;
  }

  protected appended(batch: Uint8Array, _info: BatchInfo): Image {
    return { ...this.image, batches: [...this.image.batches, batch] };
  }

  protected truncated(zxid: Zxid): Image {
    const kept = this.image.batches.map((batch) => sliceBatch(batch, ZXID_ZERO, zxid));
    return { ...this.image, batches: kept.filter((batch) => batch !== undefined) };
  }

  protected holds(zxid: Zxid): boolean {
    return (
      zxid === this.base ||
      this.image.batches.some((batch) => {
        const { first, last } = checkBatch(batch);
        return first <= zxid && zxid <= last;
      })
    );
  }

  protected found(after: Zxid, maxBytes: number): readonly Uint8Array[] {
    const batches: Uint8Array[] = [];
    let bytes = 0;
    for (const batch of this.image.batches) {
      if (checkBatch(batch).last <= after) continue;
      bytes += batch.length;
      if (batches.length > 0 && bytes > maxBytes) break;
      batches.push(batch);
    }
    return batches;
  }

  /** One sync: the image reaches the disk, then that is said. */
  protected async stored(image: Image, token: number): Promise<void> {
    await this.pause();
    if (this.disk.failing) throw new QuorateError('STORAGE_FAILED', 'told to fail');
    this.store(image);
    this.durable(token);
  }

  protected pause(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  protected store(image: Image): void {
    if (this.dead) return;
    this.disk.image = image;
    this.disk.cache = image;
  }

  protected durable(token: number): void {
    if (!this.dead) this.events.onDurable(token);
  }

  protected failed(error: Error): void {
    this.dead = true;
    this.events.onFailure(error);
  }

  /** The process dies. */
  kill(): void {
    this.dead = true;
  }

  async #run(): Promise<void> {
    try {
      while (this.#wanted !== null && !this.dead) {
        const { token, image } = this.#wanted;
        this.#wanted = null;
        await this.stored(image, token);
      }
    } catch (error) {
      this.failed(error as Error);
    }
    this.#running = null;
  }
}
