import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Address, type Connection, type Listener, QuorateError } from '@quorate/interfaces';
import { type ServerOptions, WebSocketServer } from 'ws';
import { type Endpoint, formatAddress, parseAddress } from './address.js';
import { listenFailure } from './failures.js';
import type { WebSocketSettings } from './options.js';
import { WebSocketConnection } from './websocket-connection.js';

const BACKLOG = 1024;

class WebSocketListener implements Listener {
  readonly address: Address;
  readonly #server: Server;
  #closed: Promise<void> | undefined = undefined;

  constructor(server: Server, path: string) {
    this.#server = server;
    const { address, port } = server.address() as AddressInfo;
    this.address = `ws://${formatAddress(address, port)}${path}`;
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

function refuse(socket: Duplex, status: string, reason: string): void {
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${reason.length}\r\n\r\n${reason}`,
  );
}

/** Why an upgrade is refused, as an HTTP status and a sentence; undefined when it is welcome. */
function refusal(request: IncomingMessage, path: string, settings: WebSocketSettings): [string, string] | undefined {
  const origin = request.headers.origin;
  if (origin !== undefined && !settings.allowedOrigins.has(origin.toLowerCase())) {
    return ['403 Forbidden', 'the Origin of this page is not among allowedOrigins'];
  }
  const asked = request.url?.split('?')[0];
  return asked === path ? undefined : ['404 Not Found', `WebSockets are served at ${path} only`];
}

function makeServer(path: string, settings: WebSocketSettings, onConnection: (c: Connection) => void): Server {
  const options: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: settings.maxPayload,
    closeTimeout: settings.endTimeoutMs,
  };
  const handshake = new WebSocketServer(options);
  const server = createServer((_request, response) => {
    response.writeHead(426, { 'Content-Type': 'text/plain', Connection: 'close' });
    response.end('this port speaks WebSocket only');
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refused = refusal(request, path, settings);
    if (refused !== undefined) {
      refuse(socket, ...refused);
      return;
    }
    const { remoteAddress, remotePort } = request.socket;
    const remote = formatAddress(remoteAddress ?? 'unknown', remotePort ?? 0);
    handshake.handleUpgrade(request, socket, head, (webSocket) => {
      if (server.listening) onConnection(new WebSocketConnection(webSocket, remote, settings));
      else webSocket.terminate();
    });
  });
  return server;
}

function parseListenAddress(address: Address): Endpoint {
  const endpoint = parseAddress(address);
  if (endpoint.secure) {
    throw new QuorateError(
      'BAD_ADDRESS',
      `cannot listen on ${address}: this listener speaks no TLS; listen on ws:// behind a proxy that does`,
    );
  }
  return endpoint;
}

/** @throws QuorateError `ADDRESS_IN_USE`, `BAD_ADDRESS` */
export function bindListener(
  address: Address,
  settings: WebSocketSettings,
  onConnection: (connection: Connection) => void,
): Promise<Listener> {
  const { host, port, path } = parseListenAddress(address);
  return new Promise((resolve, reject) => {
    const server = makeServer(path, settings, onConnection);
    const onError = (cause: Error): void => reject(listenFailure(address, cause));
    server.once('error', onError);
    server.listen({ ...(host === undefined ? {} : { host }), port, backlog: BACKLOG }, () => {
      server.off('error', onError);
      // A failed accept (no file descriptor left, say) costs that connection, not the process.
      server.on('error', () => {});
      resolve(new WebSocketListener(server, path));
    });
  });
}
