import type { Address, Connection, ConnectionSink } from '@quorate/interfaces';
import { QuorateError } from '@quorate/interfaces';
import type { Micros } from '../scheduler.js';
import type { SimProcess } from '../sim-process.js';
import { delayOf, type LinkQuality } from './link.js';
import { Pipe, type PipePath } from './pipe.js';

/** After this time an ended connection that the other side does not close is closed by its owner. */
const LINGER_MICROS: Micros = 5_000_000;

export interface EndOptions {
  readonly process: SimProcess;
  readonly remote: Address;
  /** Bytes that the two systems hold together before `buffered` grows. */
  readonly capacity: number;
  /** From here to the other side. */
  readonly out: PipePath;
  /** From the other side to here. */
  readonly back: LinkQuality;
}

/**
 * One end of a connection. `open` → (`ending`, after end) → `closed`. Below the owner's view lies its system's: bytes
 * arrived and not yet delivered, bytes accepted and not yet taken by the wire.
 */
export class SimConnection implements Connection {
  readonly remote: Address;
  readonly #o: EndOptions;
  #peer!: SimConnection;
  #pipe: Pipe | null = null;
  #sink: ConnectionSink | null = null;
  #paused = false;
  #state: 'open' | 'ending' | 'closed' = 'open';
  #closing: { readonly error: Error | undefined } | null = null;
  #arrived: Uint8Array[] = [];
  #ended = false;
  #deliveryDue = false;
  /** Bytes on the wire or in the other side's system. */
  #unread = 0;
  #waiting: Uint8Array[] = [];
  #buffered = 0;
  #owesDrain = false;
  /** The orderly end is on its way to the other side. */
  #finished = false;
  /** The system of this end no longer knows the connection: the process died, or its machine did. */
  #forgotten: 'no' | 'process' | 'machine' = 'no';

  constructor(options: EndOptions) {
    this.#o = options;
    this.remote = options.remote;
  }

