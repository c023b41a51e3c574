import type { SessionInfo } from '../api.js';
import { finishDigest, mixWord, shiftDigest } from '../tree/node-digest.js';
import { sessionHi, sessionIdOf, sessionLo } from './session-id.js';

const NO_HANDLES: ReadonlySet<number> = new Set<number>();

class Session implements SessionInfo {
  readonly hi: number;
  readonly lo: number;
  readonly id: bigint;
  timeoutMs = 0;
  /** False for one that is only named as an owner. */
  open = false;
  ephemerals: Set<number> | undefined = undefined;
  /** Another session with the same low half. */
  next: Session | undefined;

  constructor(hi: number, lo: number, next: Session | undefined) {
    this.hi = hi;
    this.lo = lo;
    this.id = sessionIdOf(hi, lo);
    this.next = next;
  }
}

/** The replicated table of sessions: timeouts, and which nodes go with each. Found by the halves of the id, without a bigint. */
export class SessionTable {
  readonly #byLow = new Map<number, Session>();
  #size = 0;
  #ephemeralCount = 0;
  #digest = 0;

  /** Open sessions. */
  get size(): number {
    return this.#size;
  }

  /** Nodes bound to sessions. */
  get ephemeralCount(): number {
    return this.#ephemeralCount;
  }

  get digest(): number {
    return this.#digest;
  }

  get(id: bigint): SessionInfo | undefined {
    const session = this.#find(sessionHi(id), sessionLo(id));
    return session?.open === true ? session : undefined;
  }

  has(id: bigint): boolean {
    return this.isOpen(sessionHi(id), sessionLo(id));
  }

  isOpen(hi: number, lo: number): boolean {
    return this.#find(hi, lo)?.open === true;
  }

  /** Ids of the open sessions, in ascending order. */
  ids(): bigint[] {
    const ids: bigint[] = [];
    this.forEach((session) => {
      ids.push(session.id);
    });
    return ids.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  forEach(visit: (session: SessionInfo & { readonly hi: number; readonly lo: number }) => void): void {
    for (const first of this.#byLow.values()) {
      for (let session: Session | undefined = first; session !== undefined; session = session.next) {
        if (session.open) visit(session);
      }
    }
  }

  /** Opens a session, or sets the timeout of one that is open. */
  open(hi: number, lo: number, timeoutMs: number): void {
    const session = this.#obtain(hi, lo);
    const before = session.open ? hashSession(session) : 0;
    if (!session.open) this.#size += 1;
    session.open = true;
    session.timeoutMs = timeoutMs;
    this.#digest = shiftDigest(this.#digest, before, hashSession(session));
  }

  /** @returns false when there is no such session */
  close(hi: number, lo: number): boolean {
    const session = this.#find(hi, lo);
    if (session === undefined || !session.open) return false;
    this.#digest = shiftDigest(this.#digest, hashSession(session), 0);
    session.open = false;
    this.#size -= 1;
    this.#dropIfUnused(session);
    return true;
  }

  /** Handles of the nodes that go with the session. */
  ephemerals(hi: number, lo: number): ReadonlySet<number> {
    return this.#find(hi, lo)?.ephemerals ?? NO_HANDLES;
  }

  bind(hi: number, lo: number, handle: number): void {
    const session = this.#obtain(hi, lo);
    session.ephemerals ??= new Set<number>();
    if (session.ephemerals.has(handle)) return;
    session.ephemerals.add(handle);
    this.#ephemeralCount += 1;
  }

  unbind(hi: number, lo: number, handle: number): void {
    const session = this.#find(hi, lo);
    if (session?.ephemerals?.delete(handle) !== true) return;
    this.#ephemeralCount -= 1;
    if (session.ephemerals.size === 0) session.ephemerals = undefined;
    this.#dropIfUnused(session);
  }

  #find(hi: number, lo: number): Session | undefined {
    let session = this.#byLow.get(lo);
    while (session !== undefined && session.hi !== hi) session = session.next;
    return session;
  }

  #obtain(hi: number, lo: number): Session {
    const known = this.#find(hi, lo);
    if (known !== undefined) return known;
    const session = new Session(hi, lo, this.#byLow.get(lo));
    this.#byLow.set(lo, session);
    return session;
  }

  #dropIfUnused(session: Session): void {
    if (session.open || session.ephemerals !== undefined) return;
    const first = this.#byLow.get(session.lo);
    if (first === session) {
      if (session.next === undefined) this.#byLow.delete(session.lo);
      else this.#byLow.set(session.lo, session.next);
      return;
    }
    for (let at = first; at !== undefined; at = at.next) if (at.next === session) at.next = session.next;
  }
}

function hashSession(session: Session): number {
  return finishDigest(mixWord(mixWord(mixWord(0x5e55, session.hi), session.lo), session.timeoutMs));
}
