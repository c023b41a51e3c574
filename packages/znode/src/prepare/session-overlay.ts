import { sessionIdOf } from '../sessions/session-id.js';
import type { SessionTable } from '../sessions/session-table.js';
import { Layer, Layers } from './layers.js';

/** A session opened or closed by a txn that is not yet applied; `key` is its id. */
export class PendingSession extends Layer<bigint, PendingSession> {
  open = false;
}

/** The session table as it will be once everything proposed is applied. */
export class SessionOverlay {
  readonly layers = new Layers<bigint, PendingSession>((id) => new PendingSession(id));
  readonly #sessions: SessionTable;

  constructor(sessions: SessionTable) {
    this.#sessions = sessions;
  }

  isOpen(hi: number, lo: number): boolean {
    if (this.layers.count > 0) {
      const pending = this.layers.latest(sessionIdOf(hi, lo));
      if (pending !== undefined) return pending.open;
    }
    return this.#sessions.isOpen(hi, lo);
  }

  set(hi: number, lo: number, open: boolean, zxid: number): void {
    this.layers.push(sessionIdOf(hi, lo), zxid).open = open;
  }
}
