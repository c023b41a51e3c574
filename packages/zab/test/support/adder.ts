import {
  type ByteReader,
  ByteWriter,
  type PrepareContext,
  type SnapshotCut,
  type StateMachine,
  type StateMachineFactory,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';

/** A total that requests add to; negative results are refused. Its txn is the new total. */
export class Adder implements StateMachine {
  total = 0;
  applied: Zxid = ZXID_ZERO;
  #ahead: { zxid: Zxid; total: number }[] = [];

  constructor(total = 0, applied: Zxid = ZXID_ZERO) {
    this.total = total;
    this.applied = applied;
  }

  prepare(context: PrepareContext, request: ByteReader, txn: ByteWriter): Uint8Array | undefined {
    const total = (this.#ahead.at(-1)?.total ?? this.total) + request.i32();
    if (total < 0) return new Uint8Array([1]);
    this.#ahead.push({ zxid: context.zxid, total });
    txn.i32(total);
    return undefined;
  }

  discard(from: Zxid): void {
    this.#ahead = this.#ahead.filter((layer) => layer.zxid < from);
  }

  apply(zxid: Zxid, txn: ByteReader): number {
    this.total = txn.i32();
    this.applied = zxid;
    this.#ahead = this.#ahead.filter((layer) => layer.zxid > zxid);
    return this.total;
  }

  read(): number {
    return this.total;
  }

  snapshot(): SnapshotCut {
    const out = new ByteWriter();
    out.i32(this.total);
    let chunk: Uint8Array | null = out.take();
    return {
      zxid: this.applied,
      next: () => {
        const next = chunk;
        chunk = null;
        return next;
      },
      release: () => {},
    };
  }

  digest(): number {
    return this.total;
  }
}

export const adder: StateMachineFactory<Adder> = {
  identity: 'adder/1',
  create: () => new Adder(),
  restore: (zxid) => {
    let total = 0;
    return {
      write: (chunk) => {
        total = new DataView(chunk.buffer, chunk.byteOffset).getInt32(0);
      },
      end: () => new Adder(total, zxid),
    };
  },
};

export function addRequest(n: number): Uint8Array {
  const out = new ByteWriter(4);
  out.i32(n);
  return out.take();
}
