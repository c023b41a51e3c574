import { strict as assert } from 'node:assert';
import type { Clock, Millis } from '@quorate/interfaces';

/** What an adapter's author gives the kit, new for every test. */
export interface ClockSubject {
  readonly clock: Clock;
  /**
   * Lets at least `ms` of the clock's time go by and runs what falls due: `setTimeout` for a real clock (the default), a
   * few steps of a virtual one. With 0: lets the current turn end.
   */
  pass?(ms: Millis): Promise<void>;
  dispose?(): Promise<void> | void;
}

export interface ClockConformanceOptions {
  readonly name: string;
  create(): Promise<ClockSubject>;
}

/** Registers one test: a title that quotes clauses, and a body that runs against a clock of its own. */
export type ClockTest = (title: string, body: (ticks: Ticks) => Promise<void>) => void;

/** One test's clock and a record of what happened in which order. */
export class Ticks {
  readonly clock: Clock;
  /** What was noted, in order. */
  readonly notes: string[] = [];
  readonly #pass: (ms: Millis) => Promise<void>;

  constructor(subject: ClockSubject) {
    this.clock = subject.clock;
    this.#pass = subject.pass?.bind(subject) ?? ((ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
  }

  note(what: string): void {
    this.notes.push(what);
  }

  /** Lets at least `ms` go by. */
  async pass(ms: Millis): Promise<void> {
    const until = this.clock.now() + ms;
    await this.#pass(ms);
    for (let rounds = 0; rounds < 20 && this.clock.now() < until; rounds++) await this.#pass(1);
    assert.ok(
      this.clock.now() >= until,
      `${ms} ms and more went by, but the clock is ${until - this.clock.now()} ms behind`,
    );
  }

  /** Lets time go by until `condition` holds, at most 100 times `ms`. */
  async passUntil(condition: () => boolean, ms: Millis): Promise<void> {
    for (let rounds = 0; rounds < 100 && !condition(); rounds++) await this.pass(ms);
  }
}
