import {
  BATCH_HEADER_BYTES,
  ByteReader,
  type Clock,
  ENTRY_HEADER_BYTES,
  ENTRY_TXN,
  type StateMachine,
  type Zxid,
} from '@quorate/interfaces';
import type { LogTail } from './log-tail.js';

/** A slice of apply ends after this long, so that the loop goes on breathing. */
const SLICE_MS = 2;
const CLOCK_EVERY = 64;

export interface ApplierHost<S extends StateMachine> {
  readonly stateMachine: S;
  readonly tail: LogTail;
  onApplied(zxid: Zxid, result: unknown): void;
}

/** Applies committed txns from the tail, in zxid order, in slices. */
export class Applier<S extends StateMachine> {
  readonly #host: ApplierHost<S>;
  readonly #clock: Clock;
  readonly #reader = new ByteReader();
  #applied: Zxid;
  #target: Zxid;

  constructor(host: ApplierHost<S>, clock: Clock, applied: Zxid) {
    this.#host = host;
    this.#clock = clock;
    this.#applied = applied;
    this.#target = applied;
  }

  get applied(): Zxid {
    return this.#applied;
  }

  /** Everything through `zxid` may be applied. */
  allow(zxid: Zxid): void {
    if (zxid > this.#target) this.#target = zxid;
  }

  /** The state machine was replaced by one at `zxid`. */
  restart(zxid: Zxid): void {
    this.#applied = zxid;
    this.#target = zxid;
  }

  /** @returns 'done'; 'more' when the slice is over; 'missing' when the tail does not hold the next entry */
  run(): 'done' | 'more' | 'missing' {
    const started = this.#clock.now();
    let countdown = CLOCK_EVERY;
    while (this.#applied < this.#target) {
      const tail = this.#host.tail;
      if (this.#applied < tail.start) return 'missing';
      const index = tail.indexAfter(this.#applied);
      const batch = index === undefined ? undefined : tail.at(index);
      if (batch === undefined) return 'missing';
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
          if (this.#clock.now() - started > SLICE_MS && this.#applied < this.#target) return 'more';
        }
      }
    }
    return 'done';
  }

  #one(zxid: Zxid, kind: number, txn: ByteReader): void {
    const result = kind === ENTRY_TXN ? this.#host.stateMachine.apply(zxid, txn) : undefined;
    this.#applied = zxid;
    this.#host.onApplied(zxid, result);
  }
}
