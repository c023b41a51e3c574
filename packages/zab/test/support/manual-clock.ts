import type { Clock, Millis, Timer } from '@quorate/interfaces';

/** Virtual time: turns and timers run only inside {@link until}. */
export class ManualClock implements Clock {
  #now = 0;
  #deferred: (() => void)[] = [];
  readonly #timers = new Set<{ when: Millis; fn: () => void }>();
  #random = 1;

  now(): Millis {
    return this.#now;
  }

  wall(): Millis {
    return 1_700_000_000_000 + Math.floor(this.#now);
  }

  timer(fn: () => void): Timer {
    const timer = { when: 0, fn };
    return {
      at: (when) => {
        if (!Number.isFinite(when)) throw new Error(`a timer was set to ${when}`);
        timer.when = when;
        this.#timers.add(timer);
      },
      cancel: () => void this.#timers.delete(timer),
    };
  }

  defer(fn: () => void): void {
    this.#deferred.push(fn);
  }

  randomU32(): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#random;
  }

  /** Lets things happen until `condition` holds. Fails after `limitMs` of virtual time. */
  async until(what: string, condition: () => boolean, limitMs = 60_000): Promise<void> {
    const end = this.#now + limitMs;
    let turns = 0;
    let idle = 0;
    while (!condition()) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#deferred.length > 0) {
        const batch = this.#deferred;
        this.#deferred = [];
        for (const fn of batch) fn();
        turns += 1;
        if (turns > 20_000) throw new Error(`turns without end: ${what}`);
        continue;
      }
      const next = [...this.#timers].sort((a, b) => a.when - b.when)[0];
      if (next === undefined || next.when > end) {
        // Promises that wait for no clock may need a few more rounds.
        idle += 1;
        if (idle > 20) throw new Error(`never: ${what}`);
        continue;
      }
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.when);
      next.fn();
    }
  }

  /** Lets things happen until `promise` is settled. */
  async run<T>(what: string, promise: Promise<T>): Promise<T> {
    let settled = false;
    promise.then(
      () => {
        settled = true;
      },
      () => {
        settled = true;
      },
    );
    await this.until(what, () => settled);
    return promise;
  }
}
