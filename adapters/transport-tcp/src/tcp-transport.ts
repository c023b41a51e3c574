import type { AbortSignalLike, Address, Connection, Listener, Transport } from '@quorate/interfaces';
import { dial } from './dial.js';
import { settle, type TcpOptions, type TcpSettings } from './settings.js';
import { bindListener } from './tcp-listener.js';

class TcpTransport implements Transport {
  readonly supports = { pause: true };
  readonly #settings: TcpSettings;

  constructor(settings: TcpSettings) {
    this.#settings = settings;
  }

  async listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
    return bindListener(address, this.#settings, onConnection);
  }

  async dial(address: Address, options?: { signal?: AbortSignalLike }): Promise<Connection> {
    return dial(address, this.#settings, options?.signal);
  }
}

/** TCP, with TLS when its options are given. Addresses: `host:port`, `[v6]:port`, `*:port`; port 0 lets the system choose. */
export function tcp(options: TcpOptions = {}): Transport {
  return new TcpTransport(settle(options));
}
