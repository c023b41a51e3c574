import {
  ByteReader,
  type ByteWriter,
  type Connection,
  type ConnectionSink,
  type Millis,
  type Zxid,
} from '@quorate/interfaces';
import {
  beginFrame,
  type ConnectRequest,
  endFrame,
  expiredConnectResponse,
  FrameDecoder,
  readConnectRequest,
  sessionPassword,
  writeConnectResponse,
} from '@quorate/protocol';
import { type Identity, makeIdentity, type WatchEventType } from '@quorate/znode';
import type { ServerContext } from '../context.js';
import type { ConnectionFigures, ReplyPort } from '../pipeline/reply-port.js';
import { RequestQueue } from '../pipeline/request-queue.js';
import { highOf, lowOf } from '../sessions/session-id.js';
import type { SessionConnection, SessionService } from '../sessions/session-service.js';
import { Latency } from '../stats.js';
import { hostOf, javaHost } from './addresses.js';

/** Stages of a connection; it only goes up. */
const Stage = { greeting: 0, connecting: 1, open: 2, closing: 3, closed: 4 } as const;

/** Output beyond which it is written before the turn ends. */
const FLUSH_BYTES = 131_072;
/** Bytes kept while a session is being set up, beyond which the socket is paused. */
const HELD_BYTES = 65_536;
/** How many times `maxUnsentBytes` of events a client may leave untaken before it is dropped. */
const PATIENCE = 64;

/** The same bytes as a plain Uint8Array: a subclass such as Node's Buffer has another `slice` and a slower `subarray`. */
function plain(chunk: Uint8Array): Uint8Array {
  return chunk.constructor === Uint8Array ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
}

export interface ClientConnectionHost {
  readonly context: ServerContext;
  readonly sessions: SessionService;
  /** The answer to a four-letter word, undefined when the four bytes are none. */
  fourLetterWord(word: number): string | undefined;
  /** The handshake is over. */
  onEstablished(connection: ClientConnection): void;
  onClosed(connection: ClientConnection): void;
}

/**
 * One client: bytes in, frames to its queue, replies and events out in one buffer that is written once per turn. Errors of
 * one client end its connection and nothing else.
 */
export class ClientConnection implements ConnectionSink, ReplyPort, SessionConnection {
  readonly remote: string;
  readonly establishedAt: Millis;
  readonly figures: ConnectionFigures = {
    received: 0,
    sent: 0,
    lastOpcode: 0,
    lastCxid: 0,
    lastZxid: 0,
    lastResponseAt: 0,
    lastLatency: 0,
    latency: new Latency(),
  };
  identity: Identity;
  sessionId = 0n;
  sessionHi = 0;
  sessionLo = 0;
  timeoutMs: Millis = 0;
  touched = false;
  /** When bytes came last. */
  heardAt: Millis;
  blocked = false;
  saidGoodbye = false;
  readonly #host: ClientConnectionHost;
  readonly #context: ServerContext;
  readonly #connection: Connection;
  readonly #queue: RequestQueue;
  readonly #decoder: FrameDecoder;
  #stage: number = Stage.greeting;
  #held = false;
  #paused = false;
  #hasReadOnly = false;
  #out: ByteWriter | null = null;
  #flushQueued = false;
  #drowned = false;
  #ended = false;

