import type { Clock, LogStore, SnapshotStore, StateMachine, Zxid } from '@quorate/interfaces';

export interface SnapshotTakerHost {
  readonly stateMachine: StateMachine;
  onSnapshotStored(zxid: Zxid): void;
  onRetired(base: Zxid): void;
  onSnapshotFailed(error: Error): void;
}

/** Resolves at the end of this turn: long work is done in pieces, one per turn. */
export function nextTurn(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.defer(resolve));
}

/**
 * Takes a snapshot every so many txns (somewhere between half and all of them, so that servers take theirs at different
 * times), keeps the newest few, and lets the log forget what the oldest kept one covers.
 */
export class SnapshotTaker {
  readonly #snapshots: SnapshotStore;
  readonly #log: LogStore;
  readonly #clock: Clock;
  readonly #host: SnapshotTakerHost;
  readonly #every: number;
  readonly #retain: number;
  #countdown: number;
  #running: Promise<void> | undefined;
  taken = 0;

  constructor(
    snapshots: SnapshotStore,
    log: LogStore,
    clock: Clock,
    options: { every: number; retain: number },
    host: SnapshotTakerHost,
  ) {
    this.#snapshots = snapshots;
    this.#log = log;
    this.#clock = clock;
    this.#every = options.every;
    this.#retain = Math.max(1, options.retain);
    this.#host = host;
    this.#countdown = this.#interval();
  }

  /** Counts one applied txn. */
  count(): void {
    if (this.#every <= 0) return;
    this.#countdown -= 1;
    if (this.#countdown > 0) return;
    this.#countdown = this.#interval();
    if (this.#running === undefined) this.take().catch((error: Error) => this.#host.onSnapshotFailed(error));
  }

  /** Takes one now, or joins the one under way. A failure costs nothing: the log is kept. */
  take(): Promise<void> {
    this.#running ??= this.#take().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Resolves when none is under way. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => {});
  }

  #interval(): number {
    const half = Math.max(1, Math.floor(this.#every / 2));
    return half + (this.#clock.randomU32() % half);
  }

  async #take(): Promise<void> {
    const cut = this.#host.stateMachine.snapshot();
    try {
      const writer = await this.#snapshots.begin(cut.zxid);
      try {
        for (let chunk = cut.next(); chunk !== null; chunk = cut.next()) {
          await writer.write(chunk);
          await nextTurn(this.#clock);
        }
        await writer.commit();
      } catch (error) {
        await writer.abort();
        throw error;
      }
    } finally {
      cut.release();
    }
    this.taken += 1;
    this.#host.onSnapshotStored(cut.zxid);
    await this.#retire();
  }

  async #retire(): Promise<void> {
    const stored = await this.#snapshots.list();
    const kept = stored.slice(0, this.#retain);
    for (const old of stored.slice(this.#retain)) await this.#snapshots.drop(old.zxid);
    const oldest = kept.at(-1);
    if (oldest === undefined || kept.length < this.#retain) return;
    if (oldest.zxid > this.#log.base) {
      this.#log.retire(oldest.zxid);
      this.#host.onRetired(this.#log.base);
    }
  }
}
