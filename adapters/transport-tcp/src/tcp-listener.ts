import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Address, Connection, Listener } from '@quorate/interfaces';
import { formatAddress, parseAddress } from './address.js';
import { listenFailure } from './failures.js';
import type { TcpSettings } from './settings.js';
import { TcpConnection } from './tcp-connection.js';

const BACKLOG = 1024;
const HANDSHAKE_TIMEOUT_MS = 10_000;

class TcpListener implements Listener {
  readonly address: Address;
  readonly #server: Server;
  #closed: Promise<void> | undefined = undefined;

  constructor(server: Server) {
    this.#server = server;
    const { address, port } = server.address() as AddressInfo;
    this.address = formatAddress(address, port);
  }

  /** The socket is closed inside the call; the server's own callback would wait for all open connections. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#server.close();
      setImmediate(resolve);
    });
    return this.#closed;
  }
}

function makeServer(settings: TcpSettings, onConnection: (connection: Connection) => void): Server {
  const { tls, highWaterMark, noDelay } = settings;
  const accept = (socket: Socket): void => {
    if (server.listening) onConnection(new TcpConnection(socket, false, settings.endTimeoutMs));
    else socket.destroy();
  };
  const server = tls
    ? createTlsServer({ handshakeTimeout: HANDSHAKE_TIMEOUT_MS, ...tls, highWaterMark, noDelay }, accept)
    : createServer({ pauseOnConnect: true, highWaterMark, noDelay }, accept);
  if (tls) server.on('tlsClientError', (_error, socket: Socket) => socket.destroy());
  return server;
}

/** @throws QuorateError `ADDRESS_IN_USE`, `BAD_ADDRESS` */
export function bindListener(
  address: Address,
  settings: TcpSettings,
  onConnection: (connection: Connection) => void,
): Promise<Listener> {
  const { host, port } = parseAddress(address);
  return new Promise((resolve, reject) => {
    const server = makeServer(settings, onConnection);
    const onError = (cause: Error): void => reject(listenFailure(address, cause));
    server.once('error', onError);
    server.listen({ ...(host === undefined ? {} : { host }), port, backlog: BACKLOG }, () => {
      server.off('error', onError);
      // A failed accept (no file descriptor left, say) costs that connection, not the process.
      server.on('error', () => {});
      resolve(new TcpListener(server));
    });
  });
}
