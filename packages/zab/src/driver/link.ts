import { type ByteReader, ByteWriter, type Connection } from '@quorate/interfaces';
import { FrameSplitter } from './frames.js';
import type { Turn } from './turn.js';

/** Bytes under which a batch is copied into the turn's one write rather than written by itself. */
const COPY_LIMIT = 64 * 1024;
const OUTPUT_BYTES = 64 * 1024;
/** An output buffer that grew beyond this is let go. */
const OUTPUT_KEPT = 1 << 20;

export interface LinkHandler {
  onFrame(link: Link, body: ByteReader): void;
  onDrain(link: Link): void;
  onClose(link: Link, error: Error | undefined): void;
}

/** A framed connection to another peer: one write per turn, frames in, a close that is told once. */
export class Link {
  readonly id: number;
  readonly connection: Connection;
  readonly #turn: Turn;
  readonly #handler: LinkHandler;
  readonly #frames: FrameSplitter;
  #out = new ByteWriter(OUTPUT_BYTES);
  #flushing = false;
  #blocked = false;
  #closed = false;

  constructor(id: number, connection: Connection, turn: Turn, maxFrameBytes: number, handler: LinkHandler) {
    this.id = id;
    this.connection = connection;
    this.#turn = turn;
    this.#handler = handler;
    this.#frames = new FrameSplitter(maxFrameBytes);
    connection.open({
      onData: (chunk) => this.#onData(chunk),
      onDrain: () => {
        this.#turn.enter();
        this.#blocked = false;
        if (!this.#closed) this.#handler.onDrain(this);
      },
      onClose: (error) => {
        this.#turn.enter();
        if (this.#closed) return;
        this.#closed = true;
        this.#handler.onClose(this, error);
      },
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The connection asks to wait; `onDrain` follows. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** Where frames are written; they leave at the end of the turn. */
  writer(): ByteWriter {
    if (!this.#flushing) {
      this.#flushing = true;
      this.#turn.atEnd('links', this.#flushTask);
    }
    return this.#out;
  }

  /** A frame whose body is `type` and `bytes`; the bytes are shared with other links and with the log, not copied, when they are many. */
  sendShared(type: number, bytes: Uint8Array): void {
    const out = this.writer();
    out.u32(bytes.length + 1);
    out.u8(type);
    if (bytes.length <= COPY_LIMIT) {
      out.raw(bytes);
      return;
    }
    this.#flush();
    this.#send(bytes);
  }

  /** Stops handing out frames until {@link release}. */
  hold(): void {
    this.#frames.hold();
    this.connection.pause();
  }

  release(): void {
    if (this.#closed) return;
    this.#turn.enter();
    this.#guard(() => this.#frames.release(this.#onFrame));
    if (!this.#frames.held) this.connection.resume();
  }

  /** Sends what is waiting, then closes; the handler is not told. */
  end(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    this.connection.end();
  }

  /** Closes at once; the handler is not told. */
  destroy(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.connection.destroy();
  }

  #onData(chunk: Uint8Array): void {
    this.#turn.enter();
    if (!this.#closed) this.#guard(() => this.#frames.push(chunk, this.#onFrame));
  }

  /** Bytes that nobody of us would send end the link, never the process. */
  #guard(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (this.#closed) return;
      this.#closed = true;
      this.connection.destroy();
      this.#handler.onClose(this, error as Error);
    }
  }

  readonly #onFrame = (body: ByteReader): void => {
    if (!this.#closed) this.#handler.onFrame(this, body);
  };

  readonly #flushTask = (): void => {
    this.#flushing = false;
    this.#flush();
  };

  #flush(): void {
    if (this.#closed || this.#out.length === 0) return;
    this.#send(this.#out.peek());
    if (this.connection.buffered === 0 && this.#out.bytes.length <= OUTPUT_KEPT) this.#out.rewind(0);
    else this.#out = new ByteWriter(OUTPUT_BYTES);
  }

  #send(bytes: Uint8Array): void {
    if (!this.connection.send(bytes)) this.#blocked = true;
  }
}
