import { ByteReader, ByteWriter, crc32, formatZxid, QuorateError, type Zxid } from '@quorate/interfaces';
import { pieceKey } from './keys.js';
import type { LevelOperation, SharedDatabase } from './level-database.js';

export const PIECE_BYTES = 1 << 20;
const FORMAT_VERSION = 1;
const RECORD_BYTES = 28;

/** The record that makes a snapshot exist. */
export interface SnapshotRecord {
  /** Tells the pieces of two snapshots of one zxid apart. */
  readonly generation: number;
  readonly pieces: number;
  readonly bytes: number;
  readonly crc: number;
}

export function encodeRecord(record: SnapshotRecord): Uint8Array {
  const out = new ByteWriter(RECORD_BYTES);
  out.u32(FORMAT_VERSION);
  out.u32(record.generation);
  out.u32(record.pieces);
  out.long(record.bytes);
  out.u32(record.crc);
  out.u32(crc32(out.peek()));
  return out.take();
}

/** @returns undefined when the record is damaged */
export function decodeRecord(value: Uint8Array): SnapshotRecord | undefined {
  if (value.length !== RECORD_BYTES) return undefined;
  const reader = new ByteReader(value);
  const version = reader.u32();
  const record = { generation: reader.u32(), pieces: reader.u32(), bytes: reader.long(), crc: reader.u32() };
  const whole = reader.u32() === crc32(value.subarray(0, RECORD_BYTES - 4));
  return whole && version === FORMAT_VERSION ? record : undefined;
}

export function corrupt(zxid: Zxid, what: string): QuorateError {
  return new QuorateError(
    'CORRUPT_SNAPSHOT',
    `the snapshot of ${formatZxid(zxid)}: ${what}; drop it and use an older one`,
  );
}

export function pieceDeletions(zxid: Zxid, generation: number, pieces: number): LevelOperation[] {
  return Array.from({ length: pieces }, (_, piece) => ({ type: 'del', key: pieceKey(zxid, generation, piece) }));
}

/** Walks a snapshot's content and holds it against its checksum. */
export class ContentReader {
  readonly #database: SharedDatabase;
  readonly #zxid: Zxid;
  readonly #record: SnapshotRecord;
  #piece = 0;
  #crc = 0;

  constructor(database: SharedDatabase, zxid: Zxid, record: SnapshotRecord) {
    this.#database = database;
    this.#zxid = zxid;
    this.#record = record;
  }

  /** The next piece; null at the end. @throws QuorateError `NO_SUCH_ZXID`, `CORRUPT_SNAPSHOT` */
  async next(): Promise<Uint8Array | null> {
    const { generation, pieces, crc } = this.#record;
    if (this.#piece === pieces) {
      if (this.#crc !== crc) throw corrupt(this.#zxid, 'its content is not what was written');
      return null;
    }
    const value = await this.#database.get(pieceKey(this.#zxid, generation, this.#piece));
    if (value === undefined) {
      throw new QuorateError(
        'NO_SUCH_ZXID',
        `the snapshot of ${formatZxid(this.#zxid)} was dropped, or a part of it lost`,
      );
    }
    this.#piece += 1;
    this.#crc = crc32(value, this.#crc);
    return value;
  }
}
