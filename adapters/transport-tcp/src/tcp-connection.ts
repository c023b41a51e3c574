import type { Socket } from 'node:net';
import type { Address, Connection, ConnectionSink } from '@quorate/interfaces';
import { formatAddress } from './address.js';
import { connectionLost, peerNotReading } from './failures.js';
import { peerSubject } from './peer-subject.js';

/** A connection over one socket, which must be paused when it gets here. */
export class TcpConnection implements Connection {
  readonly remote: Address;
  readonly peerSubject: string | undefined;
  readonly #socket: Socket;
  readonly #endTimeoutMs: number;
  #sink: ConnectionSink | undefined = undefined;
  #waiting = false;
  #ended = false;
  #paused = false;
  #destroyed = false;
  #closed = false;
  #error: Error | undefined = undefined;
  #endTimer: NodeJS.Timeout | undefined = undefined;

  /** @param pushes the socket calls {@link deliver} itself (`onread`), so that no data events are wanted */
  constructor(socket: Socket, pushes: boolean, endTimeoutMs: number) {
    this.#socket = socket;
    this.#endTimeoutMs = endTimeoutMs;
    this.remote = formatAddress(socket.remoteAddress ?? 'unknown', socket.remotePort ?? 0);
    this.peerSubject = peerSubject(socket);
    if (!pushes) socket.on('data', this.deliver);
    // A data listener sets a socket flowing unless it was paused explicitly.
    socket.pause();
    socket.on('drain', this.#onDrain);
    socket.on('end', this.#awaitClose);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  open(sink: ConnectionSink): void {
    this.#sink = sink;
    if (this.#closed) setImmediate(() => sink.onClose(this.#error));
    else this.#socket.resume();
  }

  /** Bytes from the socket, on their way to the sink. */
  readonly deliver = (chunk: Uint8Array): void => {
    if (!this.#ended) this.#sink?.onData(chunk);
  };

  send(bytes: Uint8Array): boolean {
    const socket = this.#socket;
    if (!socket.writable) return false;
    socket.write(bytes);
    if (socket.writableLength < socket.writableHighWaterMark) return true;
    this.#waiting = true;
    return false;
  }

  get buffered(): number {
    return this.#closed ? 0 : this.#socket.writableLength;
  }

  pause(): void {
    this.#paused = true;
    if (!this.#ended) this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.end();
    this.#awaitClose();
    // Read on, into nothing: the other side's end would otherwise stay unseen behind its bytes.
    this.#socket.resume();
  }

  destroy(): void {
    this.#ended = true;
    this.#destroyed = true;
    this.#socket.destroy();
  }

  readonly #onDrain = (): void => {
    if (!this.#waiting) return;
    this.#waiting = false;
    if (!this.#ended) this.#sink?.onDrain();
  };

  /** One side has ended: the other must take what is left and end as well, within some seconds. */
  readonly #awaitClose = (): void => {
    if (this.#endTimer !== undefined || this.#closed) return;
    this.#endTimer = setTimeout(() => {
      this.#error ??= peerNotReading(this.remote, this.#endTimeoutMs, this.#socket.writableLength);
      this.#socket.destroy();
    }, this.#endTimeoutMs);
  };

  readonly #onError = (error: Error): void => {
    if (!this.#destroyed) this.#error ??= connectionLost(this.remote, error);
  };

  readonly #onClose = (): void => {
    this.#closed = true;
    clearTimeout(this.#endTimer);
    this.#sink?.onClose(this.#error);
  };
}
