import { ByteWriter } from '@quorate/interfaces';

const FIRST_BYTES = 4096;
/** A larger buffer is left to the garbage collector rather than kept. */
const KEEP_BYTES = 262_144;
const KEEP_COUNT = 256;

/** Output buffers between two turns: a connection holds one only while it has something to say. */
export class OutputPool {
  readonly #free: ByteWriter[] = [];

  take(): ByteWriter {
    return this.#free.pop() ?? new ByteWriter(FIRST_BYTES);
  }

  /** Takes a buffer back that nobody reads any more. */
  give(buffer: ByteWriter): void {
    if (buffer.bytes.length > KEEP_BYTES || this.#free.length >= KEEP_COUNT) return;
    buffer.rewind(0);
    this.#free.push(buffer);
  }
}
