import type { Prng } from './prng.js';
import type { EventOwner, Micros, Scheduler, SimEvent } from './scheduler.js';

/** Virtual CPU time that one turn takes; what arrives meanwhile shares the next turn. */
const TURN_COST_MICROS = 30;

/**
 * One incarnation of one simulated program. Its events gather in an inbox; a turn takes everything in it, one event per
 * slot, and ends with the deferred calls. While it is paused nothing runs and everything piles up; once killed nothing
 * of it ever runs again.
 */
export class SimProcess implements EventOwner {
  readonly name: string;
  readonly #scheduler: Scheduler;
  readonly #random: Prng;
  #inbox: SimEvent[] = [];
  #deferred: (() => void)[] = [];
  #alive = true;
  #paused = false;
  /** A turn is scheduled or under way. */
  #awake = false;
  #busyUntil: Micros = 0;
  #fuse = -1;
  #atFuse: (() => void) | null = null;
  #onDeath: (() => void)[] = [];

  constructor(name: string, scheduler: Scheduler, random: Prng) {
    this.name = name;
    this.#scheduler = scheduler;
    this.#random = random;
  }

  get scheduler(): Scheduler {
    return this.#scheduler;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Runs `run` as an event of this process. */
  post(run: () => void, delay: Micros = 0): SimEvent {
    return this.#scheduler.after(delay, this, run);
  }

  /** Runs `run` at the end of this turn; begins one where none is under way. */
  defer(run: () => void): void {
    if (!this.#alive) return;
    this.#deferred.push(run);
    if (!this.#awake && !this.#paused) {
      this.#awake = true;
      this.#scheduler.noteDeferred(this);
    }
  }

  onDeath(run: () => void): void {
    this.#onDeath.push(run);
  }

  /** All its events, timers and deferred calls vanish. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#inbox = [];
    this.#deferred = [];
    for (const run of this.#onDeath) run();
    this.#onDeath = [];
  }

  /** Stops it between two slots. */
  pause(): void {
    this.#paused = true;
  }

  /** Goes on where it stopped; what came meanwhile comes now, in order of arrival, stale timers too. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#awake = false;
    this.#wake();
  }

  /** Calls `run` after `slots` more slots of this process: in the middle of a turn as likely as not. */
  afterSlots(slots: number, run: () => void): void {
    this.#fuse = slots;
    this.#atFuse = run;
  }

  receive(event: SimEvent): void {
    if (!this.#alive) return;
    this.#inbox.push(event);
    this.#wake();
  }

  #wake(): void {
    if (this.#awake || this.#paused || (this.#inbox.length === 0 && this.#deferred.length === 0)) return;
    this.#awake = true;
    if (this.#scheduler.now >= this.#busyUntil) this.#scheduler.beginTurn(this);
    else this.#scheduler.at(this.#busyUntil, null, () => this.#poll());
  }

  #poll(): void {
    if (this.#alive && !this.#paused && this.#awake) this.#scheduler.beginTurn(this);
  }

  runSlot(): boolean {
    if (!this.#alive || this.#paused) return false;
    if (this.#fuse === 0) {
      this.#fuse = -1;
      this.#atFuse?.();
      return true;
    }
    if (this.#fuse > 0) this.#fuse -= 1;
    const run = this.#next();
    if (run === undefined) {
      this.#awake = false;
      this.#busyUntil = this.#scheduler.now + this.#random.below(TURN_COST_MICROS);
      return false;
    }
    run();
    return true;
  }

  #next(): (() => void) | undefined {
    for (let event = this.#inbox.shift(); event !== undefined; event = this.#inbox.shift()) {
      const run = event.run;
      if (run === null) continue;
      event.run = null;
      this.#scheduler.trace.add(event.at);
      this.#scheduler.trace.add(event.sequence);
      return run;
    }
    return this.#deferred.shift();
  }
}
