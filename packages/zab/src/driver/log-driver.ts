import { invariant, type LogStore, type Zxid } from '@quorate/interfaces';
import type { LogTail, TailBatch } from './log-tail.js';
import type { Turn } from './turn.js';

/** Hands the core's storage effects to the log, in order, and asks for durability once per turn. */
export class LogDriver {
  readonly #log: LogStore;
  readonly #tail: LogTail;
  readonly #turn: Turn;
  readonly #waiting: { readonly token: number; readonly ticket: number }[] = [];
  #wanted = 0;
  #scheduled = false;
  #arriving: TailBatch | undefined;
  syncs = 0;

  constructor(log: LogStore, tail: LogTail, turn: Turn) {
    this.#log = log;
    this.#tail = tail;
    this.#turn = turn;
  }

  /** The batch that the next `append` effect is about, if the core accepts it. */
  offer(batch: TailBatch | undefined): void {
    this.#arriving = batch;
  }

  append(last: Zxid): void {
    const batch = this.#arriving;
    invariant(batch !== undefined && batch.last === last, `append of ${last} without its batch`);
    this.#arriving = undefined;
    this.#tail.push(batch);
    this.#log.append(batch.bytes);
  }

  truncate(zxid: Zxid): void {
    this.#tail.truncateAfter(zxid);
    this.#log.truncateAfter(zxid);
  }

  reset(zxid: Zxid): void {
    this.#tail.reset(zxid);
    this.#log.reset(zxid);
  }

  /** Durability of everything so far; the sync leaves at the end of the turn, after the proposals. */
  persist(ticket: number): void {
    this.#wanted = ticket;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#turn.atEnd('log', this.#sync);
  }

  /** @returns the newest ticket that `token` vouches for, or undefined */
  durable(token: number): number | undefined {
    let ticket: number | undefined;
    while (this.#waiting.length > 0 && this.#waiting[0]!.token <= token) ticket = this.#waiting.shift()!.ticket;
    return ticket;
  }

  readonly #sync = (): void => {
    this.#scheduled = false;
    this.syncs += 1;
    this.#waiting.push({ token: this.#log.sync(), ticket: this.#wanted });
  };
}
