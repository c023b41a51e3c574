import type { Clock, Millis } from '@quorate/interfaces';

/** What happens at the end of a turn, in this order. */
export const TURN_PHASES = ['prepare', 'links', 'log', 'apply', 'output'] as const;
export type TurnPhase = (typeof TURN_PHASES)[number];

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

  /** Begins a turn unless one is open. */
  enter(): Millis {
    if (this.#open) return this.#now;
    this.#open = true;
    this.#now = this.#clock.now();
    this.#clock.defer(this.#end);
    for (const watcher of this.#watchers) watcher(this.#now);
    return this.#now;
  }

  /** Called at the beginning of every turn, before whatever began it. */
  onBegin(watcher: (now: Millis) => void): void {
    this.#watchers.push(watcher);
  }

  /** Runs `task` once at the end of this turn (beginning one if need be). The caller sees to it that a task is not queued twice. */
  atEnd(phase: TurnPhase, task: () => void): void {
    this.enter();
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
