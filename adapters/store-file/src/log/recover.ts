import {
  type BatchInfo,
  copyBytes,
  type FileHandle,
  type FileSystem,
  formatZxid,
  type LogRecovery,
  QuorateError,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';
import { datasync } from '../datasync.js';
import { errorCode } from '../directories.js';
import { KIND_HEAD, KIND_RETIRE, KIND_STATE } from './frame.js';
import { FrameScanner } from './frame-scanner.js';
import { LogView } from './log-view.js';
import { lookAhead } from './look-ahead.js';
import { Segment } from './segment.js';
import {
  decodeHead,
  FORMAT_VERSION,
  MAGIC,
  PREAMBLE_BYTES,
  type SegmentHead,
  segmentName,
  sequenceOf,
} from './segment-head.js';

const CHUNK_BYTES = 4 << 20;
const HEAD_CHUNK_BYTES = 64 << 10;

/** What was found in a directory. Handles of `chain` are open; everything reported is on disk. */
export interface Recovered {
  readonly recovery: LogRecovery;
  readonly view: LogView;
  /** Oldest first; empty in a new directory. */
  readonly chain: Segment[];
  /** Paths of files that do not count. */
  readonly garbage: readonly string[];
  readonly nextSequence: number;
  readonly state: Uint8Array | null;
}

function corrupt(path: string, offset: number, what: string): never {
  throw new QuorateError(
    'CORRUPT_LOG',
    `${path}, offset ${offset}: ${what}. This server's log cannot be trusted: move the directory away and let the server rejoin with an empty one`,
  );
}

interface Found {
  readonly segment: Segment;
  readonly head: SegmentHead;
  readonly headEnd: number;
  readonly size: number;
}

/** A batch of the newest segment, noted until the segments before it are read. */
interface Noted {
  readonly batch: BatchInfo;
  readonly offset: number;
}

/** Opens and reads the segments of one directory. */
class Recovery {
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  /** The chain, oldest first. */
  readonly #found: Found[] = [];
  readonly #view = new LogView();
  #state: Uint8Array | null = null;
  #commit: Zxid = ZXID_ZERO;
  #oldest = 0;
  #cut = false;

  constructor(fileSystem: FileSystem, directory: string) {
    this.#fileSystem = fileSystem;
    this.#directory = directory;
  }

  async run(): Promise<Recovered> {
    const sequences = (await this.#fileSystem.list(this.#directory))
      .map(sequenceOf)
      .filter((sequence) => sequence !== undefined);
    const newest = await this.#findNewest(sequences);
    if (newest !== undefined) {
      this.#found.push(newest);
      const noted = await this.#scanNewest(newest);
      await this.#findPredecessors(newest);
      this.#view.reset(this.#found[0]!.head.after);
      for (let i = 0; i + 1 < this.#found.length; i++) {
        await this.#scanSealed(this.#found[i]!, this.#found[i + 1]!.head.after);
      }
      this.#requireJoint(newest);
      for (const { batch, offset } of noted) this.#takeBatch(newest.segment, batch, offset, batch.last);
      this.#view.foundSegment(newest.segment, newest.head.after);
    }
    await this.#fileSystem.syncDir(this.#directory);
    const kept = new Set(this.#found.map(({ segment }) => segment.sequence));
    return {
      recovery: this.#report(),
      view: this.#view,
      chain: this.#found.map(({ segment }) => segment),
      garbage: sequences.filter((sequence) => !kept.has(sequence)).map((sequence) => this.#pathOf(sequence)),
      nextSequence: (sequences.at(-1) ?? 0) + 1,
      state: this.#state,
    };
  }

  async close(): Promise<void> {
    for (const { segment } of this.#found) await segment.handle.close();
  }

  #pathOf(sequence: number): string {
    return `${this.#directory}/${segmentName(sequence)}`;
  }

  #report(): LogRecovery {
    const view = this.#view;
    const commit = Math.max(view.base, Math.min(this.#commit, view.last)) as Zxid;
    const tail = this.#cut ? 'cut' : 'clean';
    return { base: view.base, last: view.last, commit, epochs: view.epochs.ends(), state: this.#state, tail };
  }

  /** The newest segment with a whole head; newer ones were being made when the power failed. */
  async #findNewest(sequences: readonly number[]): Promise<Found | undefined> {
    for (let i = sequences.length - 1; i >= 0; i--) {
      const found = await this.#readHead(sequences[i]!, 'write');
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #findPredecessors(newest: Found): Promise<void> {
    let from = newest;
    while (from.head.predecessor >= this.#oldest && from.head.predecessor !== 0) {
      from = await this.#readPredecessor(from);
      this.#found.unshift(from);
    }
  }

  async #readPredecessor(from: Found): Promise<Found> {
    const sequence = from.head.predecessor;
    const path = this.#pathOf(sequence);
    let found: Found | undefined;
    try {
      found = await this.#readHead(sequence, 'read');
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      corrupt(path, 0, `the file is missing, but ${segmentName(from.head.sequence)} follows it`);
    }
    if (found === undefined) corrupt(path, 0, `no whole head, but ${segmentName(from.head.sequence)} follows it`);
    return found;
  }

  /** @returns undefined when there is no whole head and nothing behind it; the file is closed then */
  async #readHead(sequence: number, mode: 'read' | 'write'): Promise<Found | undefined> {
    const path = this.#pathOf(sequence);
    const handle = await this.#fileSystem.open(path, mode);
    let found: Found | undefined;
    try {
      found = await this.#decodeHead(sequence, path, handle);
    } finally {
      if (found === undefined) await handle.close();
    }
    return found;
  }

  async #decodeHead(sequence: number, path: string, handle: FileHandle): Promise<Found | undefined> {
    const size = await handle.size();
    const preamble = await handle.read(0, Math.min(size, PREAMBLE_BYTES));
    const scanner = new FrameScanner(handle, sequence, PREAMBLE_BYTES, size, HEAD_CHUNK_BYTES);
    const view = new DataView(preamble.buffer, preamble.byteOffset, preamble.byteLength);
    const ours = preamble.length === PREAMBLE_BYTES && view.getUint32(0) === MAGIC;
    if (ours && view.getUint32(4) > FORMAT_VERSION) {
      throw new QuorateError(
        'UNSUPPORTED',
        `${path}: format version ${view.getUint32(4)}, this program reads up to ${FORMAT_VERSION}; use the version that wrote it`,
      );
    }
    if (ours && (await scanner.next()) && scanner.kind === KIND_HEAD) {
      const segment = new Segment(sequence, path, handle);
      const head = decodeHead(scanner.body, path);
      segment.after = head.after;
      segment.named = true;
      return { segment, head, headEnd: scanner.end, size };
    }
    const { proof, blank } = await lookAhead(handle, sequence, 0, size);
    if (proof >= 0) corrupt(path, 0, `no whole head, but a good frame at ${proof}`);
    if (!blank) this.#cut = true;
    return undefined;
  }

  #requireJoint(found: Found): void {
    if (found.head.after === this.#view.last) return;
    corrupt(found.segment.path, 0, `begins after ${formatZxid(found.head.after)}, not ${formatZxid(this.#view.last)}`);
  }

  /** A segment with a successor counts up to `limit`, and all of that had been durable. */
  async #scanSealed(found: Found, limit: Zxid): Promise<void> {
    this.#requireJoint(found);
    const { segment, headEnd, size } = found;
    const scanner = new FrameScanner(segment.handle, segment.sequence, headEnd, size, CHUNK_BYTES);
    while (this.#view.last < limit) {
      const missing = scanner.step();
      if (missing > 0) await scanner.fill(missing);
      else if (missing < 0) {
        corrupt(segment.path, scanner.end, `no whole frame, but entries up to ${formatZxid(limit)} had been stored`);
      } else if (scanner.batch !== null) this.#takeBatch(segment, scanner.batch, scanner.offset, limit);
    }
    segment.end = scanner.end;
    this.#view.foundSegment(segment, found.head.after);
  }

  async #scanNewest(found: Found): Promise<Noted[]> {
    const { segment, head, headEnd, size } = found;
    const noted: Noted[] = [];
    const scanner = new FrameScanner(segment.handle, segment.sequence, headEnd, size, CHUNK_BYTES);
    this.#state = head.state;
    this.#oldest = head.oldest;
    let group = 0;
    for (;;) {
      const missing = scanner.step();
      if (missing > 0) await scanner.fill(missing);
      else if (missing < 0) break;
      else {
        group = scanner.group;
        if (scanner.kind === KIND_STATE) this.#state = copyBytes(scanner.body, 1);
        else if (scanner.kind === KIND_RETIRE) this.#oldest = retireTarget(scanner.body);
        else if (scanner.batch !== null) noted.push({ batch: scanner.batch, offset: scanner.offset });
      }
    }
    segment.end = scanner.end;
    const { proof, blank } = await lookAhead(segment.handle, segment.sequence, segment.end, size);
    if (proof >= 0) corrupt(segment.path, segment.end, `no whole frame, but a good one at ${proof}, written later`);
    if (!blank) this.#cut = true;
    await this.#secureTail(segment, group, size);
    return noted;
  }

  /**
   * The last group may be in the page cache only, and the datasync that should have stored it may have failed: it is
   * written once more. What lies behind it goes.
   */
  async #secureTail(segment: Segment, group: number, size: number): Promise<void> {
    const { handle, end } = segment;
    for (let at = group; at < end; at += CHUNK_BYTES) {
      handle.write(await handle.read(at, Math.min(CHUNK_BYTES, end - at)), at);
    }
    if (size > end) await handle.truncate(end);
    segment.filled = end;
    await datasync(handle);
  }

  #takeBatch(segment: Segment, batch: BatchInfo, offset: number, limit: Zxid): void {
    if (batch.previous !== this.#view.last) {
      corrupt(
        segment.path,
        offset,
        `a batch after ${formatZxid(batch.previous)}, expected one after ${formatZxid(this.#view.last)}`,
      );
    }
    if (batch.first > limit) corrupt(segment.path, offset, `the entry ${formatZxid(limit)} is missing`);
    segment.noteBatch(batch.previous, offset);
    this.#view.found(batch.previous, batch.last > limit ? limit : batch.last);
    if (batch.commit > this.#commit) this.#commit = batch.commit;
  }
}

function retireTarget(body: Uint8Array): number {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4);
}

/**
 * Finds the longest whole prefix of calls in a directory and makes it durable.
 * @throws QuorateError `CORRUPT_LOG`, `UNSUPPORTED`, or whatever the file system throws
 */
export async function recover(fileSystem: FileSystem, directory: string): Promise<Recovered> {
  const recovery = new Recovery(fileSystem, directory);
  try {
    return await recovery.run();
  } catch (error) {
    await recovery.close().catch(() => {});
    throw error;
  }
}
