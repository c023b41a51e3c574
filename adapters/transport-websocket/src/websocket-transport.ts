import type { AbortSignalLike, Address, Connection, Listener, Transport } from '@quorate/interfaces';
import { dial } from './dial.js';
import { settle, type WebSocketOptions, type WebSocketSettings } from './options.js';
import { bindListener } from './websocket-listener.js';

class WebSocketTransport implements Transport {
  readonly supports = { pause: true };
  readonly #settings: WebSocketSettings;

  constructor(settings: WebSocketSettings) {
    this.#settings = settings;
  }

  async listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
    return bindListener(address, this.#settings, onConnection);
  }

  async dial(address: Address, options?: { signal?: AbortSignalLike }): Promise<Connection> {
    return dial(address, this.#settings, options?.signal);
  }
}

/**
 * Byte streams over WebSocket's binary messages, whose boundaries mean nothing. Addresses: `ws://host:port/path` or
 * `host:port`; port 0 lets the system choose; `wss://` for dials.
 */
export function websocket(options: WebSocketOptions = {}): Transport {
  return new WebSocketTransport(settle(options));
}
