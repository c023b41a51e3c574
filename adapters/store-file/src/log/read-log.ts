import { formatZxid, isQuorateError, QuorateError, sliceBatch, type Zxid } from '@quorate/interfaces';
import { FrameScanner } from './frame-scanner.js';
import type { Piece, ReadPlan } from './log-view.js';

const LEAST_CHUNK_BYTES = 64 << 10;
const MOST_CHUNK_BYTES = 1 << 20;

/** The first batches of a plan: at least one, then more up to `maxBytes`. */
export async function readPlan(plan: ReadPlan, after: Zxid, maxBytes: number): Promise<readonly Uint8Array[]> {
  const { pieces } = plan;
  for (const piece of pieces) piece.segment.enter();
  try {
    const found = new Found(maxBytes);
    for (const piece of pieces) {
      await readPiece(piece, after, found);
      if (found.full) return found.batches;
    }
    for (const batch of plan.memory) found.add(batch);
    return found.batches;
  } catch (error) {
    if (isQuorateError(error)) throw error;
    throw new QuorateError('STORAGE_FAILED', `the log could not be read after ${formatZxid(after)}`, { cause: error });
  } finally {
    for (const piece of pieces) piece.segment.leave();
  }
}

class Found {
  readonly batches: Uint8Array[] = [];
  readonly #maxBytes: number;
  #bytes = 0;
  full = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get wanted(): number {
    return this.#maxBytes - this.#bytes;
  }

  add(batch: Uint8Array): void {
    if (this.full) return;
    if (this.batches.length > 0 && batch.length > this.wanted) this.full = true;
    else {
      this.batches.push(batch);
      this.#bytes += batch.length;
    }
  }
}

async function readPiece(piece: Piece, after: Zxid, found: Found): Promise<void> {
  const { segment, limit } = piece;
  const chunk = Math.min(Math.max(found.wanted, LEAST_CHUNK_BYTES), MOST_CHUNK_BYTES);
  const scanner = new FrameScanner(segment.handle, segment.sequence, segment.offsetFor(after), segment.end, chunk);
  while (!found.full) {
    if (!(await scanner.next())) {
      throw new QuorateError(
        'CORRUPT_LOG',
        `${segment.path}, offset ${scanner.end}: no whole frame where entries up to ${formatZxid(limit)} had been stored`,
      );
    }
    const batch = scanner.batch;
    if (batch === null || batch.last <= after) continue;
    found.add(batch.last > limit ? sliceBatch(scanner.body, batch.previous, limit)! : scanner.body);
    if (batch.last >= limit) return;
  }
}
