import type { AbortSignalLike, Address, Connection, Listener, Transport } from '@quorate/interfaces';

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\/(.+)$/;

class TransportsByScheme implements Transport {
  readonly supports: { readonly pause: boolean };
  readonly #schemes: ReadonlyMap<string, Transport>;
  readonly #otherwise: Transport;

  constructor(schemes: Readonly<Record<string, Transport>>, otherwise: Transport) {
    this.#schemes = new Map(Object.entries(schemes));
    this.#otherwise = otherwise;
    this.supports = { pause: [otherwise, ...this.#schemes.values()].every(({ supports }) => supports.pause) };
  }

  async listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
    const [prefix, transport, rest] = this.#route(address);
    const listener = await transport.listen(rest, onConnection);
    if (prefix === '' || listener.address.startsWith(prefix)) return listener;
    return { address: prefix + listener.address, close: () => listener.close() };
  }

  async dial(address: Address, options?: { signal?: AbortSignalLike }): Promise<Connection> {
    const [, transport, rest] = this.#route(address);
    return transport.dial(rest, options);
  }

  /** The scheme's prefix, its transport, and the address without it. */
  #route(address: Address): readonly [prefix: string, transport: Transport, rest: Address] {
    const match = SCHEME.exec(address);
    const transport = match === null ? undefined : this.#schemes.get(match[1]!);
    return transport === undefined ? ['', this.#otherwise, address] : [`${match![1]}://`, transport, match![2]!];
  }
}

/**
 * Several transports as one: `scheme://…` goes to the transport of that scheme (which sees what is behind the `//`), every
 * other address to `otherwise`. So one server listens for TCP clients at `*:2181` and for browsers at `ws://*:2182`.
 */
export function transportsByScheme(schemes: Readonly<Record<string, Transport>>, otherwise: Transport): Transport {
  return new TransportsByScheme(schemes, otherwise);
}
