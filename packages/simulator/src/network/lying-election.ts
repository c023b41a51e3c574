import type {
  AbortSignalLike,
  Address,
  Connection,
  ConnectionSink,
  Listener,
  Transport,
  TransportSupports,
} from '@quorate/interfaces';
import type { Prng } from '../prng.js';

/** Shared by all servers of an ensemble: whether lies are told at the moment. */
export interface Liar {
  active: boolean;
  /** Of 16 notifications, how many are changed. */
  readonly in16: number;
}

/*
 * The native dialect on the election port: frames of u32 length and body. The body of a notification: u8 2, u8 state
 * (0 looking, 2 leading), i64 round, u8 whether a vote follows, u8 leader, i64 zxid, u32 epoch.
 */
const NOTIFICATION = 2;
const LENGTH_WITH_VOTE = 24;
const LEADING = 2;

/**
 * Makes the election an untrustworthy oracle (ElectionIrrelevance): votes that arrive praise the wrong candidates, and
 * servers seem to lead that do not. Nothing but time may be lost by that.
 */
export class LyingElection implements Transport {
  readonly supports: TransportSupports;
  readonly #inner: Transport;
  readonly #isElection: (address: Address) => boolean;
  readonly #liar: Liar;
  readonly #servers: number;
  readonly #random: Prng;

  constructor(inner: Transport, isElection: (address: Address) => boolean, liar: Liar, servers: number, random: Prng) {
    this.supports = inner.supports;
    this.#inner = inner;
    this.#isElection = isElection;
    this.#liar = liar;
    this.#servers = servers;
    this.#random = random;
  }

  listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
    const bent = this.#isElection(address);
    return this.#inner.listen(address, (connection) => onConnection(bent ? this.#bend(connection) : connection));
  }

  async dial(address: Address, options?: { signal?: AbortSignalLike }): Promise<Connection> {
    const connection = await this.#inner.dial(address, options);
    return this.#isElection(address) ? this.#bend(connection) : connection;
  }

  #bend(connection: Connection): Connection {
    const open = connection.open.bind(connection);
    connection.open = (sink) => open(this.#bentSink(sink));
    return connection;
  }

  #bentSink(sink: ConnectionSink): ConnectionSink {
    let kept = new Uint8Array(0);
    return {
      onData: (chunk) => {
        const all = new Uint8Array(kept.length + chunk.length);
        all.set(kept);
        all.set(chunk, kept.length);
        const view = new DataView(all.buffer);
        let at = 0;
        while (all.length - at >= 4 && all.length - at - 4 >= view.getUint32(at)) {
          const end = at + 4 + view.getUint32(at);
          this.#lie(new DataView(all.buffer, at + 4, end - at - 4));
          at = end;
        }
        kept = all.slice(at);
        if (at > 0) sink.onData(all.subarray(0, at));
      },
      onDrain: () => sink.onDrain(),
      onClose: (error) => sink.onClose(error),
    };
  }

  #lie(body: DataView): void {
    const random = this.#random;
    if (!this.#liar.active || body.byteLength !== LENGTH_WITH_VOTE || body.getUint8(0) !== NOTIFICATION) return;
    if (!random.chance(this.#liar.in16, 16)) return;
    if (random.chance(1, 8)) {
      body.setUint8(1, LEADING);
      return;
    }
    body.setUint8(11, random.between(1, this.#servers));
    body.setUint32(12, random.below(8));
    body.setUint32(16, random.below(1000));
    body.setUint32(20, random.below(12));
  }
}
