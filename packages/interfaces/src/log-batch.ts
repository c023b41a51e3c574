import type { ByteReader } from './byte-reader.js';
import { ArenaWriter } from './byte-writer.js';
import { crc32 } from './crc32.js';
import { QuorateError } from './errors.js';
import { epochOf, follows, formatZxid, type Zxid, zxidFromNumber } from './zxid.js';

/*
 * A log batch is what a leader proposes in one turn: the same bytes go to its log, over every link, into every log.
 *
 *   0  u32  length   of the whole batch, header included
 *   4  u32  crc32    of everything behind this field
 *   8  i64  previous zxid of the entry before the first one
 *  16  i64  commit   the proposer's commit index when the batch was sealed
 *  24  entries: u32 length (of what follows), u8 kind, i64 zxid, payload
 *
 * A batch holds at least one entry, all of one epoch, each following the one before.
 */

export const BATCH_HEADER_BYTES = 24;
export const ENTRY_HEADER_BYTES = 13;

/** Entry kinds. `TXN` is a state machine's txn; others are the engine's own. */
export const ENTRY_TXN = 0;

export interface BatchInfo {
  readonly length: number;
  readonly previous: Zxid;
  readonly commit: Zxid;
  readonly first: Zxid;
  readonly last: Zxid;
  readonly count: number;
}

function bad(what: string): never {
  throw new QuorateError('BAD_BATCH', `not a log batch: ${what}`);
}

function zxidAt(view: DataView, at: number): Zxid {
  return zxidFromNumber(view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4));
}

/**
 * Reads and checks a whole batch: length, CRC, the chain of zxids.
 * @param bytes exactly one batch
 * @throws QuorateError `BAD_BATCH`, `ZXID_RANGE`
 */
export function checkBatch(bytes: Uint8Array): BatchInfo {
  if (bytes.length < BATCH_HEADER_BYTES + ENTRY_HEADER_BYTES) bad(`${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0);
  if (length !== bytes.length) bad(`length field ${length}, ${bytes.length} bytes given`);
  if (view.getUint32(4) !== crc32(bytes.subarray(8))) bad('CRC mismatch');
  const previous = zxidAt(view, 8);
  let at = BATCH_HEADER_BYTES;
  let last = previous;
  let first = previous;
  let count = 0;
  while (at < length) {
    const entryLength = at + 4 <= length ? view.getUint32(at) : 0;
    if (entryLength < ENTRY_HEADER_BYTES - 4 || at + 4 + entryLength > length)
      bad(`entry length ${entryLength} at ${at}`);
    const zxid = zxidAt(view, at + 5);
    if (!follows(last, zxid)) bad(`${formatZxid(zxid)} after ${formatZxid(last)}`);
    if (count === 0) first = zxid;
    else if (epochOf(zxid) !== epochOf(first)) bad('entries of two epochs');
    last = zxid;
    count += 1;
    at += 4 + entryLength;
  }
  return { length, previous, commit: zxidAt(view, 16), first, last, count };
}

/**
 * Walks the entries of a batch that was checked before, without allocating.
 * @param reader set to each payload in turn; valid during the call only
 */
export function forEachEntry(
  bytes: Uint8Array,
  reader: ByteReader,
  visit: (zxid: Zxid, kind: number, payload: ByteReader) => void,
): void {
  reader.reset(bytes);
  const view = reader.view;
  let at = BATCH_HEADER_BYTES;
  while (at < bytes.length) {
    const end = at + 4 + view.getUint32(at);
    const zxid = (view.getUint32(at + 5) * 2 ** 32 + view.getUint32(at + 9)) as Zxid;
    visit(zxid, bytes[at + 4]!, reader.reset(bytes, at + ENTRY_HEADER_BYTES, end));
    at = end;
  }
}

/**
 * The part of a checked batch with `after < zxid ≤ through`, as a batch of its own; the same bytes when that is all of it.
 * @returns undefined when no entry is in the range
 */
export function sliceBatch(bytes: Uint8Array, after: Zxid, through: Zxid): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let previous = zxidAt(view, 8);
  let at = BATCH_HEADER_BYTES;
  let from = -1;
  let to = bytes.length;
  while (at < bytes.length) {
    const zxid = zxidAt(view, at + 5);
    if (zxid > through) {
      to = at;
      break;
    }
    if (from < 0) {
      if (zxid > after) from = at;
      else previous = zxid;
    }
    at += 4 + view.getUint32(at);
  }
  if (from < 0 || from === to) return undefined;
  if (from === BATCH_HEADER_BYTES && to === bytes.length) return bytes;
  const part = new Uint8Array(BATCH_HEADER_BYTES + to - from);
  part.set(bytes.subarray(from, to), BATCH_HEADER_BYTES);
  const out = new DataView(part.buffer);
  out.setUint32(0, part.length);
  out.setUint32(8, epochOf(previous));
  out.setUint32(12, previous % 2 ** 32);
  part.set(bytes.subarray(16, 24), 16);
  out.setUint32(4, crc32(part.subarray(8)));
  return part;
}

/** Builds batches one after the other in an arena; payloads are written straight into their final place. */
export class BatchWriter {
  /** Where a payload is written between {@link beginEntry} and {@link endEntry}. */
  readonly payload: ArenaWriter;
  #last: Zxid;
  #entryAt = 0;
  #count = 0;

  /** @param last zxid of the log's last entry, which the first batch will name as its previous one */
  constructor(last: Zxid, arenaBytes?: number) {
    this.payload = new ArenaWriter(arenaBytes);
    this.#last = last;
  }

  /** Entries in the open batch. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of the open batch so far. */
  get length(): number {
    return this.payload.length;
  }

  beginEntry(zxid: Zxid, kind: number): void {
    const out = this.payload;
    if (this.#count === 0) {
      out.u32(0);
      out.u32(0);
      out.long(this.#last);
      out.long(0);
    }
    this.#entryAt = out.length;
    out.u32(0);
    out.u8(kind);
    out.long(zxid);
  }

  /** Gives the open entry up, as if it had not been begun. */
  abandonEntry(): void {
    this.payload.rewind(this.#count === 0 ? 0 : this.#entryAt);
  }

  endEntry(zxid: Zxid): void {
    this.payload.patchI32(this.#entryAt, this.payload.length - this.#entryAt - 4);
    this.#last = zxid;
    this.#count += 1;
  }

  /** Closes the open batch, which must hold an entry, and gives its bytes away. */
  seal(commit: Zxid): Uint8Array {
    const out = this.payload;
    const at = out.length;
    out.patchI32(0, at);
    out.patchI32(16, epochOf(commit));
    out.patchI32(20, (commit % 2 ** 32) | 0);
    const batch = out.peek();
    out.patchI32(4, crc32(batch.subarray(8)) | 0);
    this.#count = 0;
    return out.take();
  }
}
