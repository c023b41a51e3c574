import {
  BatchWriter,
  ByteReader,
  epochOf,
  forEachEntry,
  formatZxid,
  makeZxid,
  nextZxid,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';

/** One entry that the kit wrote, or read back. */
export interface Entry {
  readonly zxid: Zxid;
  readonly payload: Uint8Array;
}

let made = 0;

/** Bytes that differ from those of every other payload. */
export function payload(bytes: number): Uint8Array {
  made += 1;
  const out = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) out[i] = (made * 31 + i + (i >>> 8) * 7) & 0xff;
  for (let i = 0; i < 4 && i < bytes; i++) out[i] = (made >>> (8 * i)) & 0xff;
  return out;
}

export interface BatchShape {
  /** Entries in the batch; 1 unless told. */
  readonly count?: number;
  /** Bytes of each payload; 20 unless told. */
  readonly bytes?: number;
  /** Epoch of the entries; that of the entry before unless told. Epoch 1 follows the zxid 0. */
  readonly epoch?: number;
  /** The commit index in the header; 0 unless told. */
  readonly commit?: Zxid;
}

export interface MadeBatch {
  readonly bytes: Uint8Array;
  readonly entries: readonly Entry[];
  readonly last: Zxid;
}

/** Seals a batch that follows `previous`. */
export function makeBatch(previous: Zxid, shape: BatchShape = {}): MadeBatch {
  const { count = 1, bytes = 20, epoch = Math.max(1, epochOf(previous)), commit = ZXID_ZERO } = shape;
  const writer = new BatchWriter(previous, count * (bytes + 16) + 64);
  const entries: Entry[] = [];
  let last = previous;
  for (let i = 0; i < count; i++) {
    last = epochOf(last) === epoch ? nextZxid(last) : makeZxid(epoch, 1);
    const entry = { zxid: last, payload: payload(bytes) };
    writer.beginEntry(last, 0);
    writer.payload.raw(entry.payload);
    writer.endEntry(last);
    entries.push(entry);
  }
  return { bytes: writer.seal(commit).slice(), entries, last };
}

/** The entries of batches, in order, payloads as views. */
export function entriesOf(batches: readonly Uint8Array[]): Entry[] {
  const entries: Entry[] = [];
  const reader = new ByteReader();
  for (const batch of batches) {
    forEachEntry(batch, reader, (zxid, _kind, bytes) => entries.push({ zxid, payload: bytes.rest() }));
  }
  return entries;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** The first difference between what was read and what should have been; undefined when there is none. */
export function difference(found: readonly Entry[], expected: readonly Entry[]): string | undefined {
  for (let i = 0; i < Math.max(found.length, expected.length); i++) {
    const got = found[i];
    const want = expected[i];
    if (want === undefined) return `an entry too many: ${formatZxid(got!.zxid)}`;
    if (got === undefined) return `${expected.length - i} entries are missing, from ${formatZxid(want.zxid)} on`;
    if (got.zxid !== want.zxid) return `${formatZxid(got.zxid)} where ${formatZxid(want.zxid)} belongs`;
    if (!sameBytes(got.payload, want.payload)) return `${formatZxid(got.zxid)} has another payload than was appended`;
  }
  return undefined;
}

export function sameState(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : sameBytes(a, b);
}
