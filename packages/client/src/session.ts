import type { Address, ByteReader, ByteWriter, Clock, Connection, Millis, Timer, Transport } from '@quorate/interfaces';
import {
  beginFrame,
  endFrame,
  OpCode,
  type ReplyHeader,
  readConnectResponse,
  readReplyHeader,
  readWatcherEvent,
  writeConnectRequest,
  Xid,
  ZkErrorCode,
} from '@quorate/protocol';
import { Abort } from './abort.js';
import { CallQueue, type Settle } from './call-queue.js';
import { Credentials } from './credentials.js';
import { ZkError } from './errors.js';
import { Link } from './link.js';
import type { ClientOptions, SessionState, Settings, StateListener } from './options.js';
import { ServerList } from './server-list.js';
import { callListener, WatchTable } from './watch-table.js';

/** The longest time between two pings, ms. */
const LONGEST_PING_MS = 10_000;

/**
 * One ZooKeeper session over as many connections as it takes: finds a server, says who it is, keeps it alive, and when a
 * connection is lost goes on with the next server, until the session is closed or known to be expired.
 */
export class Session {
  readonly watches = new WatchTable();
  readonly credentials = new Credentials();
  readonly #settings: Settings;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #servers: ServerList;
  readonly #calls: CallQueue;
  readonly #listeners = new Set<StateListener>();
  readonly #header: ReplyHeader = { xid: 0, zxid: 0, err: 0 };
  /** Ends an attempt to connect, or a wait before one. */
  readonly #attemptTimer: Timer;
  /** Fires when no server can still hold the session. */
  readonly #expiryTimer: Timer;
  #state: SessionState = 'CONNECTING';
  #why: ZkError | undefined;
  #id: bigint;
  #password: Uint8Array;
  #timeoutMs: Millis;
  #lastZxid = 0;
  #address: Address = '';
  /** The connection, established or in its handshake. */
  #link: Link | null = null;
  #abort: Abort | null = null;
  /** Counts attempts, so that what an abandoned one still brings is known for it. */
  #attempt = 0;
  #closing: (() => void)[] | null = null;

  constructor(options: ClientOptions, settings: Settings) {
    this.#settings = settings;
    this.#transport = options.transport;
    this.#clock = options.clock;
    this.#servers = new ServerList(settings, options.clock);
    this.#calls = new CallQueue(settings.maxRequestBytes);
    this.#id = options.session?.id ?? 0n;
    this.#password = options.session === undefined ? new Uint8Array(16) : new Uint8Array(options.session.password);
    this.#timeoutMs = settings.sessionTimeoutMs;
    this.#attemptTimer = options.clock.timer(() => this.#onAttemptTimer());
    this.#expiryTimer = options.clock.timer(() => this.#end('EXPIRED'));
    if (options.onState !== undefined) this.#listeners.add(options.onState);
    this.#connectSoon();
  }

  get state(): SessionState {
    return this.#state;
  }

  get id(): bigint {
    return this.#id;
  }

