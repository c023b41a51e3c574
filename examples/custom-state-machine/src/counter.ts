import {
  ByteReader,
  ByteWriter,
  Overlay,
  type PrepareContext,
  type StateMachine,
  type StateMachineFactory,
  smallSnapshot,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';

/** A counter that never goes below zero. A request is a number to add; its txn is the new total. */
export class Counter implements StateMachine {
  total = 0;
  applied = ZXID_ZERO;
  readonly #proposed = new Overlay<'total', number>();

  prepare(context: PrepareContext, request: ByteReader, txn: ByteWriter): Uint8Array | undefined {
    const total = (this.#proposed.get('total') ?? this.total) + request.i32();
    if (total < 0) return new Uint8Array([1]);
    this.#proposed.set(context.zxid, 'total', total);
    txn.long(total);
    return undefined;
  }

  apply(zxid: Zxid, txn: ByteReader): number {
    this.total = txn.long();
    this.applied = zxid;
    this.#proposed.applied(zxid);
    return this.total;
  }

  discard = (from: Zxid): void => this.#proposed.discard(from);
  read = (): number => this.total;
  digest = (): number => this.total;
  snapshot = () => smallSnapshot(this.applied, numberBytes(this.total));
}

export const counter: StateMachineFactory<Counter> = {
  identity: 'counter/1',
  create: () => new Counter(),
  restore: (zxid) => {
    const machine = new Counter();
    return { write: (chunk) => machine.apply(zxid, new ByteReader(chunk)), end: () => machine };
  },
};

function numberBytes(total: number): Uint8Array {
  const out = new ByteWriter(8);
  out.long(total);
  return out.take();
}
