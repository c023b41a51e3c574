import type { PeerStatus } from '@quorate/zab';
import { distinctUntilChanged, map, type Observable, ReplaySubject, Subject } from 'rxjs';

/** Something that happened to a session, as this server applied or decided it. */
export interface SessionEvent {
  readonly type: 'opened' | 'closed' | 'expired';
  readonly id: bigint;
}

/** A server as streams, for people and dashboards. Nothing that answers requests depends on them. */
export class ServerObservables {
  readonly #status = new ReplaySubject<PeerStatus>(1);
  readonly #sessions = new Subject<SessionEvent>();

  /** Role, phase, leader and whether clients are served; the latest at once, then every change. */
  readonly status$: Observable<PeerStatus> = this.#status.asObservable();
  readonly sessions$: Observable<SessionEvent> = this.#sessions.asObservable();
  readonly serving$: Observable<boolean> = this.#status.pipe(
    map(({ serving }) => serving),
    distinctUntilChanged(),
  );

  status(status: PeerStatus): void {
    this.#status.next(status);
  }

  /** Whether anybody listens to the sessions' events. */
  session(type: SessionEvent['type'], id: bigint): void {
    if (this.#sessions.observed) this.#sessions.next({ type, id });
  }

  complete(): void {
    this.#status.complete();
    this.#sessions.complete();
  }
}