  get password(): Uint8Array {
    return new Uint8Array(this.#password);
  }

  /** As the server granted it; as asked for before. */
  get timeoutMs(): Millis {
    return this.#timeoutMs;
  }

  /** The server connected to, or tried last. */
  get address(): Address {
    return this.#address;
  }

  /** Where frames go now; null while there is no established connection. */
  get out(): ByteWriter | null {
    return this.#state === 'CONNECTED' && this.#link !== null ? this.#link.out : null;
  }

  onState(listener: StateListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Why nothing more can be asked of this session; undefined while something can. */
  refusal(path: string): ZkError | undefined {
    if (this.#state === 'EXPIRED')
      return new ZkError(ZkErrorCode.sessionExpired, path, 'connect again for a new session');
    if (this.#state === 'CLOSED') return this.#why ?? new ZkError(ZkErrorCode.closing, path, 'the client is closed');
    if (this.#closing !== null) return new ZkError(ZkErrorCode.closing, path, 'the client is closing');
    return undefined;
  }

  call<T>(opcode: number, path: string, encode: ((w: ByteWriter) => void) | null, settle: Settle<T>): Promise<T> {
    const refusal = this.refusal(path);
    if (refusal !== undefined) return Promise.reject(refusal);
    const promise = this.#calls.add(this.out, opcode, path, encode, settle);
    this.flushSoon();
    return promise;
  }

  flushSoon(): void {
    if (this.#state === 'CONNECTED') this.#link?.flushSoon();
  }

  /** Ends the session on its server, when one is connected, behind everything asked before; resolves in any case. */
  close(): Promise<void> {
    if (this.#state === 'CLOSED' || this.#state === 'EXPIRED') return Promise.resolve();
    return new Promise((resolve) => {
      if (this.#closing !== null) {
        this.#closing.push(resolve);
        return;
      }
      const out = this.out;
      if (out === null) {
        this.#end('CLOSED');
        resolve();
        return;
      }
      this.#closing = [resolve];
      this.#calls.add(out, OpCode.closeSession, '', null, () => this.#end('CLOSED')).catch(() => {});
      this.flushSoon();
    });
  }

  #connectSoon(): void {
    this.#attemptTimer.at(this.#clock.now() + this.#servers.delay());
  }

  /** Either the wait before an attempt is over, or an attempt took too long. */
  #onAttemptTimer(): void {
    if (this.#abort === null && this.#link === null) this.#dial();
    else this.#failAttempt();
  }

  #dial(): void {
    const attempt = ++this.#attempt;
    const abort = new Abort();
    this.#abort = abort;
    this.#address = this.#servers.next();
    this.#attemptTimer.at(this.#clock.now() + this.#timeoutMs / this.#settings.servers.length);
    this.#transport.dial(this.#address, { signal: abort }).then(
      (connection) => {
        if (attempt === this.#attempt) this.#shakeHands(connection);
        else discard(connection);
      },
      () => {
        if (attempt === this.#attempt) this.#failAttempt();
      },
    );
  }

  #failAttempt(): void {
    this.#attempt += 1;
    this.#abort?.abort();
    this.#abort = null;
    this.#link?.destroy();
    this.#link = null;
    this.#servers.failed();
    this.#connectSoon();
  }

  #shakeHands(connection: Connection): void {
    this.#abort = null;
    const link = new Link(connection, this.#clock, this.#settings.maxResponseBytes, {
      onFrame: (r) => this.#onFrame(r),
      onLost: (cause) => this.#onLost(cause),
    });
    this.#link = link;
    link.open();
    if (this.#link !== link) return;
    const begun = beginFrame(link.out);
    writeConnectRequest(link.out, {
      protocolVersion: 0,
      lastZxidSeen: this.#lastZxid,
      timeOut: this.#settings.sessionTimeoutMs,
      sessionId: this.#id,
      passwd: this.#password,
      readOnly: false,
      hasReadOnly: true,
    });
    endFrame(link.out, begun);
    link.flushSoon();
    this.#attemptTimer.at(this.#clock.now() + (this.#timeoutMs * 2) / 3);
  }

  #onFrame(r: ByteReader): void {
    if (this.#state === 'CONNECTED') this.#onReply(r);
    else this.#onWelcome(r);
  }

  #onWelcome(r: ByteReader): void {
    const response = readConnectResponse(r);
    const link = this.#link!;
    if (response.timeOut <= 0) {
      this.#end('EXPIRED');
      return;
    }
    this.#attemptTimer.cancel();
    this.#expiryTimer.cancel();
    this.#servers.succeeded();
    this.#id = response.sessionId;
    this.#password = new Uint8Array(response.passwd);
    this.#timeoutMs = response.timeOut;
    link.keepAlive((this.#timeoutMs * 2) / 3, Math.min(this.#timeoutMs / 3, LONGEST_PING_MS));
    this.credentials.writeAll(link.out);
    this.watches.writeSetWatches(link.out, this.#lastZxid);
    this.#calls.moveWaiting(link.out);
    link.flushSoon();
    this.#become('CONNECTED');
  }

  #onReply(r: ByteReader): void {
    const { xid, zxid, err } = readReplyHeader(r, this.#header);
    switch (xid) {
      case Xid.notification: {
        const event = readWatcherEvent(r);
        this.watches.fire(event.type, event.path, this.shown(event.path), zxid);
        return;
      }
      case Xid.ping:
        return;
      case Xid.auth: {
        const error = this.credentials.answer(err);
        if (error !== undefined) this.#end('CLOSED', error);
        return;
      }
      case Xid.setWatches:
        if (err !== 0) throw new ZkError(err, '', 'the server refuses to set the watches again');
        return;
      default:
        if (zxid > this.#lastZxid) this.#lastZxid = zxid;
        if (!this.#calls.answer(xid, err, r)) {
          throw new ZkError(ZkErrorCode.dataInconsistency, '', `a reply with xid ${xid} came out of order`);
        }
    }
  }

  /** A path of the server as the caller knows it: without the chroot, where it lies below it. */
  shown(path: string): string {
    const chroot = this.#settings.chroot;
    if (chroot === '') return path;
    if (path === chroot) return '/';
    return path.startsWith(`${chroot}/`) ? path.slice(chroot.length) : path;
  }

  #onLost(cause: unknown): void {
    const link = this.#link!;
    if (this.#state !== 'CONNECTED') {
      this.#failAttempt();
      return;
    }
    this.#link = null;
    if (this.#closing !== null) {
      this.#end('CLOSED', undefined, cause);
      return;
    }
    this.#expiryTimer.at(link.lastHeard + (this.#timeoutMs * 4) / 3);
    this.#connectSoon();
    this.#become('CONNECTING');
    this.#calls.loseSent(cause);
  }

  #end(state: 'CLOSED' | 'EXPIRED', why?: ZkError, cause?: unknown): void {
    if (this.#state === 'CLOSED' || this.#state === 'EXPIRED') return;
    this.#attempt += 1;
    this.#attemptTimer.cancel();
    this.#expiryTimer.cancel();
    this.#abort?.abort();
    this.#abort = null;
    this.#link?.destroy();
    this.#link = null;
    this.#why = why;
    this.#become(state, why);
    this.#calls.loseSent(cause ?? why);
    this.#calls.failWaiting((path) => this.refusal(path)!);
    this.credentials.end(this.refusal('')!);
    this.watches.end(state, (path) => this.shown(path));
    const closing = this.#closing;
    this.#closing = null;
    if (closing !== null) for (const resolve of closing) resolve();
  }

  #become(state: SessionState, why?: ZkError): void {
    this.#state = state;
    for (const listener of this.#listeners)
      callListener(listener, state, ...(why === undefined ? [] : ([why] as const)));
  }
}

/** Closes a connection that came too late; it has to be opened first. */
function discard(connection: Connection): void {
  connection.open({ onData: () => {}, onDrain: () => {}, onClose: () => {} });
  connection.destroy();
}
