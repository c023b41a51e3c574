import type { FileHandle } from '@quorate/interfaces';
import { FRAME_ALIGN, FRAME_HEADER_BYTES, plausibleHeader } from './frame.js';
import { FrameScanner } from './frame-scanner.js';

const CHUNK_BYTES = 1 << 20;

export interface TailFinding {
  /** File offset of a whole frame that was written after the bad one had been durable; -1 when there is none. */
  readonly proof: number;
  /** Everything behind the bad frame's beginning is zero: nothing was ever written there. */
  readonly blank: boolean;
}

/** Looks at everything behind the bad frame at `bad`: is it a torn tail, or corruption in front of good frames? */
export async function lookAhead(
  handle: FileHandle,
  sequence: number,
  bad: number,
  fileEnd: number,
): Promise<TailFinding> {
  let blank = true;
  for (let from = bad; from < fileEnd; from += CHUNK_BYTES) {
    const bytes = await handle.read(from, Math.min(CHUNK_BYTES + FRAME_HEADER_BYTES, fileEnd - from));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const whole = Math.min(bytes.length, CHUNK_BYTES);
    let at = 0;
    for (; at + FRAME_ALIGN <= whole; at += FRAME_ALIGN) {
      if (view.getUint32(at) === 0 && view.getUint32(at + 4) === 0) continue;
      blank = false;
      if (at + FRAME_HEADER_BYTES > bytes.length || !plausibleHeader(view, at, from + at)) continue;
      if (view.getUint32(at + 8) <= bad) continue;
      const scanner = new FrameScanner(handle, sequence, from + at, fileEnd, 1);
      if (await scanner.next()) return { proof: from + at, blank };
    }
    for (; at < whole; at++) if (bytes[at] !== 0) blank = false;
  }
  return { proof: -1, blank };
}
