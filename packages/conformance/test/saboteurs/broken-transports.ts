import type { AbortSignalLike, Address, Connection, Listener, Transport } from '@quorate/interfaces';
import { RelayTransport } from './relay.js';

/** Transports that break one clause each: what is wrong, and the clause. */
export const brokenTransports: readonly (readonly [string, string, new (inner: Transport) => Transport])[] = [
  [
    'lets two listeners have one address',
    'T-1',
    class extends RelayTransport {
      override listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
        return super.listen(address, onConnection).catch(async () => {
          const listener = await super.listen('localhost:0', onConnection);
          return { address, close: () => listener.close() };
        });
      }
    },
  ],
  [
    'gives the listener no connections',
    'T-1',
    class extends RelayTransport {
      override listen(address: Address): Promise<Listener> {
        return super.listen(address, (connection) => connection.destroy());
      }
    },
  ],
  [
    'never settles a dial to nobody',
    'T-2',
    class extends RelayTransport {
      override dial(address: Address, options?: { signal?: AbortSignalLike }): Promise<Connection> {
        return super.dial(address, options).catch(() => new Promise<Connection>(() => {}));
      }
    },
  ],
  [
    'ignores the abort of a dial',
    'T-2',
    class extends RelayTransport {
      override dial(address: Address): Promise<Connection> {
        return super.dial(address);
      }
    },
  ],
  [
    'leaves the connection of an aborted dial open',
    'T-2',
    class extends RelayTransport {
      override dial(address: Address, options?: { signal?: AbortSignalLike }): Promise<Connection> {
        super.dial(address).catch(() => {});
        return super.dial(address, options);
      }
    },
  ],
  [
    'never stops listening to a dial’s signal',
    'T-2',
    class extends RelayTransport {
      override dial(address: Address, options?: { signal?: AbortSignalLike }): Promise<Connection> {
        options?.signal?.addEventListener('abort', () => {});
        return super.dial(address, options);
      }
    },
  ],
  [
    'gives the address that was asked for, not the one bound',
    'T-3',
    class extends RelayTransport {
      override async listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
        const listener = await super.listen(address, onConnection);
        return { address, close: () => listener.close() };
      }
    },
  ],
  [
    'goes on accepting after close',
    'T-4',
    class extends RelayTransport {
      override async listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
        const listener = await super.listen(address, onConnection);
        return { address: listener.address, close: async () => {} };
      }
    },
  ],
  [
    'closes a listener’s connections with it',
    'T-4',
    class extends RelayTransport {
      override async listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
        const accepted: Connection[] = [];
        const listener = await super.listen(address, (connection) => {
          accepted.push(connection);
          onConnection(connection);
        });
        return {
          address: listener.address,
          close: async () => {
            await listener.close();
            for (const connection of accepted) connection.destroy();
          },
        };
      }
    },
  ],
  [
    'frees the address only when its connections are gone',
    'T-4',
    class extends RelayTransport {
      override async listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
        let open = 0;
        const listener = await super.listen(address, (connection) => {
          open += 1;
          onConnection(connection);
        });
        return {
          address: listener.address,
          close: () => (open === 0 ? listener.close() : new Promise<void>(() => {})),
        };
      }
    },
  ],
];