  constructor(host: ClientConnectionHost, connection: Connection) {
    const { context } = host;
    this.#host = host;
    this.#context = context;
    this.#connection = connection;
    this.remote = connection.remote;
    this.establishedAt = context.clock.wall();
    this.heardAt = context.engine.turn.now;
    const ids = [{ scheme: 'ip', id: javaHost(hostOf(connection.remote)) }];
    if (connection.peerSubject !== undefined) ids.push({ scheme: 'x509', id: connection.peerSubject });
    this.identity = makeIdentity(ids);
    this.#queue = new RequestQueue(context, this);
    this.#decoder = new FrameDecoder({
      maxFrameBytes: context.settings.maxFrameBytes,
      onFirstWord: this.#firstWord,
    });
  }

  get closed(): boolean {
    return this.#stage >= Stage.closing;
  }

  get hasSession(): boolean {
    return this.#stage === Stage.open;
  }

  get queued(): number {
    return this.#queue.length;
  }

  get heldBack(): boolean {
    return this.blocked || this.#held;
  }

  /** Begins to listen to the client. */
  open(): void {
    this.#connection.open(this);
  }

  // From the transport -------------------------------------------------------------------------------------------------

  onData(chunk: Uint8Array): void {
    this.heardAt = this.#context.engine.turn.enter();
    if (this.closed) return;
    this.touched = true;
    try {
      this.#decoder.push(plain(chunk), this.#frame);
    } catch {
      this.finish();
      return;
    }
    if (this.#decoder.buffered > HELD_BYTES && this.#decoder.paused) this.#pause();
  }

  onDrain(): void {
    this.#context.engine.turn.enter();
    if (!this.blocked || this.closed) return;
    this.blocked = false;
    this.#queue.drain();
    this.#readOn();
  }

  onClose(): void {
    this.#context.engine.turn.enter();
    this.#leave();
    this.#stage = Stage.closed;
    this.#host.onClosed(this);
  }

  // Handshake ----------------------------------------------------------------------------------------------------------

  readonly #firstWord = (word: number): boolean => {
    const answer = this.#host.fourLetterWord(word);
    if (answer !== undefined) {
      this.output().raw(new TextEncoder().encode(answer));
      this.finish();
      return true;
    }
    if (this.#context.serving) return false;
    // Whoever is told that its session is expired gives it up: only silence says "ask another server" (T23).
    this.finish();
    return true;
  };

  readonly #frame = (bytes: Uint8Array, start: number, end: number): void => {
    if (this.#stage === Stage.open) this.#queue.request(bytes, start, end);
    else this.#connect(bytes, start, end);
  };

  #connect(bytes: Uint8Array, start: number, end: number): void {
    const request = this.#readConnect(bytes, start, end);
    // A client that has seen more than this server must ask another one, and not lose its session over it (T22).
    if (request === undefined || request.lastZxidSeen > this.#context.tree.lastApplied) {
      this.finish();
      return;
    }
    this.#stage = Stage.connecting;
    this.#hasReadOnly = request.hasReadOnly;
    this.#context.stats.packetsReceived += 1;
    this.figures.received += 1;
    // What the client sends ahead waits for its session (T19).
    this.#decoder.pause();
    const { sessions } = this.#host;
    if (request.sessionId === 0n) sessions.create(this, request.timeOut);
    else sessions.renew(this, request.sessionId, request.passwd, request.timeOut);
  }

  #readConnect(bytes: Uint8Array, start: number, end: number): ConnectRequest | undefined {
    try {
      return readConnectRequest(new ByteReader(bytes, start, end));
    } catch {
      return undefined;
    }
  }

  established(id: bigint, timeoutMs: Millis): void {
    if (this.closed) return;
    this.sessionId = id;
    this.sessionHi = highOf(id);
    this.sessionLo = lowOf(id);
    this.timeoutMs = timeoutMs;
    this.touched = true;
    this.#stage = Stage.open;
    this.#respond(timeoutMs, id, sessionPassword(id));
    this.#host.onEstablished(this);
    this.#readOn();
  }

  rejected(): void {
    if (this.closed) return;
    const { timeOut, sessionId, passwd } = expiredConnectResponse(this.#hasReadOnly);
    this.#respond(timeOut, sessionId, passwd);
    this.finish();
  }

  #respond(timeOut: Millis, sessionId: bigint, passwd: Uint8Array): void {
    const out = this.output();
    const begun = beginFrame(out);
    const hasReadOnly = this.#hasReadOnly;
    writeConnectResponse(out, { protocolVersion: 0, timeOut, sessionId, passwd, readOnly: false, hasReadOnly });
    endFrame(out, begun);
    this.figures.sent += 1;
    this.#context.stats.packetsSent += 1;
  }

  // Output ---------------------------------------------------------------------------------------------------------------

  notify(type: WatchEventType, path: string, zxid: Zxid | -1): void {
    if (this.closed) return;
    this.output().raw(this.#context.events.encode(type, path, zxid));
    this.#context.stats.packetsSent += 1;
    this.figures.sent += 1;
  }

  output(): ByteWriter {
    if (this.#out !== null && this.#out.length >= FLUSH_BYTES) this.#write();
    if (this.#out === null) {
      this.#out = this.#context.outputs.take();
      this.#flushSoon();
    }
    return this.#out;
  }

  #flushSoon(): void {
    if (this.#flushQueued) return;
    this.#flushQueued = true;
    this.#context.engine.turn.atEnd('output', this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushQueued = false;
    this.#write();
    if (this.#drowned && !this.#ended) {
      this.#leave();
      this.#ended = true;
      this.#connection.destroy();
      return;
    }
    if (this.closed && !this.#ended) {
      this.#ended = true;
      this.#connection.end();
    }
  };

  #write(): void {
    const out = this.#out;
    if (out === null) return;
    this.#out = null;
    const { context } = this.#host;
    if (this.#stage === Stage.closed) {
      context.outputs.give(out);
      return;
    }
    const willing = out.length === 0 || this.#connection.send(out.peek());
    const unsent = this.#connection.buffered;
    if (unsent === 0) context.outputs.give(out);
    const { maxUnsentBytes } = context.settings;
    if (willing || unsent <= maxUnsentBytes || this.closed) return;
    this.blocked = true;
    this.#decoder.pause();
    this.#pause();
    if (unsent > PATIENCE * maxUnsentBytes) {
      // Not at once: this may be one event of many, with the watch table in the middle of its work.
      this.#drowned = true;
      this.#flushSoon();
    }
  }

  // Reading on and off -----------------------------------------------------------------------------------------------------

  hold(): void {
    if (this.#held) return;
    this.#held = true;
    this.#decoder.pause();
    this.#pause();
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#readOn();
  }

  stopReading(): void {
    this.saidGoodbye = true;
    this.#decoder.stop();
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#connection.pause();
  }

  /** Goes on with what is kept, then with the socket, unless something still holds it. */
  #readOn(): void {
    if (this.#stage !== Stage.open || this.blocked || this.#held) return;
    try {
      this.#decoder.resume(this.#frame);
    } catch {
      this.finish();
      return;
    }
    if (this.#paused && !this.#decoder.paused && !this.closed) {
      this.#paused = false;
      this.#connection.resume();
    }
  }

  // The end --------------------------------------------------------------------------------------------------------------

  finish(): void {
    if (this.closed) return;
    this.#leave();
    this.#flushSoon();
  }

  /** Lets go of everything but the output. */
  #leave(): void {
    if (this.closed) return;
    const wasOpen = this.#stage === Stage.open;
    this.#stage = Stage.closing;
    this.#decoder.stop();
    this.#queue.close();
    if (!wasOpen) return;
    this.#context.tree.watches.removeWatcher(this);
    this.#host.sessions.detach(this);
  }
}
