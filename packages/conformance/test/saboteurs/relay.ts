import type {
  AbortSignalLike,
  Address,
  Connection,
  ConnectionSink,
  Listener,
  Transport,
  TransportSupports,
} from '@quorate/interfaces';

/** A connection that passes everything on; saboteurs override what they spoil. */
export class Relay implements Connection {
  readonly inner: Connection;
  protected sink: ConnectionSink | undefined = undefined;

  constructor(inner: Connection) {
    this.inner = inner;
  }

  get remote(): Address {
    return this.inner.remote;
  }

  get buffered(): number {
    return this.inner.buffered;
  }

  open(sink: ConnectionSink): void {
    this.sink = sink;
    this.inner.open({
      onData: (chunk) => this.data(chunk),
      onDrain: () => this.drained(),
      onClose: (error) => this.closed(error),
    });
  }

  send(bytes: Uint8Array): boolean {
    return this.inner.send(bytes);
  }

  pause(): void {
    this.inner.pause();
  }

  resume(): void {
    this.inner.resume();
  }

  end(): void {
    this.inner.end();
  }

  destroy(): void {
    this.inner.destroy();
  }

  protected data(chunk: Uint8Array): void {
    this.sink?.onData(chunk);
  }

  protected drained(): void {
    this.sink?.onDrain();
  }

  protected closed(error: Error | undefined): void {
    this.sink?.onClose(error);
  }
}

/** A transport that passes everything on, its connections wrapped; saboteurs override what they spoil. */
export class RelayTransport implements Transport {
  readonly inner: Transport;
  readonly supports: TransportSupports;
  readonly #wrap: (connection: Connection) => Connection;

  constructor(inner: Transport, wrap: (connection: Connection) => Connection = (connection) => connection) {
    this.inner = inner;
    this.supports = inner.supports;
    this.#wrap = wrap;
  }

  listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
    return this.inner.listen(address, (connection) => onConnection(this.#wrap(connection)));
  }

  async dial(address: Address, options?: { signal?: AbortSignalLike }): Promise<Connection> {
    return this.#wrap(await this.inner.dial(address, options));
  }
}
