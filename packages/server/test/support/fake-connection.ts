import type { Address, Connection, ConnectionSink, Listener, Transport } from '@quorate/interfaces';

/** The server's end of a connection, with the test on the other side. */
export class FakeConnection implements Connection {
  readonly remote: Address;
  buffered = 0;
  paused = false;
  ended = false;
  destroyed = false;
  /** Everything sent, in the pieces in which it was sent. */
  readonly sent: Uint8Array[] = [];
  /** Whether the client takes bytes at once. */
  reads = true;
  #sink: ConnectionSink | undefined;
  #waiting: Uint8Array[] = [];

  constructor(remote: Address = '127.0.0.1:50000') {
    this.remote = remote;
  }

  open(sink: ConnectionSink): void {
    this.#sink = sink;
  }

  send(bytes: Uint8Array): boolean {
    if (this.ended) return false;
    this.sent.push(bytes.slice());
    if (this.reads) return true;
    this.buffered += bytes.length;
    return false;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const chunk of waiting) this.receive(chunk);
  }

  end(): void {
    this.ended = true;
  }

  destroy(): void {
    this.destroyed = true;
    this.ended = true;
  }

  // The client's side --------------------------------------------------------------------------------------------------

  /** Bytes from the client; they wait in the socket while it is paused. */
  receive(chunk: Uint8Array): void {
    if (this.ended) return;
    if (this.paused) this.#waiting.push(chunk);
    else this.#sink!.onData(chunk);
  }

  /** The client takes everything. */
  drain(): void {
    this.reads = true;
    this.buffered = 0;
    this.#sink!.onDrain();
  }

  close(): void {
    this.ended = true;
    this.#sink!.onClose();
  }

  get closed(): boolean {
    return this.ended;
  }

  /** Takes what was sent so far, as one run of bytes. */
  takeSent(): Uint8Array {
    const all = Buffer.concat(this.sent);
    this.sent.length = 0;
    return new Uint8Array(all);
  }
}

/** A transport whose connections are made by the test. */
export class FakeTransport implements Transport {
  readonly supports = { pause: true };
  accept: (connection: Connection) => void = () => {};
  closed = false;

  async listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
    this.accept = onConnection;
    return {
      address,
      close: async () => {
        this.closed = true;
      },
    };
  }

  dial(): Promise<Connection> {
    return Promise.reject(new Error('nobody dials here'));
  }
}
