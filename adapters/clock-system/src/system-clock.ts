import { randomFillSync } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Clock, Millis, Timer } from '@quorate/interfaces';
import { SystemTimer } from './system-timer.js';
import { TurnEnd } from './turn-end.js';

const POOL_WORDS = 256;

class SystemClock implements Clock {
  readonly #turnEnd = new TurnEnd();
  readonly #pool = new Uint32Array(POOL_WORDS);
  #used = POOL_WORDS;

  now(): Millis {
    return performance.now();
  }

  wall(): Millis {
    return Date.now();
  }

  timer(fn: () => void): Timer {
    return new SystemTimer(fn);
  }

  defer(fn: () => void): void {
    this.#turnEnd.push(fn);
  }

  randomU32(): number {
    if (this.#used === POOL_WORDS) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    return this.#pool[this.#used++]!;
  }
}

/**
 * The machine's clock: `performance.now` for time, `Date.now` for stamps, `setTimeout` behind every timer, `setImmediate`
 * as the end of a turn, randomness from the platform's generator. A process stays alive while a timer is set.
 */
export function systemClock(): Clock {
  return new SystemClock();
}
