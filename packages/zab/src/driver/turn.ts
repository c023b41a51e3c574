import type { Clock, Millis } from '@quorate/interfaces';

/** What happens at the end of a turn, in this order. */
export const TURN_PHASES = ['prepare', 'links', 'log', 'apply', 'output'] as const;
export type TurnPhase = (typeof TURN_PHASES)[number];

/** A turn that lasts longer than this has been interrupted, or does too much. */
const STALL_MS = 20;

/**
 * One turn = what one poll of the machine brought. Whoever is called from outside (a socket, a timer, a disk) calls
 * {@link enter} first; at the turn's beginning the watchers see the time before anything else happens, at its end each
 * socket and the log are written once.
 */
export class Turn {
  readonly #clock: Clock;
  readonly #watchers: ((now: Millis) => void)[] = [];
  readonly #tasks: (() => void)[][] = TURN_PHASES.map(() => []);
  #open = false;
  #now: Millis = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The time at which the current turn began. */
  get now(): Millis {
    return this.#open ? this.#now : this.#clock.now();
  }

  /**
   * Begins a turn unless one is open. Whatever comes from outside calls this first. A process that was stopped in the
   * middle of a turn finds out here: the watchers see the time again before anything that was read after it went on.
   */
  enter(): Millis {
    const now = this.#clock.now();
    if (!this.#open) {
      this.#open = true;
      this.#clock.defer(this.#end);
    } else if (now - this.#now < STALL_MS) {
      return this.#now;
    }
    this.#now = now;
    for (const watcher of this.#watchers) watcher(now);
    return now;
  }

  /** As {@link enter} for what is called from inside as well, per request: does not look at the clock while a turn is open. */
  ensure(): Millis {
    return this.#open ? this.#now : this.enter();
  }

  /** Called at the beginning of every turn, and after a stall in one, before whatever comes next. */
  onBegin(watcher: (now: Millis) => void): void {
    this.#watchers.push(watcher);
  }

  /** Runs `task` once at the end of this turn (beginning one if need be). The caller sees to it that a task is not queued twice. */
  atEnd(phase: TurnPhase, task: () => void): void {
    this.ensure();
    this.#tasks[TURN_PHASES.indexOf(phase)]!.push(task);
  }

  readonly #end = (): void => {
    for (let phase = 0; phase < this.#tasks.length; ) {
      const tasks = this.#tasks[phase]!;
      if (tasks.length === 0) {
        phase += 1;
        continue;
      }
      this.#tasks[phase] = [];
      for (const task of tasks) task();
      phase = 0;
    }
    this.#open = false;
  };
}
