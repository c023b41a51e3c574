import {
  ArenaWriter,
  ByteReader,
  type Clock,
  type Connection,
  type ConnectionSink,
  type Millis,
  QuorateError,
  type Timer,
} from '@quorate/interfaces';
import { beginFrame, endFrame, FrameDecoder, OpCode, writeRequestHeader, Xid } from '@quorate/protocol';

/** How long a turn may be late before silence is taken for the server's. */
const GRACE_MS = 20;

export interface LinkEvents {
  /** One frame's body; valid during the call. What it throws ends the link. */
  onFrame(reader: ByteReader): void;
  /** Once, unless {@link Link.destroy} came first. */
  onLost(cause: unknown): void;
}

/** One connection to one server: frames in, one write per turn out, pings, and silence noticed. */
export class Link implements ConnectionSink {
  /** Frames go here; {@link flushSoon} sends them. */
  readonly out = new ArenaWriter(1 << 16);
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #events: LinkEvents;
  readonly #decoder: FrameDecoder;
  readonly #reader = new ByteReader();
  readonly #upkeep: Timer;
  #lastHeard: Millis;
  #lastSent: Millis;
  #silenceMs = Number.POSITIVE_INFINITY;
  #pingMs = Number.POSITIVE_INFINITY;
  #overdue = false;
  #blocked = false;
  #flushing = false;
  #over = false;

  constructor(connection: Connection, clock: Clock, maxFrameBytes: number, events: LinkEvents) {
    this.#connection = connection;
    this.#clock = clock;
    this.#events = events;
    this.#decoder = new FrameDecoder({ maxFrameBytes });
    this.#lastHeard = clock.now();
    this.#lastSent = this.#lastHeard;
    this.#upkeep = clock.timer(() => this.#onUpkeep());
  }

  /** Starts delivery: events may come from inside the call. */
  open(): void {
    this.#connection.open(this);
  }

  /** When the server was last heard of ({@link Clock.now} time). */
  get lastHeard(): Millis {
    return this.#lastHeard;
  }

  /**
   * @param silenceMs the link is lost when nothing arrived for so long
   * @param pingMs a ping is sent when nothing else was for so long
   */
  keepAlive(silenceMs: Millis, pingMs: Millis): void {
    this.#silenceMs = silenceMs;
    this.#pingMs = pingMs;
    this.#schedule();
  }

  /** Sends everything in {@link out} as one write at the end of this turn. */
  flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#clock.defer(this.#flush);
  }

  /** Ends it without a word to anybody. */
  destroy(): void {
    if (this.#over) return;
    this.#over = true;
    this.#decoder.stop();
    this.#upkeep.cancel();
    this.#connection.destroy();
  }

  onData(chunk: Uint8Array): void {
    if (this.#over) return;
    this.#lastHeard = this.#clock.now();
    this.#overdue = false;
    try {
      this.#decoder.push(chunk, this.#onFrame);
    } catch (error) {
      this.#lose(error);
    }
  }

  onDrain(): void {
    this.#blocked = false;
    this.#flush();
  }

  onClose(error?: Error): void {
    this.#lose(error ?? new QuorateError('CLOSED', 'the server closed the connection'));
  }

  #lose(cause: unknown): void {
    if (this.#over) return;
    this.destroy();
    this.#events.onLost(cause);
  }

  readonly #onFrame = (bytes: Uint8Array, start: number, end: number): void => {
    this.#events.onFrame(this.#reader.reset(bytes, start, end));
  };

  readonly #flush = (): void => {
    this.#flushing = false;
    if (this.#over || this.#blocked || this.out.length === 0) return;
    this.#lastSent = this.#clock.now();
    this.#blocked = !this.#connection.send(this.out.take());
  };

  #schedule(): void {
    const ping = this.#lastSent + this.#pingMs;
    const silence = this.#lastHeard + this.#silenceMs;
    const next = Math.min(ping, silence);
    if (next < Number.POSITIVE_INFINITY) this.#upkeep.at(this.#overdue ? this.#clock.now() + GRACE_MS : next);
  }

  #onUpkeep(): void {
    const now = this.#clock.now();
    if (now >= this.#lastHeard + this.#silenceMs) {
      // Bytes may be waiting if it was this machine that slept: give one turn to read them.
      if (this.#overdue) {
        this.#lose(new QuorateError('CLOSED', `nothing was heard of the server for ${now - this.#lastHeard} ms`));
        return;
      }
      this.#overdue = true;
    } else if (now >= this.#lastSent + this.#pingMs) {
      const begun = beginFrame(this.out);
      writeRequestHeader(this.out, Xid.ping, OpCode.ping);
      endFrame(this.out, begun);
      this.#lastSent = now;
      this.flushSoon();
    }
    this.#schedule();
  }
}
