import { performance } from 'node:perf_hooks';
import { invariant, type Millis, type Timer } from '@quorate/interfaces';

/** The longest delay `setTimeout` takes; longer ones are armed again on the way. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/**
 * A timer over `setTimeout`. Moving it to a later time touches nothing but a number: the armed timeout, when it fires
 * early, arms itself again for the rest. Only moving it to an earlier time replaces the timeout.
 */
export class SystemTimer implements Timer {
  readonly #fn: () => void;
  #when: Millis = Number.POSITIVE_INFINITY;
  /** When {@link #timeout} fires, at the latest; infinite while there is none. */
  #armedFor: Millis = Number.POSITIVE_INFINITY;
  #timeout: NodeJS.Timeout | undefined = undefined;

  constructor(fn: () => void) {
    this.#fn = fn;
  }

  at(when: Millis): void {
    invariant(when < Number.POSITIVE_INFINITY, `a timer was set to ${when}: expected finite Clock.now() milliseconds`);
    this.#when = when;
    if (when < this.#armedFor) this.#arm(performance.now());
  }

  cancel(): void {
    this.#when = Number.POSITIVE_INFINITY;
    this.#disarm();
  }

  #arm(now: Millis): void {
    this.#disarm();
    const delay = Math.min(Math.max(Math.ceil(this.#when - now), 1), LONGEST_DELAY_MS);
    this.#armedFor = now + delay;
    this.#timeout = setTimeout(this.#fired, delay);
  }

  #disarm(): void {
    if (this.#timeout === undefined) return;
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  readonly #fired = (): void => {
    this.#timeout = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = performance.now();
    if (now < this.#when) {
      this.#arm(now);
      return;
    }
    this.#when = Number.POSITIVE_INFINITY;
    this.#fn();
  };
}
