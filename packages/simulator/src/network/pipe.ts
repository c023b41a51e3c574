import type { Prng } from '../prng.js';
import type { Micros, Scheduler, SimEvent } from '../scheduler.js';
import { delayOf, GIVE_UP_MICROS, type LinkQuality } from './link.js';

interface Segment {
  /** Null: the sender's orderly end. */
  readonly bytes: Uint8Array | null;
  readonly at: Micros;
}

/** Who gets what a pipe carries. */
export interface PipeEnd {
  onArrival(bytes: Uint8Array): void;
  onEnd(): void;
}

export interface PipePath {
  readonly link: LinkQuality;
  /** The link is cut, or the machine at its end is off. */
  readonly blocked: () => boolean;
  readonly random: Prng;
}

/** One direction of one connection, from the sender's system to the receiver's: FIFO, each part with a delay of its own. */
export class Pipe {
  readonly #scheduler: Scheduler;
  readonly #link: LinkQuality;
  readonly #random: Prng;
  readonly #receiver: PipeEnd;
  readonly #blocked: () => boolean;
  readonly #onGiveUp: () => void;
  #segments: Segment[] = [];
  #lastAt: Micros = 0;
  #pending: SimEvent | null = null;
  #stalledSince: Micros | null = null;
  #broken = false;

  constructor(scheduler: Scheduler, path: PipePath, receiver: PipeEnd, onGiveUp: () => void) {
    this.#scheduler = scheduler;
    this.#link = path.link;
    this.#random = path.random;
    this.#blocked = path.blocked;
    this.#receiver = receiver;
    this.#onGiveUp = onGiveUp;
  }

  /** Takes a copy: the sender's bytes are its own again. */
  push(bytes: Uint8Array): void {
    if (this.#broken || bytes.length === 0) return;
    let from = 0;
    // One write may travel as several parts that arrive at different times.
    for (let parts = this.#random.chance(1, 4) ? this.#random.between(1, 3) : 1; parts > 0; parts--) {
      const to = parts === 1 ? bytes.length : this.#random.between(from, bytes.length);
      if (to > from) this.#add(bytes.slice(from, to));
      from = to;
    }
  }

  pushEnd(): void {
    if (!this.#broken) this.#add(null);
  }

  #add(bytes: Uint8Array | null): void {
    const at = this.#scheduler.now + delayOf(this.#link, bytes?.length ?? 0, this.#random);
    this.#lastAt = Math.max(this.#lastAt, at);
    this.#segments.push({ bytes, at: this.#lastAt });
    this.#arm();
  }

  #arm(): void {
    const head = this.#segments[0];
    if (this.#pending !== null || head === undefined) return;
    this.#pending = this.#scheduler.at(head.at, null, this.#arrive);
  }

  readonly #arrive = (): void => {
    this.#pending = null;
    if (this.#broken) return;
    if (this.#blocked()) return this.#stall();
    this.#stalledSince = null;
    for (let head = this.#segments[0]; head !== undefined && head.at <= this.#scheduler.now; head = this.#segments[0]) {
      this.#segments.shift();
      if (head.bytes === null) this.#receiver.onEnd();
      else this.#receiver.onArrival(head.bytes);
      if (this.#broken) return;
    }
    this.#arm();
  };

  /** Tries again, ever more slowly, as TCP does. */
  #stall(): void {
    const now = this.#scheduler.now;
    this.#stalledSince ??= now;
    const waited = now - this.#stalledSince;
    if (waited >= GIVE_UP_MICROS) return this.#onGiveUp();
    const retry = Math.min(Math.max(waited, 5000), 200_000) + this.#random.below(5000);
    this.#pending = this.#scheduler.at(now + retry, null, this.#arrive);
  }

  /** The connection was reset: some of what is under way still arrives, the rest never does. */
  breakOff(): void {
    if (this.#broken) return;
    if (!this.#blocked()) {
      let kept = this.#random.below(this.#segments.length + 1);
      for (const { bytes } of this.#segments) {
        if (kept-- === 0 || bytes === null) break;
        this.#receiver.onArrival(kept === 0 ? bytes.subarray(0, this.#random.below(bytes.length + 1)) : bytes);
      }
    }
    this.#broken = true;
    this.#segments = [];
    if (this.#pending !== null) this.#scheduler.cancel(this.#pending);
  }
}
