import { ByteReader, ByteWriter, type Millis, type Zxid } from '@quorate/interfaces';
import { OpCode, samePassword, sessionPassword } from '@quorate/protocol';
import type { Completion, PeerStatus, ServerId } from '@quorate/zab';
import type { TxnResult } from '@quorate/znode';
import type { ServerContext } from '../context.js';
import {
  addTouch,
  beginTouches,
  endTouches,
  forEachTouch,
  REVALIDATE,
  readRevalidate,
  readVerdict,
  TOUCHES,
  VERDICT,
  writeRevalidate,
  writeVerdict,
} from './session-codec.js';
import { NOBODY } from './session-guard.js';
import { highOf, lowOf, SessionIds, sessionIdOf } from './session-id.js';
import { SessionTracker } from './session-tracker.js';

/** A connection as the sessions see it. */
export interface SessionConnection {
  readonly closed: boolean;
  readonly sessionId: bigint;
  readonly sessionHi: number;
  readonly sessionLo: number;
  readonly timeoutMs: Millis;
  /** Heard of since the last heartbeat; cleared here. */
  touched: boolean;
  /** Not read at the moment, by our own choice: whatever it has to say, it counts as heard of. */
  readonly heldBack: boolean;
  /** Waits for the reply of its own closeSession. */
  readonly saidGoodbye: boolean;
  established(id: bigint, timeoutMs: Millis): void;
  /** The session is expired, unknown, or has another password. */
  rejected(): void;
  finish(): void;
}

export interface SessionEvents {
  onOpened(id: bigint): void;
  onClosed(id: bigint): void;
  onExpired(id: bigint): void;
}

/** Sessions of this server's connections, and on the leader of the whole ensemble. */
export class SessionService {
  readonly tracker: SessionTracker;
  readonly #context: ServerContext;
  readonly #events: SessionEvents;
  readonly #ids: SessionIds;
  readonly #connections = new Map<bigint, SessionConnection>();
  /** Questions put to the leader. */
  readonly #asked = new Map<number, { connection: SessionConnection; id: bigint; timeoutMs: Millis }>();
  #sequence = 0;
  readonly #out = new ByteWriter(1024);
  readonly #in = new ByteReader();

  constructor(context: ServerContext, events: SessionEvents) {
    this.#context = context;
    this.#events = events;
    this.#ids = new SessionIds(context.id, context.clock.wall());
    this.tracker = new SessionTracker(context.clock, context.settings.tickMs, {
      collectTouches: () => this.#collectLocal(),
      expire: (id) => this.#expire(id),
    });
    context.guard.events = {
      onSessionCreated: (id) => this.#applied(id, true),
      onSessionClosed: (id) => this.#applied(id, false),
    };
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  get #leading(): boolean {
    return this.tracker.running;
  }

  /** What a client's wish becomes (T60). */
  negotiate(wantedMs: Millis): Millis {
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.#context.settings;
    return Math.min(Math.max(wantedMs, minSessionTimeoutMs), maxSessionTimeoutMs);
  }

  /** A new session; the connection hears of it once its txn is applied here. */
  create(connection: SessionConnection, wantedMs: Millis): void {
    const context = this.#context;
    const timeoutMs = this.negotiate(wantedMs);
    let id = this.#ids.next();
    while (id === 0n || context.tree.sessions.has(id)) id = this.#ids.next();
    const body = new Uint8Array(4);
    new DataView(body.buffer).setInt32(0, timeoutMs);
    context.submitOwn(highOf(id), lowOf(id), OpCode.createSession, body, context.id, {
      settle: (_: Zxid, result: unknown) => {
        if (connection.closed) return;
        if ((result as TxnResult).error === 0) this.#attach(connection, id, timeoutMs);
        else connection.finish();
      },
      refuse: () => connection.finish(),
      fail: () => connection.finish(),
    });
  }

