import { BATCH_HEADER_BYTES, crc32 } from '@quorate/interfaces';

/*
 * A segment is a row of frames, each at a multiple of 8 bytes:
 *
 *   0  u32  crc     of bytes 4 … 16 and of the checked part of the body, seeded with segment and file offset
 *   4  u32  length  of the body; 0 where no frame was written yet (segments are written ahead with zeros)
 *   8  u32  group   file offset of the first frame of the write group this one belongs to
 *  12  u8   kind, and three bytes of zero
 *  16  body, padded with zeros
 *
 * A group is what one datasync makes durable; the next group is written only after that datasync. So a whole frame whose
 * group begins behind a bad one proves that the bad one had been durable: corruption. Without such a proof, bad frames are
 * the torn tail of the last group.
 */

export const FRAME_HEADER_BYTES = 16;
export const FRAME_ALIGN = 8;

/** What the segment continues, and the state at that point. First in each segment. */
export const KIND_HEAD = 1;
/** A log batch, as given. */
export const KIND_BATCH = 2;
/** A zero byte, then the peer's own small state: a body is never empty. */
export const KIND_STATE = 3;
/** u64: the oldest segment that still counts. */
export const KIND_RETIRE = 4;

/** Bytes a frame takes with its header and padding. */
export function frameSpan(length: number): number {
  return Math.ceil((FRAME_HEADER_BYTES + length) / FRAME_ALIGN) * FRAME_ALIGN;
}

/** Bytes of the body that the frame's own CRC covers: a batch carries a CRC of its own behind its header. */
export function checkedLength(kind: number, length: number): number {
  return kind === KIND_BATCH && length > BATCH_HEADER_BYTES ? BATCH_HEADER_BYTES : length;
}

/** Distinct for any two places of one log, so that a frame written to, or left at, another place is not taken for good. */
export function frameCrc(bytes: Uint8Array, at: number, end: number, sequence: number, offset: number): number {
  return crc32(bytes.subarray(at + 4, end), (Math.imul(sequence, 0x9e3779b1) ^ offset) >>> 0);
}

/** Whether the header at `at` could begin a frame at file `offset`; its CRC is yet to be checked. */
export function plausibleHeader(view: DataView, at: number, offset: number): boolean {
  const kindWord = view.getUint32(at + 12);
  const kind = kindWord >>> 24;
  const group = view.getUint32(at + 8);
  return (
    view.getUint32(at + 4) > 0 &&
    (kindWord & 0xff_ffff) === 0 &&
    kind >= KIND_HEAD &&
    kind <= KIND_RETIRE &&
    group <= offset &&
    group % FRAME_ALIGN === 0
  );
}
