import type { AbortSignalLike, Address, Connection } from '@quorate/interfaces';
import { type ClientOptions, WebSocket } from 'ws';
import { dialUrl, parseAddress } from './address.js';
import { dialAborted, dialFailure } from './failures.js';
import type { WebSocketSettings } from './options.js';
import { WebSocketConnection } from './websocket-connection.js';

/** @throws QuorateError `BAD_ADDRESS`, `CONNECTION_FAILED`, `ABORTED` */
export async function dial(
  address: Address,
  settings: WebSocketSettings,
  signal: AbortSignalLike | undefined,
): Promise<Connection> {
  const endpoint = parseAddress(address);
  if (signal?.aborted) throw dialAborted(address);
  const options: ClientOptions & { readonly closeTimeout: number } = {
    perMessageDeflate: false,
    maxPayload: settings.maxPayload,
    closeTimeout: settings.endTimeoutMs,
  };
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(dialUrl(endpoint), options);
    const onOpen = (): void => {
      stopWaiting();
      resolve(new WebSocketConnection(socket, address, settings));
    };
    const onError = (cause: Error): void => {
      stopWaiting();
      socket.on('error', ignore);
      reject(dialFailure(address, cause));
    };
    const onAbort = (): void => {
      stopWaiting();
      socket.on('error', ignore);
      socket.terminate();
      reject(dialAborted(address));
    };
    const stopWaiting = (): void => {
      socket.off('open', onOpen);
      socket.off('error', onError);
      signal?.removeEventListener('abort', onAbort);
    };
    socket.on('open', onOpen);
    socket.on('error', onError);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The outcome of the dial is settled: what its socket still complains about is of no interest. */
function ignore(): void {}
