import { crc32, formatZxid, QuorateError, type SnapshotWriter, type Zxid } from '@quorate/interfaces';
import { pieceKey, snapshotKey } from './keys.js';
import { asFailure, type SharedDatabase } from './level-database.js';
import { decodeRecord, encodeRecord, PIECE_BYTES, pieceDeletions } from './snapshot-record.js';

type Status = 'writing' | 'committing' | 'committed' | 'failed' | 'aborted';

/** Each piece is written, and synced, on its own; the record, together with the removal of what it replaces, last. */
export class LevelSnapshotWriter implements SnapshotWriter {
  readonly generation: number;
  readonly #database: SharedDatabase;
  readonly #zxid: Zxid;
  readonly #onEnd: (committed: boolean) => void;
  #buffer = new Uint8Array(PIECE_BYTES);
  #buffered = 0;
  #pieces = 0;
  #bytes = 0;
  #crc = 0;
  #status: Status = 'writing';
  #committing: Promise<void> = Promise.resolve();

  constructor(database: SharedDatabase, zxid: Zxid, generation: number, onEnd: (committed: boolean) => void) {
    this.#database = database;
    this.#zxid = zxid;
    this.generation = generation;
    this.#onEnd = onEnd;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#requireWriting('write');
    this.#crc = crc32(chunk, this.#crc);
    this.#bytes += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      const count = Math.min(PIECE_BYTES - this.#buffered, chunk.length - at);
      this.#buffer.set(chunk.subarray(at, at + count), this.#buffered);
      this.#buffered += count;
      at += count;
      if (this.#buffered === PIECE_BYTES) await this.#guarded(this.#flush());
    }
  }

  commit(): Promise<void> {
    const committed = this.#commit();
    this.#committing = committed.catch(() => {});
    return committed;
  }

  async abort(): Promise<void> {
    await this.#committing;
    if (this.#status === 'committed' || this.#status === 'aborted') return;
    this.#status = 'aborted';
    try {
      // A failed commit may have taken effect all the same.
      const key = snapshotKey(this.#zxid);
      const value = await this.#database.get(key);
      const ours = value !== undefined && decodeRecord(value)?.generation === this.generation;
      const pieces = pieceDeletions(this.#zxid, this.generation, this.#pieces);
      if (ours) await this.#database.write([{ type: 'del', key }, ...pieces]);
      else if (pieces.length > 0) await this.#database.write(pieces);
    } finally {
      this.#onEnd(false);
    }
  }

  async #commit(): Promise<void> {
    this.#requireWriting('commit');
    this.#status = 'committing';
    await this.#guarded(this.#finish());
    this.#status = 'committed';
    this.#onEnd(true);
  }

  async #finish(): Promise<void> {
    if (this.#buffered > 0) await this.#flush();
    const key = snapshotKey(this.#zxid);
    const value = await this.#database.get(key);
    const replaced = value === undefined ? undefined : decodeRecord(value);
    const { generation } = this;
    const record = encodeRecord({ generation, pieces: this.#pieces, bytes: this.#bytes, crc: this.#crc });
    await this.#database.write([
      { type: 'put', key, value: record },
      ...(replaced === undefined ? [] : pieceDeletions(this.#zxid, replaced.generation, replaced.pieces)),
    ]);
  }

  async #flush(): Promise<void> {
    const value = this.#buffer.subarray(0, this.#buffered);
    this.#buffer = new Uint8Array(PIECE_BYTES);
    this.#buffered = 0;
    this.#pieces += 1;
    await this.#database.write([{ type: 'put', key: pieceKey(this.#zxid, this.generation, this.#pieces - 1), value }]);
  }

  #requireWriting(call: string): void {
    if (this.#status === 'writing') return;
    throw new QuorateError('CLOSED', `${call}: this snapshot of ${formatZxid(this.#zxid)} is ${this.#status}`);
  }

  async #guarded(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#status = 'failed';
      throw asFailure(`the snapshot of ${formatZxid(this.#zxid)} could not be written`, error);
    }
  }
}
