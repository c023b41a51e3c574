import { strict as assert } from 'node:assert';
import type { Connection, ConnectionSink } from '@quorate/interfaces';

/** The byte at `index` of the stream every test sends: any loss, repetition or exchange of bytes shows. */
function patternByte(index: number): number {
  return ((index * 167) ^ (index >>> 8) ^ (index >>> 16)) & 0xff;
}

/** Bytes `[from, from + length)` of the pattern. */
export function pattern(from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = patternByte(from + i);
  return bytes;
}

/** What a side needs of the test around it. */
export interface Watch {
  /** Runs one call into the transport, during which no callback may begin. */
  call<T>(body: () => T): T;
  /** At the beginning of every callback. */
  entered(callback: string): void;
  breach(what: string): void;
  changed(): void;
  /** Resolves once `condition` holds. */
  until(what: string, condition: () => boolean): Promise<void>;
}

/** One end of a connection: calls it as an owner would and records what it calls back. */
export class Side implements ConnectionSink {
  readonly connection: Connection;
  readonly #watch: Watch;
  #opened = false;
  #owed = false;
  #sent = 0;
  /** Bytes received. */
  received = 0;
  /** Index of the first received byte that was not the pattern's; undefined while all were. */
  firstWrong: number | undefined = undefined;
  drains = 0;
  closes = 0;
  /** What onClose was given. */
  error: Error | undefined = undefined;
  /** Called in every onData, after the recording. */
  onChunk: () => void = () => {};

  constructor(connection: Connection, watch: Watch) {
    this.connection = connection;
    this.#watch = watch;
  }

  open(): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#watch.call(() => this.connection.open(this));
  }

  send(bytes: Uint8Array): boolean {
    const more = this.#watch.call(() => this.connection.send(bytes));
    if (!more) this.#owed = true;
    return more;
  }

  /** Sends the next `length` bytes of the pattern. */
  sendNext(length: number): boolean {
    this.#sent += length;
    return this.send(pattern(this.#sent - length, length));
  }

  /** Sends 64 KiB of pattern at a time until told to wait. @returns whether it was told to, within 64 MiB */
  flood(): boolean {
    for (let sends = 0; sends < 1024; sends++) if (!this.sendNext(65_536)) return true;
    return false;
  }

  /** Pattern bytes sent. */
  get sent(): number {
    return this.#sent;
  }

  pause(): void {
    this.#watch.call(() => this.connection.pause());
  }

  resume(): void {
    this.#watch.call(() => this.connection.resume());
  }

  end(): void {
    this.#watch.call(() => this.connection.end());
  }

  destroy(): void {
    this.#watch.call(() => this.connection.destroy());
  }

  onData(chunk: Uint8Array): void {
    this.#watch.entered('onData');
    if (!this.#opened) this.#watch.breach('onData came before open (T-8)');
    if (this.closes > 0) this.#watch.breach('onData came after onClose (T-7)');
    for (let i = 0; i < chunk.length && this.firstWrong === undefined; i++) {
      if (chunk[i] !== patternByte(this.received + i)) this.firstWrong = this.received + i;
    }
    this.received += chunk.length;
    this.onChunk();
    this.#watch.changed();
  }

  onDrain(): void {
    this.#watch.entered('onDrain');
    if (this.closes > 0) this.#watch.breach('onDrain came after onClose (T-7)');
    if (!this.#owed) this.#watch.breach('onDrain came though no send had returned false (T-6)');
    this.#owed = false;
    this.drains += 1;
    this.#watch.changed();
  }

  onClose(error?: Error): void {
    this.#watch.entered('onClose');
    this.closes += 1;
    this.error = error;
    if (this.closes > 1) this.#watch.breach('onClose came more than once (T-7)');
    this.#watch.changed();
  }

  /** Waits for `length` bytes and holds them against the pattern; more are as wrong as fewer. */
  async receives(length: number): Promise<void> {
    await this.#watch.until(`${length} bytes to arrive`, () => this.received >= length || this.closes > 0);
    this.holds(length);
  }

  /** Exactly `length` bytes have arrived and they are the pattern's. */
  holds(length: number): void {
    assert.equal(this.firstWrong, undefined, 'the first byte that differs from what was sent');
    assert.equal(this.received, length, 'bytes received');
  }

  async closed(): Promise<void> {
    await this.#watch.until('onClose', () => this.closes > 0);
  }
}
