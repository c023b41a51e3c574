import { type Address, type Connection, type ConnectionSink, QuorateError } from '@quorate/interfaces';
import type { RawData, WebSocket } from 'ws';
import type { WebSocketSettings } from './options.js';

/** Larger sends leave as several messages, so that a receiver's limit on messages does not limit sends. */
const MESSAGE_BYTES = 256 * 1024;
const BINARY = { binary: true };

const CLOSE_NORMAL = 1000;
const CLOSE_UNSUPPORTED_DATA = 1003;
/** Close codes of an orderly end: normal, going away, none given. */
const ORDERLY = new Set([CLOSE_NORMAL, 1001, 1005]);

/** A byte stream over the binary messages of one WebSocket, which must be open. */
export class WebSocketConnection implements Connection {
  readonly remote: Address;
  readonly #socket: WebSocket;
  readonly #settings: WebSocketSettings;
  #sink: ConnectionSink | undefined = undefined;
  /** Messages that came while paused or before {@link open}: a chunk already read may hold many. */
  #held: Uint8Array[] = [];
  #paused = false;
  #waiting = false;
  #ended = false;
  #destroyed = false;
  #closed = false;
  #reported = false;
  #flushing = false;
  #error: Error | undefined = undefined;
  #endTimer: NodeJS.Timeout | undefined = undefined;

  constructor(socket: WebSocket, remote: Address, settings: WebSocketSettings) {
    this.#socket = socket;
    this.#settings = settings;
    this.remote = remote;
    socket.binaryType = 'nodebuffer';
    socket.pause();
    socket.on('message', this.#onMessage);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  open(sink: ConnectionSink): void {
    this.#sink = sink;
    this.#flushLater();
  }

  send(bytes: Uint8Array): boolean {
    const socket = this.#socket;
    if (this.#ended || socket.readyState !== socket.OPEN) return false;
    if (bytes.length <= MESSAGE_BYTES) {
      if (bytes.length > 0) socket.send(bytes, BINARY, this.#onSent);
    } else {
      for (let start = 0; start < bytes.length; start += MESSAGE_BYTES) {
        socket.send(bytes.subarray(start, start + MESSAGE_BYTES), BINARY, this.#onSent);
      }
    }
    if (socket.bufferedAmount < this.#settings.highWaterMark) return true;
    this.#waiting = true;
    return false;
  }

  /** Counts the frames' own bytes too. */
  get buffered(): number {
    return this.#closed ? 0 : this.#socket.bufferedAmount;
  }

  pause(): void {
    this.#paused = true;
    if (!this.#ended) this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#flushLater();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#held = [];
    this.#socket.close(CLOSE_NORMAL);
    this.#awaitClose();
    // Read on, into nothing: the other side's end would otherwise stay unseen behind its bytes.
    this.#socket.resume();
  }

  destroy(): void {
    this.#ended = true;
    this.#destroyed = true;
    this.#held = [];
    this.#socket.terminate();
    this.#flushLater();
  }

  get #delivers(): boolean {
    return this.#sink !== undefined && !this.#paused && !this.#ended;
  }

  readonly #onMessage = (data: RawData, isBinary: boolean): void => {
    if (this.#ended) return;
    if (!isBinary) {
      this.#error ??= new QuorateError(
        'CLOSED',
        `the connection with ${this.remote} was closed: it sent a text message; only binary messages are understood`,
      );
      this.#ended = true;
      this.#socket.close(CLOSE_UNSUPPORTED_DATA, 'binary messages only');
      this.#awaitClose();
      return;
    }
    const bytes = data as Buffer;
    if (this.#held.length === 0 && this.#delivers) this.#sink?.onData(bytes);
    else this.#held.push(bytes);
  };

  /** Hands on what was held, in a turn of its own, then lets more come or reports the end. */
  #flushLater(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushing = false;
    const held = this.#held;
    let next = 0;
    while (next < held.length && this.#delivers) this.#sink?.onData(held[next++]!);
    this.#held = held.slice(next);
    if (this.#closed) this.#report();
    else if (this.#delivers) this.#socket.resume();
  };

  readonly #onSent = (): void => {
    const socket = this.#socket;
    if (!this.#waiting || socket.bufferedAmount > 0 || this.#ended || socket.readyState !== socket.OPEN) return;
    this.#waiting = false;
    this.#sink?.onDrain();
  };

  /** One side has ended: the other must take what is left and end as well, within some seconds. */
  #awaitClose(): void {
    if (this.#endTimer !== undefined || this.#closed) return;
    this.#endTimer = setTimeout(() => {
      this.#error ??= new QuorateError(
        'CLOSED',
        `the connection with ${this.remote} was dropped: the other side neither read nor closed for ${this.#settings.endTimeoutMs} ms after the end`,
      );
      this.#socket.terminate();
    }, this.#settings.endTimeoutMs);
  }

  readonly #onError = (cause: Error): void => {
    if (this.#destroyed) return;
    this.#error ??= new QuorateError('CLOSED', `the connection with ${this.remote} broke: ${cause.message}`, { cause });
  };

  readonly #onClose = (code: number): void => {
    this.#closed = true;
    clearTimeout(this.#endTimer);
    if (!ORDERLY.has(code) && !this.#destroyed) {
      this.#error ??= new QuorateError(
        'CLOSED',
        `the connection with ${this.remote} broke: closed with WebSocket code ${code}`,
      );
    }
    this.#report();
  };

  /** The end comes last: behind what is held, for as long as the owner has not ended the connection itself. */
  #report(): void {
    if (this.#reported || this.#sink === undefined || this.#held.length > 0) return;
    this.#reported = true;
    this.#sink.onClose(this.#error);
  }
}
