import type { Clock, Millis, Timer } from '@quorate/interfaces';
import type { Prng } from './prng.js';
import type { Micros, SimEvent } from './scheduler.js';
import type { SimProcess } from './sim-process.js';

/** How a machine's clocks differ from virtual time. */
export interface ClockDrift {
  /** Speed of the monotonic clock in thousandths: 500 … 2000. */
  readonly rateIn1000: number;
  /** Where the monotonic clock stood when the run began. */
  readonly offsetMs: Millis;
  /** Where the wall clock stood when the run began; may change during a run. */
  wallMs: Millis;
}

const EPOCH_2024: Millis = 1_704_067_200_000;

/** No drift; the wall clock begins on 2024-01-01. */
export function steadyClock(): ClockDrift {
  return { rateIn1000: 1000, offsetMs: 0, wallMs: EPOCH_2024 };
}

/** A machine's clock as one process sees it. The process's timers and deferred calls die with it. */
export class VirtualClock implements Clock {
  readonly #process: SimProcess;
  readonly #drift: ClockDrift;
  readonly #random: Prng;

  constructor(process: SimProcess, drift: ClockDrift, random: Prng) {
    this.#process = process;
    this.#drift = drift;
    this.#random = random;
  }

  now(): Millis {
    return this.#local(this.#process.scheduler.now);
  }

  wall(): Millis {
    return this.#drift.wallMs + Math.floor(this.#process.scheduler.now / 1000);
  }

  timer(fn: () => void): Timer {
    const process = this.#process;
    let pending: SimEvent | null = null;
    const fire = (): void => {
      pending = null;
      fn();
    };
    return {
      at: (when) => {
        if (!Number.isFinite(when)) throw new RangeError(`a timer was set to ${when}; times are finite, use cancel()`);
        if (pending !== null) process.scheduler.cancel(pending);
        pending = process.alive ? process.scheduler.at(this.#virtual(when), process, fire) : null;
      },
      cancel: () => {
        if (pending !== null) process.scheduler.cancel(pending);
        pending = null;
      },
    };
  }

  defer(fn: () => void): void {
    this.#process.defer(fn);
  }

  randomU32(): number {
    return this.#random.u32();
  }

  #local(at: Micros): Millis {
    return this.#drift.offsetMs + Math.floor((at * this.#drift.rateIn1000) / 1000) / 1000;
  }

  /** The first virtual time at which the local clock shows at least `when`. */
  #virtual(when: Millis): Micros {
    let at = Math.max(0, Math.floor(((when - this.#drift.offsetMs) * 1_000_000) / this.#drift.rateIn1000) - 2);
    while (this.#local(at) < when) at += 1;
    return at;
  }
}
