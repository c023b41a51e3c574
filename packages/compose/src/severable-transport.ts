import {
  type AbortSignalLike,
  type Address,
  type Connection,
  type Listener,
  QuorateError,
  type Transport,
  type TransportSupports,
} from '@quorate/interfaces';

/** A machine's plug: everything goes through it until it is pulled, and nothing afterwards. */
export class SeverableTransport implements Transport {
  readonly supports: TransportSupports;
  readonly #inner: Transport;
  readonly #connections: Connection[] = [];
  readonly #listeners: Listener[] = [];
  #severed = false;

  constructor(inner: Transport) {
    this.#inner = inner;
    this.supports = inner.supports;
  }

  async listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
    this.#check();
    const listener = await this.#inner.listen(address, (connection) => {
      if (this.#severed) connection.destroy();
      else onConnection(this.#kept(connection));
    });
    if (this.#severed) await listener.close();
    this.#check();
    this.#listeners.push(listener);
    return listener;
  }

  async dial(address: Address, options?: { signal?: AbortSignalLike }): Promise<Connection> {
    this.#check();
    const connection = await this.#inner.dial(address, options);
    if (this.#severed) connection.destroy();
    this.#check();
    return this.#kept(connection);
  }

  /** Breaks every connection at once, frees the addresses, and lets nothing through any more. */
  async sever(): Promise<void> {
    this.#severed = true;
    for (const connection of this.#connections) connection.destroy();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  #check(): void {
    if (this.#severed)
      throw new QuorateError('CONNECTION_FAILED', 'this server was killed: nothing leaves it any more');
  }

  /** Kept until the end, closed or not: to destroy it again does no harm. */
  #kept(connection: Connection): Connection {
    this.#connections.push(connection);
    return connection;
  }
}
