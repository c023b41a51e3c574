import { strict as assert } from 'node:assert';
import {
  checkBatch,
  formatZxid,
  type LogRecovery,
  type LogStore,
  type LogStoreEvents,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';
import { type BatchShape, difference, type Entry, entriesOf, makeBatch, sameState } from './entries.js';
import type { LogStoreSubject } from './subject.js';

/** Registers one test: a title that quotes clauses, and a body that runs against a store of its own. */
export type LogTest = (title: string, body: (bench: LogBench) => Promise<void>) => void;

/** What a log should hold after some calls. */
export interface Expectation {
  readonly base: Zxid;
  readonly entries: readonly Entry[];
  readonly state: Uint8Array | null;
}

const DEFAULT_PATIENCE_MS = 15_000;

/** One test's storage, the store open on it, what it should hold, and every breach of the contract seen so far. */
export class LogBench {
  readonly #subject: LogStoreSubject;
  readonly #patienceMs: number;
  #store: LogStore | null = null;
  /** The store whose events are heard. */
  #heard: LogStore | null = null;
  #inside = 0;
  #durable = 0;
  #tokens = 0;
  #waiting: (() => void)[] = [];
  readonly #breaches: string[] = [];
  readonly failures: Error[] = [];
  /** What the log should hold after all calls made through this bench. */
  entries: readonly Entry[] = [];
  base: Zxid = ZXID_ZERO;
  state: Uint8Array | null = null;

  constructor(subject: LogStoreSubject, patienceMs = DEFAULT_PATIENCE_MS) {
    this.#subject = subject;
    this.#patienceMs = patienceMs;
  }

  /** The store that is open. */
  get store(): LogStore {
    assert.ok(this.#store !== null, 'open a store first');
    return this.#store;
  }

  get subject(): LogStoreSubject {
    return this.#subject;
  }

  /** Highest token reported durable by the store that is open. */
  get durable(): number {
    return this.#durable;
  }

  get last(): Zxid {
    return this.entries.at(-1)?.zxid ?? this.base;
  }

  get expectation(): Expectation {
    return { base: this.base, entries: this.entries, state: this.state };
  }

  async open(): Promise<LogRecovery> {
    const store = this.#subject.store();
    this.#durable = 0;
    this.#tokens = 0;
    this.#heard = store;
    const recovery = await this.settled('open', store.open(this.#eventsOf(store)));
    this.#store = store;
    assert.equal(store.base, recovery.base, 'base as open reported it');
    assert.equal(store.last, recovery.last, 'last as open reported it');
    return recovery;
  }

  async close(): Promise<void> {
    const store = this.store;
    await this.settled('close', store.close());
    this.#store = null;
  }

  /** Whether the storage outlives a store. Ask before the store is closed. */
  get reopens(): boolean {
    return this.#subject.reopens ?? this.store.supports.permanence;
  }

  async crash(): Promise<void> {
    this.#heard = null;
    this.#store = null;
    await this.#subject.crash!();
  }

  /** Begins to open a store and lets it crash, open or not, after `moment`. */
  async crashDuringOpen(moment: () => Promise<void>): Promise<void> {
    const opening = this.#subject.store().open({ onDurable: () => {}, onFailure: () => {} });
    opening.catch(() => {});
    await moment();
    await this.#subject.crash!();
  }

  /** Closes, opens again and compares with what the log should hold. Does nothing where the storage does not outlive a store. */
  async reopen(): Promise<LogRecovery | undefined> {
    if (!this.reopens) return undefined;
    await this.close();
    const recovery = await this.open();
    await this.expect(this.expectation, recovery);
    return recovery;
  }

  append(shape: BatchShape = {}): Uint8Array {
    const batch = makeBatch(this.last, shape);
    this.call(() => this.store.append(batch.bytes));
    this.entries = [...this.entries, ...batch.entries];
    assert.equal(this.store.last, batch.last, 'last after append (LS-5)');
    return batch.bytes;
  }

  putState(state: Uint8Array): void {
    this.call(() => this.store.putState(state));
    this.state = state.slice();
  }

  truncateAfter(zxid: Zxid): void {
    this.call(() => this.store.truncateAfter(zxid));
    this.entries = this.entries.filter((entry) => entry.zxid <= zxid);
    assert.equal(this.store.last, zxid, 'last after truncateAfter (LS-7)');
    assert.equal(this.store.base, this.base, 'base after truncateAfter (LS-7)');
  }

  reset(base: Zxid): void {
    this.call(() => this.store.reset(base));
    this.base = base;
    this.entries = [];
    assert.equal(this.store.base, base, 'base after reset (LS-8)');
    assert.equal(this.store.last, base, 'last after reset (LS-8)');
  }

  retire(zxid: Zxid): void {
    const last = this.last;
    this.call(() => this.store.retire(zxid));
    const { base } = this.store;
    assert.ok(base >= this.base, `retire moved base back from ${formatZxid(this.base)} to ${formatZxid(base)} (LS-11)`);
    assert.ok(
      base === this.base || base <= zxid,
      `retire(${formatZxid(zxid)}) forgot more: base is ${formatZxid(base)} (LS-11)`,
    );
    assert.equal(this.store.last, last, 'last after retire (LS-11)');
    this.base = base;
    this.entries = this.entries.filter((entry) => entry.zxid > base);
  }

  sync(): number {
    const token = this.call(() => this.store.sync());
    assert.ok(token > this.#tokens, `sync returned ${token} after ${this.#tokens} (LS-1)`);
    this.#tokens = token;
    return token;
  }

  /** Syncs and waits until that is durable. */
  async settle(): Promise<void> {
    await this.untilDurable(this.sync());
  }

  async untilDurable(token: number): Promise<void> {
    await this.until(`onDurable(${token}) or later (LS-1)`, () => this.#durable >= token);
  }

  /** One read, checked: whole batches in order that begin with the entries after `after`, no more than asked for. */
  async read(after: Zxid, maxBytes: number): Promise<readonly Uint8Array[]> {
    const expected = this.entries.filter((entry) => entry.zxid > after);
    let answers = 0;
    const batches = await this.settled(
      'read (LS-10)',
      new Promise<readonly Uint8Array[]>((resolve, reject) => {
        this.call(() =>
          this.store.read(after, maxBytes, (error, found) => {
            answers += 1;
            if (answers > 1) this.#breach('read called done twice (LS-10)');
            if (error === null) resolve(found);
            else reject(error);
          }),
        );
      }),
    );
    checkRead(batches, after, maxBytes, expected);
    return batches;
  }

  /** Reads everything after `after` in steps. */
  async readAll(after: Zxid, maxBytes = 256 << 10): Promise<Entry[]> {
    const found: Entry[] = [];
    let at = after;
    for (;;) {
      const batches = await this.read(at, maxBytes);
      if (batches.length === 0) return found;
      for (const entry of entriesOf(batches)) if (entry.zxid > at) found.push(entry);
      at = found.at(-1)!.zxid;
    }
  }

  /** Holds the open store, and what its opening reported, against an expectation. */
  async expect(expected: Expectation, recovery?: LogRecovery): Promise<void> {
    const last = expected.entries.at(-1)?.zxid ?? expected.base;
    assert.equal(this.store.base, expected.base, 'base');
    assert.equal(this.store.last, last, 'last');
    assert.equal(difference(await this.readAll(expected.base), expected.entries), undefined);
    if (recovery === undefined) return;
    assert.ok(sameState(recovery.state, expected.state), 'the state is not that of the last putState (LS-6)');
    assert.deepEqual(recovery.epochs, epochEnds(expected.entries), 'epochs');
    assert.ok(
      recovery.commit >= recovery.base && recovery.commit <= recovery.last,
      'commit lies between base and last',
    );
  }

  /** Runs one call into the store, during which no event may come. */
  call<T>(body: () => T): T {
    this.#inside += 1;
    try {
      return body();
    } finally {
      this.#inside -= 1;
    }
  }

  /** The call throws a {@link QuorateError} with this code and changes nothing. */
  refuses(what: string, code: string, body: () => void): void {
    const { base, last } = this.store;
    assert.throws(() => this.call(body), { name: 'QuorateError', code }, `${what} with ${code}`);
    assert.equal(this.store.base, base, `base after ${what} was refused`);
    assert.equal(this.store.last, last, `last after ${what} was refused`);
  }

  async refusesRead(after: Zxid, code: string): Promise<void> {
    await assert.rejects(this.read(after, 1000), { name: 'QuorateError', code }, `read(${formatZxid(after)}): ${code}`);
  }

  /** Looks at `condition` again after every event of the store. */
  async until(what: string, condition: () => boolean): Promise<void> {
    while (!condition()) {
      await this.settled(what, new Promise<void>((resolve) => this.#waiting.push(resolve)));
    }
  }

  /** `promise`, or a failure when it takes longer than the kit's patience. */
  async settled<T>(what: string, promise: Promise<T>): Promise<T> {
    let deadline: ReturnType<typeof setTimeout> | undefined;
    const overdue = new Promise<never>((_, reject) => {
      deadline = setTimeout(
        () => reject(new assert.AssertionError({ message: `waited ${this.#patienceMs} ms in vain for ${what}` })),
        this.#patienceMs,
      );
    });
    try {
      return await Promise.race([promise, overdue]);
    } finally {
      clearTimeout(deadline);
    }
  }

  /** At the end of a test that went well. */
  finish(): void {
    assert.deepEqual(this.#breaches, [], 'the store broke its contract');
  }

  /** Whatever happened: leaves nothing behind. */
  async dispose(): Promise<void> {
    const store = this.#store;
    this.#store = null;
    await store?.close().catch(() => {});
    await this.#subject.dispose?.();
  }

  /** What a dead store still says is not heard. */
  #eventsOf(store: LogStore): LogStoreEvents {
    return {
      onDurable: (token) => {
        if (this.#heard === store) this.#heardDurable(token);
      },
      onFailure: (error) => {
        if (this.#heard === store) this.#heardFailure(error);
      },
    };
  }

  #heardDurable(token: number): void {
    if (this.#inside > 0) this.#breach('onDurable was called from inside a call on the store (LS-1)');
    if (token <= this.#durable) this.#breach(`onDurable(${token}) after onDurable(${this.#durable}) (LS-1)`);
    if (token > this.#tokens) this.#breach(`onDurable(${token}), but sync has returned only ${this.#tokens} (LS-1)`);
    if (this.failures.length > 0) this.#breach('onDurable after onFailure (LS-2)');
    this.#durable = token;
    this.#changed();
  }

  #heardFailure(error: Error): void {
    if (this.#inside > 0) this.#breach('onFailure was called from inside a call on the store (LS-2)');
    this.failures.push(error);
    this.#changed();
  }

  #breach(what: string): void {
    this.#breaches.push(what);
  }

  #changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  }
}

function checkRead(batches: readonly Uint8Array[], after: Zxid, maxBytes: number, expected: readonly Entry[]): void {
  if (expected.length > 0) assert.ok(batches.length > 0, `nothing read after ${formatZxid(after)} (LS-10)`);
  let bytes = 0;
  let last: Zxid | undefined;
  for (const batch of batches) {
    const info = checkBatch(batch);
    if (last === undefined) {
      assert.ok(
        info.previous <= after && info.last > after,
        `the first batch holds what follows ${formatZxid(after)} (LS-10)`,
      );
    } else assert.equal(info.previous, last, 'batches follow each other (LS-10)');
    last = info.last;
    bytes += batch.length;
  }
  assert.ok(batches.length <= 1 || bytes <= maxBytes, `${bytes} bytes read, ${maxBytes} asked for (LS-10)`);
  const found = entriesOf(batches).filter((entry) => entry.zxid > after);
  assert.equal(difference(found, expected.slice(0, found.length)), undefined);
}

function epochEnds(entries: readonly Entry[]): { epoch: number; last: Zxid }[] {
  const ends = new Map<number, Zxid>();
  for (const { zxid } of entries) ends.set(Math.floor(zxid / 2 ** 32), zxid);
  return [...ends].map(([epoch, last]) => ({ epoch, last }));
}
