import { connect as connectTcp, isIP, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { AbortSignalLike, Address, Connection } from '@quorate/interfaces';
import { dialHost, parseAddress } from './address.js';
import { dialAborted, dialFailure } from './failures.js';
import type { TcpSettings } from './settings.js';
import { TcpConnection } from './tcp-connection.js';

const READ_BUFFER_BYTES = 64 * 1024;

interface Target {
  readonly host: string;
  readonly port: number;
}

/** Every read lands in one buffer of the connection's own and is handed on as a view of it. */
function connectPlain(target: Target, settings: TcpSettings, onOpen: (connection: Connection) => void): Socket {
  let connection: TcpConnection | undefined;
  const options: NetConnectOpts & { readonly writableHighWaterMark: number } = {
    ...target,
    noDelay: settings.noDelay,
    writableHighWaterMark: settings.highWaterMark,
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BUFFER_BYTES),
      callback: (bytes: number, buffer: Uint8Array): boolean => {
        connection?.deliver(buffer.subarray(0, bytes));
        return true;
      },
    },
  };
  const socket = connectTcp(options);
  socket.once('connect', () => {
    connection = new TcpConnection(socket, true, settings.endTimeoutMs);
    onOpen(connection);
  });
  return socket;
}

function connectSecure(target: Target, settings: TcpSettings, onOpen: (connection: Connection) => void): Socket {
  const socket = connectTls({
    highWaterMark: settings.highWaterMark,
    ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
    ...settings.tls,
    ...target,
  });
  socket.setNoDelay(settings.noDelay);
  socket.once('secureConnect', () => onOpen(new TcpConnection(socket, false, settings.endTimeoutMs)));
  return socket;
}

/** @throws QuorateError `BAD_ADDRESS`, `CONNECTION_FAILED`, `ABORTED` */
export async function dial(
  address: Address,
  settings: TcpSettings,
  signal: AbortSignalLike | undefined,
): Promise<Connection> {
  const { host, port } = parseAddress(address);
  if (signal?.aborted) throw dialAborted(address);
  return new Promise((resolve, reject) => {
    const connect = settings.tls ? connectSecure : connectPlain;
    const socket = connect({ host: dialHost(host), port }, settings, (connection) => {
      stopWaiting();
      resolve(connection);
    });
    const onError = (cause: unknown): void => {
      stopWaiting();
      reject(dialFailure(address, cause));
    };
    const onClose = (): void => onError(new Error('closed by the other side before it was open'));
    const onAbort = (): void => {
      stopWaiting();
      socket.on('error', () => {});
      socket.destroy();
      reject(dialAborted(address));
    };
    const stopWaiting = (): void => {
      socket.off('error', onError);
      socket.off('close', onClose);
      signal?.removeEventListener('abort', onAbort);
    };
    socket.on('error', onError);
    socket.on('close', onClose);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
