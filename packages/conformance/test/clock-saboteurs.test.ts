import { systemClock } from '@quorate/clock-system';
import type { Clock, Timer } from '@quorate/interfaces';
import { describe, expect, test } from 'vitest';
import { clockConformance } from '../src/clock/clock-conformance.js';
import { collect } from '../src/runner.js';

/** A clock that passes everything on; saboteurs override what they spoil. */
class RelayClock implements Clock {
  readonly inner = systemClock();

  now(): number {
    return this.inner.now();
  }

  wall(): number {
    return this.inner.wall();
  }

  timer(fn: () => void): Timer {
    return this.inner.timer(fn);
  }

  defer(fn: () => void): void {
    this.inner.defer(fn);
  }

  randomU32(): number {
    return this.inner.randomU32();
  }
}

const broken: readonly (readonly [string, string, new () => Clock])[] = [
  [
    'goes back a little now and then',
    'C-1',
    class extends RelayClock {
      #reads = 0;

      override now(): number {
        this.#reads += 1;
        return super.now() - (this.#reads % 100 === 0 ? 5 : 0);
      }
    },
  ],
  [
    'counts seconds',
    'C-1',
    class extends RelayClock {
      override now(): number {
        return super.now() / 1000;
      }

      override timer(fn: () => void): Timer {
        const timer = super.timer(fn);
        return { at: (when) => timer.at(when * 1000), cancel: () => timer.cancel() };
      }
    },
  ],
  [
    'gives fractions of wall time',
    'C-2',
    class extends RelayClock {
      override wall(): number {
        return super.wall() + 0.5;
      }
    },
  ],
  [
    'fires inside at when the time has passed',
    'C-3',
    class extends RelayClock {
      override timer(fn: () => void): Timer {
        const timer = super.timer(fn);
        return {
          at: (when) => {
            if (when <= this.now()) fn();
            else timer.at(when);
          },
          cancel: () => timer.cancel(),
        };
      }
    },
  ],
  [
    'has one wake-up for all timers',
    'C-3',
    class extends RelayClock {
      readonly #fns = new Set<() => void>();
      readonly #timer = super.timer(() => {
        for (const fn of this.#fns) fn();
      });

      override timer(fn: () => void): Timer {
        return {
          at: (when) => {
            this.#fns.add(fn);
            this.#timer.at(when);
          },
          cancel: () => this.#timer.cancel(),
        };
      }
    },
  ],
  [
    'fires early',
    'C-4',
    class extends RelayClock {
      override timer(fn: () => void): Timer {
        const timer = super.timer(fn);
        return { at: (when) => timer.at(when - 2), cancel: () => timer.cancel() };
      }
    },
  ],
  [
    'fires for every time that was set',
    'C-4',
    class extends RelayClock {
      override timer(fn: () => void): Timer {
        let timers: Timer[] = [];
        return {
          at: (when) => {
            const timer = super.timer(fn);
            timer.at(when);
            timers.push(timer);
          },
          cancel: () => {
            for (const timer of timers) timer.cancel();
            timers = [];
          },
        };
      }
    },
  ],
  [
    'never moves a time forward',
    'C-4',
    class extends RelayClock {
      override timer(fn: () => void): Timer {
        let set = Number.NEGATIVE_INFINITY;
        const timer = super.timer(fn);
        return {
          at: (when) => {
            set = Math.max(set, when);
            timer.at(set);
          },
          cancel: () => timer.cancel(),
        };
      }
    },
  ],
  [
    'fires at once when the time is too far for setTimeout',
    'C-4',
    class extends RelayClock {
      override timer(fn: () => void): Timer {
        const timer = super.timer(fn);
        return {
          at: (when) => timer.at(when - this.now() > 2 ** 31 - 1 ? this.now() : when),
          cancel: () => timer.cancel(),
        };
      }
    },
  ],
  [
    'ignores cancel',
    'C-5',
    class extends RelayClock {
      override timer(fn: () => void): Timer {
        const timer = super.timer(fn);
        return { at: (when) => timer.at(when), cancel: () => {} };
      }
    },
  ],
  [
    'cannot be set again after a cancel',
    'C-5',
    class extends RelayClock {
      override timer(fn: () => void): Timer {
        let dead = false;
        const timer = super.timer(fn);
        return {
          at: (when) => {
            if (!dead) timer.at(when);
          },
          cancel: () => {
            dead = true;
            timer.cancel();
          },
        };
      }
    },
  ],
  [
    'runs what is deferred at once',
    'C-6',
    class extends RelayClock {
      override defer(fn: () => void): void {
        fn();
      }
    },
  ],
  [
    'runs the last deferred first',
    'C-6',
    class extends RelayClock {
      #waiting: (() => void)[] = [];

      override defer(fn: () => void): void {
        this.#waiting.unshift(fn);
        super.defer(() => this.#waiting.shift()?.());
      }
    },
  ],
  [
    'runs the same function once only',
    'C-6',
    class extends RelayClock {
      readonly #waiting = new Set<() => void>();

      override defer(fn: () => void): void {
        if (this.#waiting.has(fn)) return;
        this.#waiting.add(fn);
        super.defer(fn);
      }
    },
  ],
  [
    'draws 31 bits',
    'C-7',
    class extends RelayClock {
      override randomU32(): number {
        return super.randomU32() >>> 1;
      }
    },
  ],
  [
    'draws signed integers',
    'C-7',
    class extends RelayClock {
      override randomU32(): number {
        return super.randomU32() | 0;
      }
    },
  ],
  [
    'repeats its draws',
    'C-7',
    class extends RelayClock {
      override randomU32(): number {
        return super.randomU32() & 0xffff00ff;
      }
    },
  ],
];

describe('every broken clock fails a test that quotes the clause it breaks', () => {
  for (const [wrong, clause, Broken] of broken) {
    test(`${clause}: a clock that ${wrong}`, async () => {
      const outcomes = await collect(
        (runner) => clockConformance(runner, { name: 'subject', create: async () => ({ clock: new Broken() }) }),
        { select: (title) => title.split(' ').includes(clause), stopAtFailure: true },
      );
      expect(outcomes.filter(({ error }) => error !== undefined)).not.toEqual([]);
    });
  }
});
