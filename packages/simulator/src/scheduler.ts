import { Trace } from './trace.js';

/** Virtual time in whole microseconds since the run began. */
export type Micros = number;

/** A program whose events take turns (see `SimProcess`). */
export interface EventOwner {
  /** One of its events has come. */
  receive(event: SimEvent): void;
  /** Runs one piece of its turn. @returns false when the turn is over */
  runSlot(): boolean;
}

export interface SimEvent {
  readonly at: Micros;
  readonly sequence: number;
  /** Whose turn it belongs to; null for what happens on wires and in the world. */
  readonly process: EventOwner | null;
  /** Null once cancelled. */
  run: (() => void) | null;
}

/** Immediates queued at once, at most; between two of them the platform runs every promise continuation that is ready. */
const SLOTS_PER_BATCH = 256;

function before(a: SimEvent, b: SimEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}

/**
 * Virtual time: a queue of events ordered by time, then by when they were scheduled. One *slot* runs one piece of some
 * process's code; between two slots all promise continuations have run, so that nothing depends on the real machine.
 */
export class Scheduler {
  readonly trace = new Trace();
  readonly #heap: SimEvent[] = [];
  readonly #deferring: EventOwner[] = [];
  #turn: EventOwner | null = null;
  #now: Micros = 0;
  #sequence = 0;
  #slots = 0;
  /** Events scheduled before the current turn began. */
  #horizon = 0;

  get now(): Micros {
    return this.#now;
  }

  /** Slots run so far. */
  get slots(): number {
    return this.#slots;
  }

  /** @param at not before now; earlier times mean now */
  at(at: Micros, process: EventOwner | null, run: () => void): SimEvent {
    const event: SimEvent = { at: Math.max(at, this.#now), sequence: this.#sequence++, process, run };
    this.#push(event);
    return event;
  }

  after(delay: Micros, process: EventOwner | null, run: () => void): SimEvent {
    return this.at(this.#now + delay, process, run);
  }

  cancel(event: SimEvent): void {
    event.run = null;
  }

  /** For an owner: it has something to run at the end of its turn. */
  noteDeferred(process: EventOwner): void {
    if (process !== this.#turn) this.#deferring.push(process);
  }

  /** For an owner: runs its turn now, before any other event. */
  beginTurn(process: EventOwner): void {
    if (this.#turn === null) this.#turn = process;
    else this.#deferring.push(process);
  }

  /** Runs events up to and including time `end`; afterwards {@link now} is `end`. */
  async runUntil(end: Micros): Promise<void> {
    await this.runWhile(() => true, end);
    this.#now = Math.max(this.#now, end);
  }

  /** Runs events while `going` holds and none lies beyond `end`. Rejects with what an event threw. */
  runWhile(going: () => boolean, end: Micros = Number.POSITIVE_INFINITY): Promise<void> {
    return new Promise((resolve, reject) => {
      let over = false;
      let slots = 1;
      const slot = (): void => {
        if (over) return;
        try {
          if (going() && this.#step(end)) return;
          over = true;
          resolve();
        } catch (error) {
          over = true;
          reject(error);
        }
      };
      const batch = (): void => {
        if (over) return;
        for (let i = 0; i < slots; i++) setImmediate(slot);
        slots = Math.min(2 * slots, SLOTS_PER_BATCH);
        setImmediate(batch);
      };
      batch();
    });
  }

  /** One slot. @returns false when nothing is left to run up to `end` */
  #step(end: Micros): boolean {
    for (;;) {
      // Everything that is due joins before a turn goes on, except what the turn itself brought about.
      if (this.#turn === null) this.#horizon = this.#sequence;
      const next = this.#heap[0];
      if (next !== undefined && next.at <= this.#now && next.sequence < this.#horizon) {
        this.#pop();
        this.#happen(next);
        continue;
      }
      const process = this.#turn ?? this.#deferring.shift();
      if (process !== undefined) {
        this.#turn = process;
        if (process.runSlot()) {
          this.#slots += 1;
          return true;
        }
        this.#turn = null;
        continue;
      }
      if (next === undefined || next.at > end) return false;
      this.#pop();
      this.#happen(next);
    }
  }

  #happen(event: SimEvent): void {
    if (event.run === null) return;
    this.#now = event.at;
    if (event.process !== null) event.process.receive(event);
    else event.run();
  }

  #push(event: SimEvent): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}
