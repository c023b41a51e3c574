import { sessionIdOf } from '../sessions/session-id.js';
import type { SessionTable } from '../sessions/session-table.js';
import { Layer, Layers } from './layers.js';

/** A session opened or closed by a txn that is not yet applied. */
export class PendingSession extends Layer<PendingSession> {
  id = 0n;
  open = false;
}

/** The session table as it will be once everything proposed is applied. */
export class SessionOverlay extends Layers<PendingSession> {
  readonly #sessions: SessionTable;
  readonly #latest = new Map<bigint, PendingSession>();

  constructor(sessions: SessionTable) {
    super();
    this.#sessions = sessions;
  }

  isOpen(hi: number, lo: number): boolean {
    if (this.count > 0) {
      const pending = this.#latest.get(sessionIdOf(hi, lo));
      if (pending !== undefined) return pending.open;
    }
    return this.#sessions.isOpen(hi, lo);
  }

  set(hi: number, lo: number, open: boolean, zxid: number): void {
    const id = sessionIdOf(hi, lo);
    const record = this.obtain();
    record.id = id;
    record.open = open;
    this.add(record, this.#latest.get(id), zxid);
    this.#latest.set(id, record);
  }

  protected override make(): PendingSession {
    return new PendingSession();
  }

  protected override forget(record: PendingSession): void {
    this.#latest.delete(record.id);
  }

  protected override uncover(older: PendingSession): void {
    this.#latest.set(older.id, older);
  }

  protected override left(): void {
    // Nothing is kept elsewhere.
  }
}
