import type { Clock, Millis } from '@quorate/interfaces';

/** When the network does its work: always after the call that caused it. */
export interface Scheduler {
  /** How long a connection that has ended waits for the other side to read. */
  readonly endTimeoutMs: Millis;
  later(fn: () => void): void;
  /** @returns a function that calls it off */
  after(ms: Millis, fn: () => void): () => void;
}

export function schedulerOf(clock: Clock | undefined, endTimeoutMs: Millis): Scheduler {
  if (clock === undefined) {
    return {
      endTimeoutMs,
      later: queueMicrotask,
      after: (ms, fn) => {
        const timeout = setTimeout(fn, ms);
        return () => clearTimeout(timeout);
      },
    };
  }
  return {
    endTimeoutMs,
    later: (fn) => clock.defer(fn),
    after: (ms, fn) => {
      const timer = clock.timer(fn);
      timer.at(clock.now() + ms);
      return () => timer.cancel();
    },
  };
}
