import type { Clock, Millis, Timer } from '@quorate/interfaces';

export interface SessionTrackerHost {
  /** Tells the tracker of every session heard of on this server, by {@link SessionTracker.touch}. */
  collectTouches(): void;
  /** A session's time is over; called once per session, until {@link SessionTracker.retry}. */
  expire(id: bigint): void;
}

interface TrackedSession {
  readonly id: bigint;
  /** Last moment of its bucket, in tracker time. */
  bucket: Millis;
  /** Its end is under way. */
  closing: boolean;
}

/** Looks per tick. */
const LOOKS = 4;

/**
 * The leader's watch over all sessions (zk-client-spec 2.10). Deadlines are rounded up to the next tick after the timeout (T61)
 * and kept in buckets, so that a touch is cheap. They are held against a time of the tracker's own, which stands still while
 * this process does: a look that comes late counts as one on time. Nothing expires at the first look that finds it due: the
 * sockets are drained once more, then what was heard counts.
 */
export class SessionTracker {
  readonly #clock: Clock;
  readonly #tickMs: Millis;
  readonly #lookMs: Millis;
  readonly #host: SessionTrackerHost;
  readonly #timer: Timer;
  readonly #sessions = new Map<bigint, TrackedSession>();
  readonly #buckets = new Map<Millis, Set<TrackedSession>>();
  #running = false;
  #lookedAt: Millis = 0;
  /** Tracker time at the last look. */
  #time: Millis = 0;
  /** The first bucket that has not been emptied. */
  #nextBucket: Millis = 0;
  #confirming = false;

  constructor(clock: Clock, tickMs: Millis, host: SessionTrackerHost) {
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#lookMs = tickMs / LOOKS;
    this.#host = host;
    this.#timer = clock.timer(this.#look);
  }

  get running(): boolean {
    return this.#running;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Begins to watch; every session gets its full timeout, whatever it had left elsewhere (T62). */
  start(sessions: Iterable<{ readonly id: bigint; readonly timeoutMs: Millis }>): void {
    this.stop();
    this.#running = true;
    this.#lookedAt = this.#clock.now();
    this.#time = 0;
    this.#nextBucket = this.#tickMs;
    for (const { id, timeoutMs } of sessions) this.track(id, timeoutMs);
    this.#timer.at(this.#lookedAt + this.#lookMs);
  }

  stop(): void {
    this.#running = false;
    this.#confirming = false;
    this.#timer.cancel();
    this.#sessions.clear();
    this.#buckets.clear();
  }

  /** A session began, or is to be watched again. */
  track(id: bigint, timeoutMs: Millis): void {
    if (!this.#running || this.#sessions.has(id)) return;
    const session: TrackedSession = { id, bucket: -1, closing: false };
    this.#sessions.set(id, session);
    this.#move(session, timeoutMs);
  }

  /** The session was heard of. @returns whether it is alive: known, and its end not under way */
  touch(id: bigint, timeoutMs: Millis): boolean {
    const session = this.#sessions.get(id);
    if (session === undefined || session.closing) return false;
    this.#move(session, timeoutMs);
    return true;
  }

  /** The session ended. */
  forget(id: bigint): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#sessions.delete(id);
    this.#leave(session);
  }

  /** An expiry came to nothing: the session is due again a tick later. */
  retry(id: bigint): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    session.closing = false;
    this.#move(session, 0);
  }

  /** Per bucket in order of time: how far ahead it ends, and its sessions. For `dump`. */
  *buckets(): Iterable<readonly [inMs: Millis, ids: readonly bigint[]]> {
    const now = this.#now();
    for (const bucket of [...this.#buckets.keys()].sort((a, b) => a - b)) {
      yield [bucket - now, [...this.#buckets.get(bucket)!].map(({ id }) => id)];
    }
  }

  /** Tracker time: what passed since the last look, unless it was a stall. */
  #now(): Millis {
    const passed = this.#clock.now() - this.#lookedAt;
    return this.#time + (passed > 2 * this.#lookMs ? this.#lookMs : passed);
  }

  #move(session: TrackedSession, timeoutMs: Millis): void {
    const bucket = Math.floor((this.#now() + timeoutMs) / this.#tickMs + 1) * this.#tickMs;
    if (bucket === session.bucket) return;
    this.#leave(session);
    session.bucket = bucket;
    const members = this.#buckets.get(bucket);
    if (members === undefined) this.#buckets.set(bucket, new Set([session]));
    else members.add(session);
  }

  #leave(session: TrackedSession): void {
    const members = this.#buckets.get(session.bucket);
    if (members === undefined) return;
    members.delete(session);
    if (members.size === 0) this.#buckets.delete(session.bucket);
  }

  readonly #look = (): void => {
    if (!this.#running) return;
    this.#time = this.#now();
    this.#lookedAt = this.#clock.now();
    this.#host.collectTouches();
    const confirmed = this.#confirming;
    this.#confirming = false;
    if (this.#skipEmpty() && !confirmed) {
      this.#confirming = true;
      this.#timer.at(this.#lookedAt);
      return;
    }
    if (confirmed) this.#expireDue();
    if (this.#running) this.#timer.at(this.#lookedAt + this.#lookMs);
  };

  /** Passes over the empty buckets. @returns whether one that is due has sessions */
  #skipEmpty(): boolean {
    while (this.#nextBucket <= this.#time) {
      if (this.#buckets.has(this.#nextBucket)) return true;
      this.#nextBucket += this.#tickMs;
    }
    return false;
  }

  #expireDue(): void {
    while (this.#running && this.#nextBucket <= this.#time) {
      const due = this.#buckets.get(this.#nextBucket);
      this.#buckets.delete(this.#nextBucket);
      this.#nextBucket += this.#tickMs;
      if (due === undefined) continue;
      for (const session of due) {
        session.closing = true;
        this.#host.expire(session.id);
        if (!this.#running) return;
      }
    }
  }
}
