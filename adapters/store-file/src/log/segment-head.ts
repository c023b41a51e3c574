import { ByteReader, ByteWriter, formatZxid, QuorateError, type Zxid, zxidFromNumber } from '@quorate/interfaces';

/** First bytes of every segment: `QLOG` and the format version. The head frame follows. */
export const PREAMBLE_BYTES = 8;
export const MAGIC = 0x51_4c_4f_47;
export const FORMAT_VERSION = 1;

/**
 * What a segment continues. The newest whole head decides what the log is: from it, predecessors are followed back.
 * A cut is a new segment whose `after` is smaller than what its predecessor holds, a reset one without predecessor.
 */
export interface SegmentHead {
  readonly sequence: number;
  /** Sequence of the segment that holds the entry `after`; 0 when there is none. */
  readonly predecessor: number;
  /** Zxid before the first entry. Entries of the predecessor behind it do not count. */
  readonly after: Zxid;
  /** Sequence of the oldest segment that counts. */
  readonly oldest: number;
  readonly state: Uint8Array | null;
}

export function encodePreamble(): Uint8Array {
  const out = new ByteWriter(PREAMBLE_BYTES);
  out.u32(MAGIC);
  out.u32(FORMAT_VERSION);
  return out.take();
}

export function encodeHead(head: SegmentHead): Uint8Array {
  const out = new ByteWriter(64 + (head.state?.length ?? 0));
  out.long(head.sequence);
  out.long(head.predecessor);
  out.long(head.after);
  out.long(head.oldest);
  out.u8(head.state === null ? 0 : 1);
  if (head.state !== null) out.raw(head.state);
  return out.take();
}

/** @param body of a head frame whose CRC holds */
export function decodeHead(body: Uint8Array, name: string): SegmentHead {
  const reader = new ByteReader(body);
  const sequence = reader.long();
  const predecessor = reader.long();
  const after = zxidFromNumber(reader.long());
  const oldest = reader.long();
  const state = reader.u8() === 0 ? null : reader.copyRest();
  if (predecessor >= sequence || oldest > sequence || (predecessor === 0 && oldest !== sequence)) {
    throw new QuorateError(
      'CORRUPT_LOG',
      `${name}: head of segment ${sequence} after ${formatZxid(after)} names predecessor ${predecessor} and oldest ${oldest}`,
    );
  }
  return { sequence, predecessor, after, oldest, state };
}

const NAME = /^segment-(\d{16})\.log$/;

export function segmentName(sequence: number): string {
  return `segment-${String(sequence).padStart(16, '0')}.log`;
}

/** @returns undefined when `name` is no segment's */
export function sequenceOf(name: string): number | undefined {
  const match = NAME.exec(name);
  return match === null ? undefined : Number(match[1]);
}
