import { ByteReader, ByteWriter, crc32, type FileHandle, type Zxid, zxidFromNumber } from '@quorate/interfaces';

/*
 * A snapshot file: header, content as it was written, footer.
 *
 *   header  "QSNP", u32 version, i64 zxid
 *   footer  i64 zxid, i64 content length, u32 CRC-32 of the content, u32 CRC-32 of the footer so far, "QEND"
 */

export const HEADER_BYTES = 16;
export const FOOTER_BYTES = 28;
const MAGIC = 0x51_53_4e_50;
const END_MAGIC = 0x51_45_4e_44;
const FORMAT_VERSION = 1;
const PIECE_BYTES = 1 << 20;

const NAME = /^snapshot-([0-9a-f]{1,14})\.snap$/;

export function snapshotName(zxid: Zxid): string {
  return `snapshot-${zxid.toString(16).padStart(14, '0')}.snap`;
}

/** @returns undefined when `name` is no finished snapshot's */
export function zxidOfName(name: string): Zxid | undefined {
  const match = NAME.exec(name);
  return match === null ? undefined : zxidFromNumber(Number.parseInt(match[1]!, 16));
}

export function isUnfinished(name: string): boolean {
  return name.startsWith('snapshot-') && name.endsWith('.tmp');
}

export function encodeHeader(zxid: Zxid): Uint8Array {
  const out = new ByteWriter(HEADER_BYTES);
  out.u32(MAGIC);
  out.u32(FORMAT_VERSION);
  out.long(zxid);
  return out.take();
}

export function encodeFooter(zxid: Zxid, length: number, crc: number): Uint8Array {
  const out = new ByteWriter(FOOTER_BYTES);
  out.long(zxid);
  out.long(length);
  out.u32(crc);
  out.u32(crc32(out.peek()));
  out.u32(END_MAGIC);
  return out.take();
}

/** What header and footer say of the content. */
export interface SnapshotFrame {
  readonly length: number;
  readonly crc: number;
}

/** Reads header and footer. @returns undefined unless both are whole, of this zxid and in agreement with the file's size */
export async function readFrame(handle: FileHandle, zxid: Zxid): Promise<SnapshotFrame | undefined> {
  const size = await handle.size();
  if (size < HEADER_BYTES + FOOTER_BYTES) return undefined;
  const header = new ByteReader(await handle.read(0, HEADER_BYTES));
  if (header.u32() !== MAGIC || header.u32() !== FORMAT_VERSION || header.long() !== zxid) return undefined;
  const bytes = await handle.read(size - FOOTER_BYTES, FOOTER_BYTES);
  const footer = new ByteReader(bytes);
  const ofZxid = footer.long();
  const length = footer.long();
  const crc = footer.u32();
  if (footer.u32() !== crc32(bytes.subarray(0, 20)) || footer.u32() !== END_MAGIC) return undefined;
  if (ofZxid !== zxid || length !== size - HEADER_BYTES - FOOTER_BYTES) return undefined;
  return { length, crc };
}

/** Walks a snapshot's content in pieces and holds it against its checksum. */
export class ContentReader {
  readonly #handle: FileHandle;
  readonly #frame: SnapshotFrame;
  #at = 0;
  #crc = 0;

  constructor(handle: FileHandle, frame: SnapshotFrame) {
    this.#handle = handle;
    this.#frame = frame;
  }

  /** The next piece, at most 1 MiB; null at the end. */
  async next(): Promise<Uint8Array | null> {
    const left = this.#frame.length - this.#at;
    if (left === 0) return null;
    const piece = await this.#handle.read(HEADER_BYTES + this.#at, Math.min(PIECE_BYTES, left));
    this.#at = piece.length === 0 ? this.#frame.length : this.#at + piece.length;
    this.#crc = crc32(piece, this.#crc);
    return piece.length === 0 ? null : piece;
  }

  /** Whether all that {@link next} gave is the content that was written. */
  get holds(): boolean {
    return this.#at === this.#frame.length && this.#crc === this.#frame.crc;
  }
}
