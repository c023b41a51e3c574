/** Milliseconds; fractions allowed. */
export type Millis = number;

/** One owner's timer. */
export interface Timer {
  /** C-4 Fires once at or after `when` ({@link Clock.now} time), never before; setting it again replaces the earlier time. */
  at(when: Millis): void;
  /** C-5 After this it does not fire until set again. Idempotent. */
  cancel(): void;
}

/** Time, turns and chance: everything a server would otherwise take from its surroundings. */
export interface Clock {
  /** C-1 Monotonic milliseconds; never decreases; may jump ahead after a pause. */
  now(): Millis;
  /** C-2 Wall time, integer milliseconds since 1970: to stamp txns, never to decide. */
  wall(): Millis;
  /** C-3 A timer for one owner; `fn` runs in a turn of its own, never inside {@link Timer.at}. */
  timer(fn: () => void): Timer;
  /** C-6 Runs `fn` once at the end of this turn, after everything this poll of the machine brought; in call order. */
  defer(fn: () => void): void;
  /** C-7 A uniformly distributed unsigned 32-bit integer; seeded in simulations. Not a secret. */
  randomU32(): number;
}
