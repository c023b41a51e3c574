import {
  formatZxid,
  isQuorateError,
  QuorateError,
  type SnapshotInfo,
  type SnapshotReader,
  type SnapshotStore,
  type SnapshotWriter,
  type Zxid,
} from '@quorate/interfaces';
import {
  generationOfKey,
  PIECES_FROM,
  PIECES_UNTIL,
  SNAPSHOTS_FROM,
  SNAPSHOTS_UNTIL,
  snapshotKey,
  zxidOfKey,
} from './keys.js';
import type { SharedDatabase } from './level-database.js';
import { LevelSnapshotWriter } from './level-snapshot-writer.js';
import { ContentReader, corrupt, decodeRecord, pieceDeletions, type SnapshotRecord } from './snapshot-record.js';

/** Snapshots in a key-value database: pieces under keys of their own, and a record, written last, that makes them count. */
export class LevelSnapshotStore implements SnapshotStore {
  readonly supports: { readonly permanence: boolean };
  readonly #database: SharedDatabase;
  readonly #writers = new Set<LevelSnapshotWriter>();
  readonly #readers = new Set<LevelSnapshotReader>();
  /** Generations whose content was verified, or written, by this object. */
  readonly #verified = new Set<number>();
  /** Pieces of these generations were there at the beginning. */
  readonly #early = new Map<number, Uint8Array[]>();
  #generation = 0;
  #ready: Promise<void> | null = null;
  #closed = false;

  constructor(database: SharedDatabase) {
    this.#database = database;
    this.supports = { permanence: database.permanence };
  }

  async list(): Promise<readonly SnapshotInfo[]> {
    await this.#prepared('list');
    const found: SnapshotInfo[] = [];
    for await (const [key, value] of this.#database.entries(SNAPSHOTS_FROM, SNAPSHOTS_UNTIL)) {
      const zxid = zxidOfKey(key);
      const record = decodeRecord(value);
      if (record === undefined) continue;
      this.#early.delete(record.generation);
      if (await this.#verify(zxid, record)) found.push({ zxid, bytes: record.bytes });
    }
    for (const [generation, keys] of this.#early) {
      await this.#database.write(keys.map((key) => ({ type: 'del', key })));
      this.#early.delete(generation);
    }
    return found.reverse();
  }

  async begin(zxid: Zxid): Promise<SnapshotWriter> {
    await this.#prepared('begin');
    this.#generation += 1;
    const writer = new LevelSnapshotWriter(this.#database, zxid, this.#generation, (committed) => {
      this.#writers.delete(writer);
      if (committed) this.#verified.add(writer.generation);
    });
    this.#writers.add(writer);
    return writer;
  }

  async open(zxid: Zxid): Promise<SnapshotReader> {
    await this.#prepared('open');
    const value = await this.#database.get(snapshotKey(zxid));
    if (value === undefined) {
      throw new QuorateError('NO_SUCH_ZXID', `no snapshot of ${formatZxid(zxid)}; list() names those there are`);
    }
    const record = decodeRecord(value);
    if (record === undefined) throw corrupt(zxid, 'its record is damaged');
    const content = new ContentReader(this.#database, zxid, record);
    const reader = new LevelSnapshotReader(zxid, record.bytes, content, () => this.#readers.delete(reader));
    this.#readers.add(reader);
    return reader;
  }

  async drop(zxid: Zxid): Promise<void> {
    await this.#prepared('drop');
    const key = snapshotKey(zxid);
    const value = await this.#database.get(key);
    if (value === undefined) return;
    const record = decodeRecord(value);
    const pieces = record === undefined ? [] : pieceDeletions(zxid, record.generation, record.pieces);
    await this.#database.write([{ type: 'del', key }, ...pieces]);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#ready;
    } catch {
      return;
    }
    if (this.#ready === null) return;
    for (const writer of [...this.#writers]) await writer.abort();
    for (const reader of [...this.#readers]) await reader.close();
    await this.#database.release();
  }

  async #prepared(call: string): Promise<void> {
    if (this.#closed) throw new QuorateError('CLOSED', `${call}: this snapshot store is closed`);
    this.#ready ??= this.#prepare();
    try {
      await this.#ready;
    } catch (error) {
      this.#ready = null;
      throw error;
    }
  }

  /** Notes which pieces there are, so that new ones get other keys and left-overs can be told. */
  async #prepare(): Promise<void> {
    await this.#database.acquire();
    for (const key of await this.#database.keys(PIECES_FROM, PIECES_UNTIL)) {
      const generation = generationOfKey(key);
      const keys = this.#early.get(generation);
      if (keys === undefined) this.#early.set(generation, [key]);
      else keys.push(key);
      this.#generation = Math.max(this.#generation, generation);
    }
  }

  async #verify(zxid: Zxid, record: SnapshotRecord): Promise<boolean> {
    if (this.#verified.has(record.generation)) return true;
    const content = new ContentReader(this.#database, zxid, record);
    try {
      while ((await content.next()) !== null);
    } catch (error) {
      if (isQuorateError(error)) return false;
      throw error;
    }
    this.#verified.add(record.generation);
    return true;
  }
}

class LevelSnapshotReader implements SnapshotReader {
  readonly zxid: Zxid;
  readonly bytes: number;
  readonly #content: ContentReader;
  readonly #onClose: () => void;
  #closed = false;

  constructor(zxid: Zxid, bytes: number, content: ContentReader, onClose: () => void) {
    this.zxid = zxid;
    this.bytes = bytes;
    this.#content = content;
    this.#onClose = onClose;
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#closed) throw new QuorateError('CLOSED', 'read: this snapshot reader is closed');
    return await this.#content.next();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#onClose();
  }
}
