import { type Address, type Connection, type ConnectionSink, QuorateError } from '@quorate/interfaces';
import type { Scheduler } from './scheduler.js';

/** Bytes waiting for the other side from which on `send` returns false. */
const HIGH_WATER_MARK = 64 * 1024;

/** One end of a connection. Bytes are handed over by reference, in a call of their own, and counted until then. */
export class MemoryConnection implements Connection {
  readonly remote: Address;
  buffered = 0;
  readonly #scheduler: Scheduler;
  /** Set once, by {@link pair}. */
  #peer!: MemoryConnection;
  #sink: ConnectionSink | undefined = undefined;
  #outbox: Uint8Array[] = [];
  #scheduled = false;
  #waiting = false;
  #paused = false;
  #ended = false;
  #closed = false;
  #reported = false;
  #error: Error | undefined = undefined;
  #callOffTimeout: (() => void) | undefined = undefined;

  private constructor(remote: Address, scheduler: Scheduler) {
    this.remote = remote;
    this.#scheduler = scheduler;
  }

  /** Both ends of a new connection: that of `dialler` and that of `listener`. */
  static pair(
    dialler: Address,
    listener: Address,
    scheduler: Scheduler,
  ): { readonly dialled: MemoryConnection; readonly accepted: MemoryConnection } {
    const dialled = new MemoryConnection(listener, scheduler);
    const accepted = new MemoryConnection(dialler, scheduler);
    dialled.#peer = accepted;
    accepted.#peer = dialled;
    return { dialled, accepted };
  }

  open(sink: ConnectionSink): void {
    this.#sink = sink;
    if (this.#closed) this.#scheduler.later(this.#report);
    else this.#peer.#schedule();
  }

  send(bytes: Uint8Array): boolean {
    if (this.#ended) return false;
    if (bytes.length > 0) {
      this.#outbox.push(bytes);
      this.buffered += bytes.length;
      this.#schedule();
    }
    if (this.buffered < HIGH_WATER_MARK) return true;
    this.#waiting = true;
    return false;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#peer.#schedule();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#callOffTimeout = this.#scheduler.after(this.#scheduler.endTimeoutMs, this.#giveUp);
    this.#schedule();
    this.#peer.#schedule();
  }

  destroy(): void {
    if (this.#closed) return;
    const peer = this.#peer;
    this.#shut(undefined);
    peer.#shut(new QuorateError('CLOSED', `the connection with ${peer.remote} broke: reset by the other side`));
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    this.#scheduler.later(this.#pump);
  }

  /** Whether bytes may be handed to this end now; one that has ended reads on, into nothing. */
  get #reads(): boolean {
    return this.#ended || (this.#sink !== undefined && !this.#paused);
  }

  /** Hands over what was waiting when it began, then reports a drain or ends. */
  readonly #pump = (): void => {
    this.#scheduled = false;
    const batch = this.#outbox;
    this.#outbox = [];
    let next = 0;
    while (next < batch.length && !this.#closed && this.#peer.#reads) {
      const bytes = batch[next++]!;
      if (!this.#peer.#ended) this.#peer.#sink?.onData(bytes);
      this.buffered -= bytes.length;
    }
    if (this.#closed) {
      this.buffered = 0;
      return;
    }
    if (next < batch.length) this.#outbox = batch.slice(next).concat(this.#outbox);
    if (this.#outbox.length === 0) this.#drained();
    else if (this.#peer.#reads) this.#schedule();
  };

  #drained(): void {
    if (this.#ended) {
      const peer = this.#peer;
      if (!peer.#reads) return;
      this.#shut(undefined);
      peer.#shut(undefined);
    } else if (this.#waiting) {
      this.#waiting = false;
      this.#sink?.onDrain();
    }
  }

  readonly #giveUp = (): void => {
    const peer = this.#peer;
    this.#shut(
      new QuorateError(
        'CLOSED',
        `the connection with ${this.remote} was dropped: the other side did not read for ${this.#scheduler.endTimeoutMs} ms after the end, ${this.buffered} bytes unsent`,
      ),
    );
    peer.#shut(new QuorateError('CLOSED', `the connection with ${peer.remote} broke: reset by the other side`));
  };

  #shut(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ended = true;
    this.#error = error;
    this.#outbox = [];
    this.buffered = 0;
    this.#callOffTimeout?.();
    this.#scheduler.later(this.#report);
  }

  readonly #report = (): void => {
    if (this.#reported || this.#sink === undefined) return;
    this.#reported = true;
    this.#sink.onClose(this.#error);
  };
}
