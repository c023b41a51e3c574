/** Functions waiting for the end of the turn. All of one turn share a single `setImmediate`. */
export class TurnEnd {
  #waiting: (() => void)[] = [];
  #spare: (() => void)[] = [];

  push(fn: () => void): void {
    if (this.#waiting.push(fn) === 1) setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const batch = this.#waiting;
    this.#waiting = this.#spare;
    let next = 0;
    try {
      while (next < batch.length) batch[next++]!();
    } finally {
      if (next < batch.length) this.#carryOver(batch, next);
      batch.length = 0;
      this.#spare = batch;
    }
  };

  /** One function threw: those behind it run in the next turn, before what was deferred meanwhile. */
  #carryOver(batch: readonly (() => void)[], from: number): void {
    if (this.#waiting.length === 0) setImmediate(this.#run);
    this.#waiting.unshift(...batch.slice(from));
  }
}