  /** A client comes back with a session. The password is looked at before anything else (T59). */
  renew(connection: SessionConnection, id: bigint, password: Uint8Array | null, wantedMs: Millis): void {
    if (!samePassword(sessionPassword(id), password)) {
      connection.rejected();
      return;
    }
    const context = this.#context;
    const timeoutMs = this.negotiate(wantedMs);
    context.stats.revalidations += 1;
    if (this.#leading) {
      if (this.#confirm(id, timeoutMs, context.id)) this.#attach(connection, id, timeoutMs);
      else connection.rejected();
      return;
    }
    this.#sequence = (this.#sequence + 1) >>> 0;
    this.#asked.set(this.#sequence, { connection, id, timeoutMs });
    this.#out.rewind(0);
    const question = { sequence: this.#sequence, sessionHi: highOf(id), sessionLo: lowOf(id), timeoutMs };
    writeRevalidate(this.#out, question);
    context.engine.tellLeader(this.#out.peek());
  }

  #attach(connection: SessionConnection, id: bigint, timeoutMs: Millis): void {
    const older = this.#connections.get(id);
    this.#connections.set(id, connection);
    if (older !== undefined && older !== connection) older.finish();
    connection.established(id, timeoutMs);
  }

  /** A connection ended. Its session goes on until its time is over. */
  detach(connection: SessionConnection): void {
    if (this.#connections.get(connection.sessionId) === connection) this.#connections.delete(connection.sessionId);
  }

  /** On a leader: whether the session is alive; if so it belongs to `server` from now on (T63). */
  #confirm(id: bigint, timeoutMs: Millis, server: ServerId): boolean {
    if (!this.tracker.touch(id, timeoutMs)) return false;
    this.#context.guard.owners.set(id, server);
    return true;
  }

  // Between servers ------------------------------------------------------------------------------------------------

  /** On a learner, twice per tick: tells the leader who was heard of. */
  onHeartbeat(): void {
    if (this.#leading) return;
    const out = this.#out;
    out.rewind(0);
    beginTouches(out);
    let count = 0;
    for (const connection of this.#connections.values()) {
      if (!connection.touched && !connection.heldBack) continue;
      connection.touched = false;
      addTouch(out, connection);
      count += 1;
    }
    if (count === 0) return;
    endTouches(out, count);
    this.#context.engine.tellLeader(out.peek());
  }

  #collectLocal(): void {
    for (const connection of this.#connections.values()) {
      if (!connection.touched && !connection.heldBack) continue;
      connection.touched = false;
      this.tracker.touch(connection.sessionId, connection.timeoutMs);
    }
  }

  /** @throws QuorateError `SHORT_READ` */
  onLearnerMessage(from: ServerId, bytes: Uint8Array): void {
    if (!this.#leading) return;
    const reader = this.#in.reset(bytes);
    const kind = reader.u8();
    if (kind === TOUCHES) {
      forEachTouch(reader, (high, low, timeoutMs) => this.tracker.touch(sessionIdOf(high, low), timeoutMs));
    } else if (kind === REVALIDATE) {
      const { sequence, sessionHi, sessionLo, timeoutMs } = readRevalidate(reader);
      const valid = this.#confirm(sessionIdOf(sessionHi, sessionLo), timeoutMs, from);
      this.#out.rewind(0);
      writeVerdict(this.#out, sequence, valid);
      this.#context.engine.tellLearner(from, this.#out.peek());
    }
  }

  /** @throws QuorateError `SHORT_READ` */
  onLeaderMessage(bytes: Uint8Array): void {
    const reader = this.#in.reset(bytes);
    if (reader.u8() !== VERDICT) return;
    const { sequence, valid } = readVerdict(reader);
    const asked = this.#asked.get(sequence);
    if (asked === undefined) return;
    this.#asked.delete(sequence);
    if (asked.connection.closed) return;
    if (valid) this.#attach(asked.connection, asked.id, asked.timeoutMs);
    else asked.connection.rejected();
  }

  // Roles and ends ---------------------------------------------------------------------------------------------------

  /** Begins or ends this server's watch over all sessions, as its role demands. */
  onStatus({ serving, role }: PeerStatus): void {
    const leads = serving && role === 'leading';
    if (!serving) this.#asked.clear();
    if (leads === this.#leading) return;
    this.#context.guard.owners.clear();
    if (leads) this.tracker.start(this.#known());
    else this.tracker.stop();
  }

  *#known(): Iterable<{ id: bigint; timeoutMs: Millis }> {
    const { sessions } = this.#context.tree;
    for (const id of sessions.ids()) yield { id, timeoutMs: sessions.get(id)?.timeoutMs ?? 0 };
  }

  /** A session's first or last txn was applied. */
  #applied(id: bigint, created: boolean): void {
    const { tree, guard } = this.#context;
    if (created) {
      if (this.#leading) this.tracker.track(id, tree.sessions.get(id)?.timeoutMs ?? 0);
      this.#events.onOpened(id);
      return;
    }
    this.tracker.forget(id);
    guard.owners.delete(id);
    this.#events.onClosed(id);
    const connection = this.#connections.get(id);
    // Without a word (T24), unless the client asked for it and waits for the reply (T25).
    if (connection !== undefined && !connection.saidGoodbye) connection.finish();
  }

  #expire(id: bigint): void {
    const context = this.#context;
    context.stats.sessionsExpired += 1;
    this.#events.onExpired(id);
    const again = () => this.tracker.retry(id);
    const completion: Completion = { settle: () => {}, refuse: again, fail: again };
    context.submitOwn(highOf(id), lowOf(id), OpCode.closeSession, undefined, NOBODY, completion);
  }
}