  /** Ties two ends together. */
  static join(a: SimConnection, b: SimConnection): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      from.#peer = to;
      from.#pipe = new Pipe(
        from.#o.process.scheduler,
        from.#o.out,
        { onArrival: (bytes) => to.#onArrival(bytes), onEnd: () => to.#onEnd() },
        () => from.reset('timed out'),
      );
    }
  }

  open(sink: ConnectionSink): void {
    this.#sink = sink;
    this.#wake();
  }

  get buffered(): number {
    return this.#buffered;
  }

  send(bytes: Uint8Array): boolean {
    if (this.#state !== 'open' || this.#closing !== null || !this.#o.process.alive) return true;
    if (bytes.length > 0) {
      this.#waiting.push(bytes);
      this.#buffered += bytes.length;
      this.#flush();
    }
    if (this.#buffered > 0) this.#owesDrain = true;
    return this.#buffered === 0;
  }

  /** Hands on as much as the systems take. */
  #flush(): void {
    for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
      const count = Math.min(head.length, this.#o.capacity - this.#unread);
      if (count <= 0) return;
      this.#pipe?.push(count === head.length ? head : head.subarray(0, count));
      this.#unread += count;
      this.#buffered -= count;
      if (count === head.length) this.#waiting.shift();
      else this.#waiting[0] = head.subarray(count);
    }
    if (this.#state === 'ending') this.#finish();
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#pipe?.pushEnd();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#wake();
  }

  end(): void {
    if (this.#state !== 'open' || !this.#o.process.alive) return;
    this.#state = 'ending';
    if (this.#waiting.length === 0) this.#finish();
    this.#o.process.post(() => this.destroy(), LINGER_MICROS);
    if (this.#ended) this.#wake();
  }

  destroy(): void {
    if (this.#closing !== null || !this.#o.process.alive) return;
    this.#close(undefined);
    this.#hangUp();
  }

  /** Nothing will ever happen at this end again, as far as its owner is concerned. */
  get over(): boolean {
    return this.#state === 'closed' || this.#forgotten !== 'no';
  }

  belongsTo(process: SimProcess): boolean {
    return this.#o.process === process;
  }

  /** The connection broke for this end alone; the other one learns it on its own, or by sending. */
  reset(why: string): void {
    if (this.#closing !== null) return;
    this.#arrived.length = this.#o.out.random.below(this.#arrived.length + 1);
    this.#ended = false;
    this.#close(new QuorateError('CONNECTION_FAILED', `connection to ${this.remote} was reset: ${why}`));
  }

  /** Both ends break, each losing any suffix of what was on its way to it; `half` leaves the other end unaware. */
  sever(half: boolean): void {
    const peer = this.#peer;
    this.#pipe?.breakOff();
    if (!half) peer.#pipe?.breakOff();
    this.reset('by the network');
    if (!half) peer.reset('by the network');
  }

  /** The owner died. Its system tells the other end soon; a machine that lost power tells it when it next hears from it. */
  abandon(by: 'process' | 'machine'): void {
    if (this.#forgotten !== 'no') return;
    this.#forgotten = by;
    if (by === 'process' && this.#closing === null) this.#hangUp();
    this.#closing ??= { error: undefined };
    this.#arrived = [];
    this.#waiting = [];
  }

  /** Tells the other end that this one is gone: as an orderly end after all that is under way, or as a reset. */
  #hangUp(): void {
    if (this.#o.out.random.chance(1, 2)) return this.#finish();
    this.#pipe?.breakOff();
    this.#tellReset();
  }

  /** A reset travels like everything else, and is lost where the link is cut. */
  #tellReset(): void {
    const { out, process } = this.#o;
    process.scheduler.after(delayOf(out.link, 0, out.random), null, () => {
      if (!out.blocked()) this.#peer.reset('by the other side');
    });
  }

  #onArrival(bytes: Uint8Array): void {
    if (this.#closing !== null) return this.#refuse();
    this.#arrived.push(bytes);
    this.#wake();
  }

  #onEnd(): void {
    if (this.#closing !== null) return this.#refuse();
    this.#ended = true;
    this.#wake();
  }

  /** Bytes for a connection that this side no longer has. */
  #refuse(): void {
    this.#tellReset();
  }

  #close(error: Error | undefined): void {
    if (this.#closing !== null) return;
    this.#closing = { error };
    this.#waiting = [];
    this.#buffered = 0;
    this.#wake();
  }

  #wake(): void {
    if (this.#deliveryDue || this.#sink === null || this.#state === 'closed') return;
    if (this.#closing === null && this.#arrived.length === 0 && !this.#ended) return;
    this.#deliveryDue = true;
    this.#o.process.post(this.#deliver);
  }

  readonly #deliver = (): void => {
    this.#deliveryDue = false;
    // After destroy nothing more is delivered; after a reset, what had arrived may still be.
    const destroyed = this.#closing !== null && this.#closing.error === undefined;
    while (!destroyed && this.#arrived.length > 0 && !(this.#paused && this.#closing === null)) {
      this.#deliverOne();
      if (this.#closing !== null && this.#closing.error === undefined) break;
    }
    if (this.#closing === null && this.#ended && this.#arrived.length === 0) {
      this.#finish();
      this.#close(undefined);
    }
    if (this.#closing !== null && this.#state !== 'closed') {
      this.#state = 'closed';
      this.#sink?.onClose(this.#closing.error);
    }
  };

  /** One chunk: what arrived, cut and joined by chance, in a buffer that is spoilt afterwards. */
  #deliverOne(): void {
    const random = this.#o.out.random;
    let chunk = this.#arrived.shift()!;
    while (this.#arrived.length > 0 && random.chance(3, 4)) chunk = joined(chunk, this.#arrived.shift()!);
    if (chunk.length > 1 && random.chance(1, 8)) {
      const cut = random.between(1, chunk.length - 1);
      this.#arrived.unshift(chunk.slice(cut));
      chunk = chunk.slice(0, cut);
    }
    this.#o.process.scheduler.trace.add(chunk.length);
    this.#peer.#onRead(chunk.length);
    this.#sink?.onData(chunk);
    chunk.fill(0xdd);
  }

  /** The other side's owner has read: room for more, and perhaps a drain signal, once word of it gets here. */
  #onRead(count: number): void {
    this.#unread -= count;
    if (this.#buffered === 0 && !this.#owesDrain) return;
    const { process, back, out } = this.#o;
    process.post(() => this.#onRoom(), delayOf(back, 0, out.random));
  }

  #onRoom(): void {
    if (this.#closing !== null) return;
    this.#flush();
    if (this.#buffered > 0 || !this.#owesDrain) return;
    this.#owesDrain = false;
    this.#sink?.onDrain();
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
