import type { Clock, Millis, Timer } from '@quorate/interfaces';

interface VirtualTimer extends Timer {
  when: Millis | undefined;
  readonly fn: () => void;
}

/** Time that moves only when a test says so. Each timer is a poll of its own, followed by the end of its turn. */
export class VirtualClock implements Clock {
  #now: Millis = 1000;
  #random = 1;
  readonly #timers: VirtualTimer[] = [];
  #deferred: (() => void)[] = [];

  now(): Millis {
    return this.#now;
  }

  wall(): Millis {
    return 1_700_000_000_000 + Math.floor(this.#now);
  }

  timer(fn: () => void): Timer {
    const timer: VirtualTimer = {
      fn,
      when: undefined,
      at: (when) => {
        timer.when = when;
      },
      cancel: () => {
        timer.when = undefined;
      },
    };
    this.#timers.push(timer);
    return timer;
  }

  defer(fn: () => void): void {
    this.#deferred.push(fn);
  }

  randomU32(): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#random;
  }

  /** Ends the turn. */
  endTurn(): void {
    while (this.#deferred.length > 0) {
      const deferred = this.#deferred;
      this.#deferred = [];
      for (const fn of deferred) fn();
    }
  }

  /** Moves to `now + ms`, firing every timer at its time. */
  advance(ms: Millis): void {
    const until = this.#now + ms;
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#now = Math.max(this.#now, next.when!);
      this.#fire(next);
    }
    this.#now = until;
  }

  /** The process stands still for `ms`: everything that is due fires afterwards, late. `between` is what the first poll after it brings. */
  stall(ms: Millis, between: () => void = () => {}): void {
    this.#now += ms;
    const due = this.#timers.filter(({ when }) => when !== undefined && when <= this.#now);
    for (const timer of due) this.#fire(timer);
    between();
    this.endTurn();
  }

  #fire(timer: VirtualTimer): void {
    timer.when = undefined;
    timer.fn();
    this.endTurn();
  }

  #next(until: Millis): VirtualTimer | undefined {
    let next: VirtualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.when !== undefined && timer.when <= until && (next === undefined || timer.when < next.when!))
        next = timer;
    }
    return next;
  }
}
