import type { Prng } from '../prng.js';

/** What a disk writes as a unit; a power loss keeps or loses whole sectors, or tears one. */
export const SECTOR_BYTES = 512;

/** How much of what was not synced survives one power loss. */
export interface Survival {
  /** Of 16 un-synced sectors, how many reach the disk. */
  readonly sectorsIn16: number;
  /** Of 16 un-synced changes of a directory, how many reach the disk. */
  readonly entriesIn16: number;
}

/** Dirty sectors as they were when a datasync began. */
export interface SyncImage {
  readonly sectors: readonly number[];
  readonly bytes: Uint8Array;
  readonly size: number;
}

function grown(bytes: Uint8Array, length: number): Uint8Array {
  if (length <= bytes.length) return bytes;
  const out = new Uint8Array(Math.ceil(Math.max(length, bytes.length * 2) / SECTOR_BYTES) * SECTOR_BYTES);
  out.set(bytes);
  return out;
}

/** A file twice: as the system's cache shows it, and as the disk holds it. Only sectors travel between the two. */
export class SimFile {
  /** The cache; zero beyond {@link size}. */
  #cache: Uint8Array;
  #size: number;
  #durable: Uint8Array;
  #durableSize: number;
  readonly #dirty = new Set<number>();
  /** Sizes the file had since its last datasync, oldest first. */
  #sizes: number[] = [];
  readonly #syncing = new Set<SyncImage>();

  constructor(content: Uint8Array = new Uint8Array(0)) {
    this.#size = content.length;
    this.#durableSize = content.length;
    this.#cache = grown(new Uint8Array(0), content.length);
    this.#cache.set(content);
    this.#durable = this.#cache.slice();
  }

  get size(): number {
    return this.#size;
  }

  read(position: number, length: number): Uint8Array {
    return this.#cache.slice(position, Math.max(position, Math.min(position + length, this.#size)));
  }

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    this.#cache = grown(this.#cache, end);
    this.#cache.set(bytes, position);
    this.#touch(Math.min(position, this.#size), end);
    if (end > this.#size) this.#resize(end);
  }

  truncate(length: number): void {
    if (length === this.#size) return;
    this.#cache = grown(this.#cache, length);
    if (length < this.#size) this.#cache.fill(0, length, this.#size);
    this.#touch(Math.min(length, this.#size), Math.max(length, this.#size));
    this.#resize(length);
  }

  #resize(size: number): void {
    this.#size = size;
    this.#sizes.push(size);
  }

  #touch(from: number, to: number): void {
    const last = Math.ceil(to / SECTOR_BYTES);
    for (let sector = Math.floor(from / SECTOR_BYTES); sector < last; sector++) this.#dirty.add(sector);
  }

  /** Whether a power loss now could lose anything of this file's content. */
  get clean(): boolean {
    return this.#dirty.size === 0 && this.#syncing.size === 0 && this.#sizes.length === 0;
  }

  /** The moment of a datasync call: what it covers is fixed here, whatever is written until it ends. */
  beginSync(): SyncImage {
    const sectors = [...this.#dirty].sort((a, b) => a - b);
    const bytes = new Uint8Array(sectors.length * SECTOR_BYTES);
    sectors.forEach((sector, i) => {
      bytes.set(sectorOf(this.#cache, sector), i * SECTOR_BYTES);
    });
    const image: SyncImage = { sectors, bytes, size: this.#size };
    this.#dirty.clear();
    this.#sizes = [];
    this.#syncing.add(image);
    return image;
  }

  /** The datasync succeeded, and with it every earlier one still under way. */
  endSync(image: SyncImage): void {
    if (!this.#syncing.has(image)) return;
    for (const earlier of this.#syncing) {
      this.#syncing.delete(earlier);
      this.#durable = stamp(this.#durable, earlier, () => true);
      this.#durableSize = earlier.size;
      if (earlier === image) return;
    }
  }

  /**
   * The datasync failed. As on Linux the pages count as clean from now on: some are on the disk, the others will never
   * be written, and a later datasync "succeeds" without them.
   */
  failSync(image: SyncImage, random: Prng): void {
    if (!this.#syncing.delete(image)) return;
    this.#durable = stamp(this.#durable, image, () => random.chance(1, 2));
    if (random.chance(1, 2)) this.#durableSize = image.size;
  }

  /** The file after the process died and the machine did not. */
  afterProcessCrash(): SimFile {
    const file = new SimFile();
    file.#cache = this.#cache.slice();
    file.#size = this.#size;
    file.#durable = this.#durable.slice();
    file.#durableSize = this.#durableSize;
    for (const sector of this.#dirty) file.#dirty.add(sector);
    for (const image of this.#syncing) {
      for (const sector of image.sectors) file.#dirty.add(sector);
      file.#sizes.push(image.size);
    }
    file.#sizes.push(...this.#sizes);
    return file;
  }

  /** The file as one power loss leaves it: of what was not synced, any subset of sectors, any size it had. */
  afterPowerLoss(survival: Survival, random: Prng): SimFile {
    let content: Uint8Array = this.#durable.slice();
    const sizes = [this.#durableSize];
    for (const image of this.#syncing) {
      content = stamp(content, image, () => random.chance(survival.sectorsIn16, 16));
      sizes.push(image.size);
    }
    sizes.push(...this.#sizes);
    content = grown(content, this.#cache.length);
    for (const sector of [...this.#dirty].sort((a, b) => a - b)) {
      if (!random.chance(survival.sectorsIn16, 16)) continue;
      const written = sectorOf(this.#cache, sector);
      const torn = random.chance(1, 16) ? random.below(SECTOR_BYTES) : SECTOR_BYTES;
      content.set(written.subarray(0, torn), sector * SECTOR_BYTES);
    }
    const size = survival.sectorsIn16 === 0 ? sizes[0]! : random.pick(sizes);
    return new SimFile(grown(content, size).subarray(0, size));
  }
}

function sectorOf(bytes: Uint8Array, sector: number): Uint8Array {
  return bytes.subarray(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
}

function stamp(target: Uint8Array, image: SyncImage, survives: (sector: number) => boolean): Uint8Array {
  let out = target;
  image.sectors.forEach((sector, i) => {
    if (!survives(sector)) return;
    out = grown(out, (sector + 1) * SECTOR_BYTES);
    out.set(image.bytes.subarray(i * SECTOR_BYTES, (i + 1) * SECTOR_BYTES), sector * SECTOR_BYTES);
  });
  return out;
}
