import type { Clock, Timer } from '@quorate/interfaces';
import { nextDeadline, startCore, step } from '../core/core.js';
import type { CoreEvent, CoreState, Effect } from '../core/types.js';
import type { Turn } from './turn.js';

export interface CoreRunnerHost {
  carryOut(effect: Effect): void;
  /** A rule broke inside the core, or an effect could not be carried out. */
  fatal(error: Error): void;
}

/**
 * Gives events to the core, one at a time, and has its effects carried out. Events raised meanwhile follow in order; the
 * role's deadlines are checked at the beginning of every turn, before anything that came in it.
 */
export class CoreRunner {
  readonly state: CoreState;
  readonly #turn: Turn;
  readonly #timer: Timer;
  readonly #host: CoreRunnerHost;
  readonly #events: CoreEvent[] = [];
  #running = false;
  #turnEndScheduled = false;
  #stopped = false;

  constructor(state: CoreState, clock: Clock, turn: Turn, host: CoreRunnerHost) {
    this.state = state;
    this.#turn = turn;
    this.#host = host;
    this.#timer = clock.timer(() => turn.enter());
    turn.onBegin((now) => {
      if (!this.#stopped && now >= nextDeadline(this.state)) this.raise({ type: 'tick' });
    });
  }

  start(): void {
    const now = this.#turn.ensure();
    this.#guard(() => this.#carryOut(startCore(this.state, now)));
    this.raise({ type: 'tick' });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer.cancel();
    this.#events.length = 0;
  }

  raise(event: CoreEvent): void {
    if (this.#stopped) return;
    this.#events.push(event);
    if (!this.#running) this.#guard(this.#drain);
    if (event.type !== 'turnEnd' && !this.#turnEndScheduled) {
      this.#turnEndScheduled = true;
      this.#turn.atEnd('prepare', this.#turnEnd);
    }
  }

  readonly #drain = (): void => {
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      this.#carryOut(step(this.state, event, this.#turn.ensure()));
    }
    if (this.#stopped) return;
    const deadline = nextDeadline(this.state);
    // While it waits for its disk before an election, a server has no deadline.
    if (deadline === Number.POSITIVE_INFINITY) this.#timer.cancel();
    else this.#timer.at(deadline);
  };

  readonly #turnEnd = (): void => {
    this.#turnEndScheduled = false;
    this.raise({ type: 'turnEnd' });
  };

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (this.#stopped) return;
      this.#host.carryOut(effect);
    }
  }

  #guard(run: () => void): void {
    this.#running = true;
    try {
      run();
    } catch (error) {
      this.#host.fatal(error as Error);
    } finally {
      this.#running = false;
    }
  }
}
