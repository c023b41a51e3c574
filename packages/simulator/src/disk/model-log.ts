import {
  checkBatch,
  type EpochEnd,
  epochOf,
  formatZxid,
  invariant,
  type LogRecovery,
  type LogStore,
  type LogStoreEvents,
  QuorateError,
  sliceBatch,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';
import type { Prng } from '../prng.js';
import type { Later } from './later.js';

type LogCall =
  | { readonly kind: 'append'; readonly batch: Uint8Array }
  | { readonly kind: 'state'; readonly state: Uint8Array }
  | { readonly kind: 'truncate'; readonly zxid: Zxid }
  | { readonly kind: 'reset'; readonly base: Zxid }
  | { readonly kind: 'retire'; readonly zxid: Zxid };

interface KeptBatch {
  readonly previous: Zxid;
  readonly last: Zxid;
  readonly commit: Zxid;
  readonly bytes: Uint8Array;
}

/** A log as it is after some calls. */
class LogImage {
  base: Zxid = ZXID_ZERO;
  state: Uint8Array | null = null;
  batches: KeptBatch[] = [];

  get last(): Zxid {
    return this.batches.at(-1)?.last ?? this.base;
  }

  copy(): LogImage {
    const copy = new LogImage();
    copy.base = this.base;
    copy.state = this.state;
    copy.batches = [...this.batches];
    return copy;
  }

  run(call: LogCall): void {
    switch (call.kind) {
      case 'append':
        return this.#append(call.batch);
      case 'state':
        this.state = call.state;
        return;
      case 'truncate':
        return this.#truncate(call.zxid);
      case 'reset':
        this.base = call.base;
        this.batches = [];
        return;
      case 'retire':
        while (this.batches.length > 0 && this.batches[0]!.last <= call.zxid) this.base = this.batches.shift()!.last;
    }
  }

  #append(batch: Uint8Array): void {
    const { previous, last, commit } = checkBatch(batch);
    if (previous !== this.last) {
      throw new QuorateError(
        'LOG_GAP',
        `a batch after ${formatZxid(previous)}, the log ends at ${formatZxid(this.last)}`,
      );
    }
    this.batches.push({ previous, last, commit, bytes: batch });
  }

  #truncate(zxid: Zxid): void {
    while (this.batches.length > 0 && this.batches.at(-1)!.previous >= zxid) this.batches.pop();
    const { last, previous, bytes } = this.batches.at(-1) ?? { last: zxid, previous: zxid, bytes: null };
    if (bytes === null || last === zxid) return;
    this.batches.pop();
    this.#append(sliceBatch(bytes, previous, zxid)!);
  }

  /** Whether `zxid` is the base or an entry. */
  has(zxid: Zxid): boolean {
    if (zxid === this.base) return true;
    const batch = this.batches.find(({ last }) => last >= zxid);
    if (batch === undefined || batch.previous >= zxid) return false;
    const part = sliceBatch(batch.bytes, batch.previous, zxid);
    return part !== undefined && checkBatch(part).last === zxid;
  }

  recovery(tail: 'clean' | 'cut'): LogRecovery {
    const epochs: EpochEnd[] = [];
    let commit = this.base;
    for (const batch of this.batches) {
      const epoch = epochOf(batch.last);
      if (epochs.at(-1)?.epoch === epoch) epochs.pop();
      epochs.push({ epoch, last: batch.last });
      commit = Math.max(commit, Math.min(batch.commit, this.last)) as Zxid;
    }
    return { base: this.base, last: this.last, commit, epochs, state: this.state, tail };
  }
}

/** What a log leaves behind when its process dies. */
export interface LogRemains {
  readonly durable: LogImage;
  readonly calls: readonly LogCall[];
}

/**
 * The log store's contract and nothing else: after a crash it is as after some prefix of its calls, chosen by chance,
 * never less than what it vouched for. It finds engines that lean on more than the contract grants.
 */
export class ModelLog implements LogStore {
  readonly supports = { permanence: true };
  readonly #later: Later;
  readonly #random: Prng;
  readonly #view: LogImage;
  readonly #durable: LogImage;
  #calls: LogCall[] = [];
  #events: LogStoreEvents | undefined;
  #token = 0;
  #syncing = false;
  #failed = false;

  constructor(random: Prng, later: Later, remains?: LogRemains) {
    this.#random = random;
    this.#later = later;
    this.#durable = remains?.durable.copy() ?? new LogImage();
    if (remains !== undefined) {
      for (const call of remains.calls.slice(0, random.below(remains.calls.length + 1))) this.#durable.run(call);
    }
    this.#view = this.#durable.copy();
  }

  /** For the next process; take it after this one was killed. */
  get remains(): LogRemains {
    return { durable: this.#durable.copy(), calls: [...this.#calls] };
  }

  get base(): Zxid {
    return this.#view.base;
  }

  get last(): Zxid {
    return this.#view.last;
  }

  open(events: LogStoreEvents): Promise<LogRecovery> {
    invariant(this.#events === undefined, 'open: this log is open');
    this.#events = events;
    return new Promise((resolve) => {
      this.#later('open', () => resolve(this.#view.recovery(this.#random.chance(1, 2) ? 'cut' : 'clean')));
    });
  }

  append(batch: Uint8Array): void {
    this.#do({ kind: 'append', batch });
  }

  putState(state: Uint8Array): void {
    this.#do({ kind: 'state', state: state.slice() });
  }

  truncateAfter(zxid: Zxid): void {
    if (!this.#view.has(zxid)) throw new QuorateError('NO_SUCH_ZXID', `${formatZxid(zxid)} is not in the log`);
    this.#do({ kind: 'truncate', zxid });
  }

  reset(base: Zxid): void {
    this.#do({ kind: 'reset', base });
  }

  retire(zxid: Zxid): void {
    this.#do({ kind: 'retire', zxid });
  }

  #do(call: LogCall): void {
    if (this.#failed) return;
    this.#view.run(call);
    this.#calls.push(call);
  }

  sync(): number {
    this.#token += 1;
    if (!this.#syncing && !this.#failed) this.#beginSync();
    return this.#token;
  }

  #beginSync(): void {
    this.#syncing = true;
    const token = this.#token;
    const count = this.#calls.length;
    this.#later('datasync', (error) => {
      this.#syncing = false;
      if (error !== undefined) {
        this.#failed = true;
        this.#events?.onFailure(error);
        return;
      }
      for (const call of this.#calls.splice(0, count)) this.#durable.run(call);
      if (this.#token > token) this.#beginSync();
      this.#events?.onDurable(token);
    });
  }

  read(after: Zxid, maxBytes: number, done: (error: Error | null, batches: readonly Uint8Array[]) => void): void {
    const answer = this.#answer(after, maxBytes);
    this.#later('read', () => (answer instanceof Error ? done(answer, []) : done(null, answer)));
  }

  #answer(after: Zxid, maxBytes: number): Error | Uint8Array[] {
    if (after < this.base)
      return new QuorateError('COMPACTED', `${formatZxid(after)} is before ${formatZxid(this.base)}`);
    if (!this.#view.has(after)) return new QuorateError('NO_SUCH_ZXID', `${formatZxid(after)} is not in the log`);
    const out: Uint8Array[] = [];
    let bytes = 0;
    for (const batch of this.#view.batches) {
      if (batch.last <= after) continue;
      if (out.length > 0 && bytes + batch.bytes.length > maxBytes) break;
      out.push(batch.bytes);
      bytes += batch.bytes.length;
    }
    return out;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#later('close', () => {
        for (const call of this.#calls.splice(0)) this.#durable.run(call);
        resolve();
      });
    });
  }
}
