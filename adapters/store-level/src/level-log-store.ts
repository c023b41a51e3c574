import {
  checkBatch,
  formatZxid,
  invariant,
  isQuorateError,
  type LogRecovery,
  type LogStore,
  type LogStoreEvents,
  QuorateError,
  sliceBatch,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';
import { BatchIndex, type BatchRef, checkStored } from './batch-index.js';
import {
  BATCHES_FROM,
  BATCHES_UNTIL,
  batchKey,
  decodeZxid,
  encodeZxid,
  KEY_BASE,
  KEY_STATE,
  KEY_VERSION,
  zxidOfKey,
} from './keys.js';
import { asFailure, type LevelOperation, type SharedDatabase } from './level-database.js';
import { type Change, WriteQueue } from './write-queue.js';

const STATE_LIMIT = 64 << 10;
const FORMAT_VERSION = 1;

type Status = 'new' | 'open' | 'failed' | 'closed';

function deletions(refs: readonly BatchRef[]): LevelOperation[] {
  return refs.map(({ first }) => ({ type: 'del', key: batchKey(first) }));
}

/** A log in a key-value database: one key per batch; each group of calls is one atomic, synced write. */
export class LevelLogStore implements LogStore {
  readonly supports: { readonly permanence: boolean };
  readonly #database: SharedDatabase;
  readonly #queue: WriteQueue;
  readonly #index = new BatchIndex();
  #events: LogStoreEvents | null = null;
  #status: Status = 'new';
  #failure: QuorateError | null = null;
  #token = 0;
  #idleToken = 0;
  #busy = false;
  #running: Promise<void> = Promise.resolve();

  constructor(database: SharedDatabase) {
    this.#database = database;
    this.#queue = new WriteQueue(database);
    this.supports = { permanence: database.permanence };
  }

  get base(): Zxid {
    return this.#index.base;
  }

  get last(): Zxid {
    return this.#index.last;
  }

  async open(events: LogStoreEvents): Promise<LogRecovery> {
    invariant(this.#status === 'new', `open: this log store is ${this.#status}; make a new one`);
    this.#status = 'closed';
    await this.#database.acquire();
    try {
      const recovery = await this.#recover();
      this.#events = events;
      this.#status = 'open';
      return recovery;
    } catch (error) {
      await this.#database.release().catch(() => {});
      throw isQuorateError(error) ? error : asFailure('the log could not be read', error);
    }
  }

  append(batch: Uint8Array): void {
    if (!this.#usable('append')) return;
    const info = checkBatch(batch);
    const ref = this.#index.add(info, batch);
    this.#queue.add([{ type: 'put', key: batchKey(info.first), value: batch }], ref);
  }

  putState(state: Uint8Array): void {
    if (!this.#usable('putState')) return;
    invariant(
      state.length <= STATE_LIMIT,
      `putState: ${state.length} bytes; the peer's state has at most ${STATE_LIMIT}`,
    );
    this.#queue.add([{ type: 'put', key: KEY_STATE, value: state.slice() }]);
  }

  truncateAfter(zxid: Zxid): void {
    if (!this.#usable('truncateAfter')) return;
    const { removed, shortened } = this.#index.truncateAfter(zxid);
    const changes: Change[] = deletions(removed);
    let inMemory: BatchRef | null = null;
    if (shortened !== null) {
      const { first, previous, bytes } = shortened;
      if (bytes === null) changes.push({ type: 'shorten', first, previous, through: zxid });
      else {
        changes.push({ type: 'put', key: batchKey(first), value: bytes });
        inMemory = shortened;
      }
    }
    if (changes.length > 0) this.#queue.add(changes, inMemory);
  }

  reset(base: Zxid): void {
    if (!this.#usable('reset')) return;
    const removed = this.#index.reset(base);
    this.#queue.add([...deletions(removed), { type: 'put', key: KEY_BASE, value: encodeZxid(base) }]);
  }

  retire(zxid: Zxid): void {
    if (!this.#usable('retire')) return;
    const removed = this.#index.retire(zxid);
    if (removed.length === 0) return;
    this.#queue.add([...deletions(removed), { type: 'put', key: KEY_BASE, value: encodeZxid(this.#index.base) }]);
  }

  sync(): number {
    this.#token += 1;
    if (!this.#usable('sync')) return this.#token;
    if (this.#queue.mark(this.#token)) this.#run();
    else this.#reportIdle();
    return this.#token;
  }

  read(after: Zxid, maxBytes: number, done: (error: Error | null, batches: readonly Uint8Array[]) => void): void {
    let pending: Promise<readonly Uint8Array[]>;
    try {
      if (!this.#usable('read')) throw new QuorateError('CLOSED', `read: this log store is ${this.#status}`);
      pending = this.#fetch(this.#index.plan(after, maxBytes));
    } catch (error) {
      pending = Promise.reject(error);
    }
    pending.then(
      (batches) => done(null, batches),
      (error: Error) => done(error, []),
    );
  }

  async close(): Promise<void> {
    const open = this.#status === 'open';
    if (open && this.#queue.length > 0) this.#run();
    await this.#running;
    if (this.#status === 'open' || this.#status === 'failed') {
      this.#status = 'closed';
      await this.#database.release().catch((error) => {
        if (this.#failure === null) throw asFailure('the database could not be closed', error);
      });
    }
    if (open && this.#failure !== null) throw this.#failure;
  }

  async #recover(): Promise<LogRecovery> {
    const version = await this.#database.get(KEY_VERSION);
    if (version === undefined) {
      await this.#database.write([{ type: 'put', key: KEY_VERSION, value: new Uint8Array([FORMAT_VERSION]) }]);
    } else if (version[0] !== FORMAT_VERSION) {
      throw new QuorateError(
        'UNSUPPORTED',
        `the database has format version ${version[0]}, this program reads ${FORMAT_VERSION}; use the version that wrote it`,
      );
    }
    const index = this.#index;
    const base = await this.#database.get(KEY_BASE);
    index.base = base === undefined ? ZXID_ZERO : decodeZxid(base);
    let commit = index.base;
    for await (const [key, value] of this.#database.entries(BATCHES_FROM, BATCHES_UNTIL)) {
      const info = checkStored(value, zxidOfKey(key));
      if (info.previous !== index.last) {
        throw new QuorateError(
          'CORRUPT_LOG',
          `a batch follows ${formatZxid(info.previous)}, but the entries before it end at ${formatZxid(index.last)}`,
        );
      }
      index.add(info, null);
      if (info.commit > commit) commit = info.commit;
    }
    const state = (await this.#database.get(KEY_STATE)) ?? null;
    const { last } = index;
    return {
      base: index.base,
      last,
      commit: Math.min(commit, last) as Zxid,
      epochs: index.epochs(),
      state,
      tail: 'clean',
    };
  }

  async #fetch(refs: readonly BatchRef[]): Promise<readonly Uint8Array[]> {
    const limits = refs.map(({ last }) => last);
    const found: (Uint8Array | undefined)[] = refs.map(({ bytes }) => bytes ?? undefined);
    const stored = refs.filter(({ bytes }) => bytes === null);
    if (stored.length === 0) return found as Uint8Array[];
    const values = await this.#database.getMany(stored.map(({ first }) => batchKey(first)));
    let at = 0;
    return refs.map((ref, i) => found[i] ?? wholeBatch(ref, limits[i]!, values[at++]));
  }

  #usable(call: string): boolean {
    invariant(this.#status !== 'new', `${call}: open this log store first`);
    return this.#status === 'open';
  }

  #run(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#running = this.#empty();
  }

  async #empty(): Promise<void> {
    try {
      while (this.#status === 'open' && this.#queue.length > 0) {
        const token = await this.#queue.writeGroup();
        if (token > 0) this.#report(token);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#busy = false;
    }
  }

  #report(token: number): void {
    if (this.#status === 'open') this.#events!.onDurable(token);
  }

  /** Everything is on disk already; says so outside the call. */
  #reportIdle(): void {
    if (this.#idleToken === 0) {
      queueMicrotask(() => {
        const token = this.#idleToken;
        this.#idleToken = 0;
        this.#report(token);
      });
    }
    this.#idleToken = this.#token;
  }

  #fail(error: unknown): void {
    if (this.#status !== 'open') return;
    this.#status = 'failed';
    this.#queue.clear();
    const failure = isQuorateError(error) ? error : asFailure('the log could not be written', error);
    this.#failure = failure;
    queueMicrotask(() => this.#events!.onFailure(failure));
  }
}

/** A stored batch as the read's moment saw it. */
function wholeBatch(ref: BatchRef, limit: Zxid, value: Uint8Array | undefined): Uint8Array {
  if (value === undefined) {
    throw new QuorateError('COMPACTED', `the entries from ${formatZxid(ref.first)} on were forgotten during the read`);
  }
  const info = checkStored(value, ref.first);
  if (info.last < limit || info.previous !== ref.previous) {
    throw new QuorateError('COMPACTED', `the entries from ${formatZxid(ref.first)} on were replaced during the read`);
  }
  return sliceBatch(value, ref.previous, limit)!;
}
