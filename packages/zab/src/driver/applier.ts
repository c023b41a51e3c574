import {
  BATCH_HEADER_BYTES,
  ByteReader,
  type Clock,
  ENTRY_HEADER_BYTES,
  ENTRY_TXN,
  QuorateError,
  type StateMachine,
  type Zxid,
} from '@quorate/interfaces';
import type { LogTail } from './log-tail.js';
import type { Turn } from './turn.js';

/** A slice of apply ends after this long, so that the loop goes on breathing. */
const SLICE_MS = 2;
const CLOCK_EVERY = 64;

export interface ApplierHost {
  readonly stateMachine: StateMachine;
  /** One txn was applied. */
  onApplied(zxid: Zxid, result: unknown): void;
  /** A slice is over: everything through `zxid` is applied. */
  onSlice(zxid: Zxid): void;
  fatal(error: Error): void;
}

/** Applies committed txns from the tail, in zxid order, in slices at the end of turns. */
export class Applier {
  readonly #host: ApplierHost;
  readonly #tail: LogTail;
  readonly #clock: Clock;
  readonly #turn: Turn;
  readonly #reader = new ByteReader();
  #applied: Zxid;
  #target: Zxid;
  #scheduled = false;
  #stopped = false;

  constructor(host: ApplierHost, tail: LogTail, clock: Clock, turn: Turn, applied: Zxid) {
    this.#host = host;
    this.#tail = tail;
    this.#clock = clock;
    this.#turn = turn;
    this.#applied = applied;
    this.#target = applied;
  }

  get applied(): Zxid {
    return this.#applied;
  }

  /** Everything through `zxid` may be applied. */
  allow(zxid: Zxid): void {
    if (zxid > this.#target) this.#target = zxid;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#turn.atEnd('apply', this.#slice);
  }

  /** The state machine was replaced by one at `zxid`. */
  restart(zxid: Zxid): void {
    this.#applied = zxid;
    this.#target = zxid;
  }

  stop(): void {
    this.#stopped = true;
  }

  readonly #slice = (): void => {
    this.#scheduled = false;
    if (this.#stopped) return;
    let done: boolean;
    try {
      done = this.#run(this.#clock.now() + SLICE_MS);
    } catch (error) {
      this.#host.fatal(error as Error);
      return;
    }
    if (!done && !this.#scheduled) {
      this.#scheduled = true;
      this.#clock.defer(this.#again);
    }
    this.#host.onSlice(this.#applied);
  };

  readonly #again = (): void => {
    this.#turn.atEnd('apply', this.#slice);
  };

  /** @returns false when the slice was over before the target */
  #run(until: number): boolean {
    let countdown = CLOCK_EVERY;
    while (this.#applied < this.#target) {
      const index = this.#applied < this.#tail.start ? undefined : this.#tail.indexAfter(this.#applied);
      const batch = index === undefined ? undefined : this.#tail.at(index);
      if (batch === undefined) throw new QuorateError('INVARIANT', `the txn after ${this.#applied} is not in memory`);
      const bytes = batch.bytes;
      const view = this.#reader.reset(bytes).view;
      for (let at = BATCH_HEADER_BYTES; at < bytes.length; ) {
        const end = at + 4 + view.getUint32(at);
        const zxid = (view.getUint32(at + 5) * 2 ** 32 + view.getUint32(at + 9)) as Zxid;
        if (zxid > this.#target) break;
        if (zxid > this.#applied) {
          this.#one(zxid, bytes[at + 4]!, this.#reader.reset(bytes, at + ENTRY_HEADER_BYTES, end));
          countdown -= 1;
        }
        at = end;
        if (countdown <= 0) {
          countdown = CLOCK_EVERY;
          if (this.#clock.now() > until && this.#applied < this.#target) return false;
        }
      }
    }
    return true;
  }

  #one(zxid: Zxid, kind: number, txn: ByteReader): void {
    const result = kind === ENTRY_TXN ? this.#host.stateMachine.apply(zxid, txn) : undefined;
    this.#applied = zxid;
    this.#host.onApplied(zxid, result);
  }
}
