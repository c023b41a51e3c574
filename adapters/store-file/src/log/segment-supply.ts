import type { FileSystem } from '@quorate/interfaces';
import { datasync } from '../datasync.js';
import { Segment } from './segment.js';
import { segmentName } from './segment-head.js';

/** Zeros are written ahead in pieces of this size. */
export const ZERO_STEP_BYTES = 512 << 10;
let zeros: Uint8Array | null = null;

/** Writes at most one step of zeros behind what was ever written. They are not on disk before the next datasync. */
export function writeZeros(segment: Segment, until: number): void {
  zeros ??= new Uint8Array(ZERO_STEP_BYTES);
  const count = Math.min(ZERO_STEP_BYTES, until - segment.filled);
  if (count <= 0) return;
  segment.handle.write(count === zeros.length ? zeros : zeros.subarray(0, count), segment.filled);
  segment.filled += count;
}

/** Makes new segments, the next one ahead of its need when told so. */
export class SegmentSupply {
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  readonly #preallocateBytes: number;
  #nextSequence: number;
  #spare: Promise<Segment> | null = null;

  constructor(fileSystem: FileSystem, directory: string, preallocateBytes: number, nextSequence: number) {
    this.#fileSystem = fileSystem;
    this.#directory = directory;
    this.#preallocateBytes = preallocateBytes;
    this.#nextSequence = nextSequence;
  }

  /** Begins to make the next segment ready: filled with zeros, its name on disk. */
  prepare(): void {
    if (this.#spare !== null) return;
    this.#spare = this.#prepared();
    this.#spare.catch(() => {});
  }

  /** The next segment: the prepared one, or a new file whose name is not on disk yet. */
  async take(): Promise<Segment> {
    const spare = this.#spare;
    if (spare === null) return this.#create();
    this.#spare = null;
    return await spare;
  }

  /** Ends: the prepared segment is closed and its file removed. */
  async close(): Promise<void> {
    const spare = this.#spare;
    this.#spare = null;
    const segment = await spare?.catch(() => undefined);
    if (segment === undefined) return;
    await segment.handle.close();
    await this.#fileSystem.unlink(segment.path);
  }

  async #create(): Promise<Segment> {
    const sequence = this.#nextSequence++;
    const path = `${this.#directory}/${segmentName(sequence)}`;
    return new Segment(sequence, path, await this.#fileSystem.open(path, 'create'));
  }

  async #prepared(): Promise<Segment> {
    const segment = await this.#create();
    while (segment.filled < this.#preallocateBytes) {
      writeZeros(segment, this.#preallocateBytes);
      await datasync(segment.handle);
    }
    await this.#fileSystem.syncDir(this.#directory);
    segment.named = true;
    return segment;
  }
}
