import {
  BatchWriter,
  type ByteReader,
  type Clock,
  COUNTER_LIMIT,
  counterOf,
  ENTRY_TXN,
  makeZxid,
  type PrepareContext,
  type StateMachine,
  type Zxid,
} from '@quorate/interfaces';

/** The batch is sealed in the middle of a turn when it grows beyond this. */
export const BATCH_LIMIT = 1 << 20;

/** What `prepare` made of a request. */
export type Prepared = 'txn' | 'exhausted' | { readonly refusal: Uint8Array } | { readonly error: Error };

/** The leader's side of prepare: requests become txns, written once, straight into the batch of this turn. */
export class Proposer {
  readonly #clock: Clock;
  readonly #batch: BatchWriter;
  readonly #context: { zxid: Zxid; time: number; random: number };
  #last: Zxid;
  #epoch: number;

  /** @param last the end of the log: the batches follow it */
  constructor(clock: Clock, epoch: number, last: Zxid, notBefore: number) {
    this.#clock = clock;
    this.#batch = new BatchWriter(last);
    this.#epoch = epoch;
    this.#last = last;
    this.#context = { zxid: last, time: notBefore, random: 0 };
  }

  /** Zxid of the newest txn, sealed or not. */
  get last(): Zxid {
    return this.#last;
  }

  get openCount(): number {
    return this.#batch.count;
  }

  get openBytes(): number {
    return this.#batch.length;
  }

  /** The stamp of the newest txn; stamps never decrease. */
  get time(): number {
    return this.#context.time;
  }

  prepare(machine: StateMachine, request: ByteReader): Prepared {
    const counter = counterOf(this.#last);
    const fresh = this.#last < makeZxid(this.#epoch, 0);
    if (!fresh && counter >= COUNTER_LIMIT) return 'exhausted';
    const zxid = fresh ? makeZxid(this.#epoch, 1) : ((this.#last + 1) as Zxid);
    const context = this.#context;
    context.zxid = zxid;
    context.time = Math.max(context.time, this.#clock.wall());
    context.random = this.#clock.randomU32();
    this.#batch.beginEntry(zxid, ENTRY_TXN);
    let refusal: Uint8Array | undefined;
    try {
      refusal = machine.prepare(context as PrepareContext, request, this.#batch.payload);
    } catch (error) {
      this.#batch.abandonEntry();
      machine.discard(zxid);
      return { error: error as Error };
    }
    if (refusal !== undefined) {
      this.#batch.abandonEntry();
      return { refusal };
    }
    this.#batch.endEntry(zxid);
    this.#last = zxid;
    return 'txn';
  }

  seal(commit: Zxid): Uint8Array {
    return this.#batch.seal(commit);
  }
}
