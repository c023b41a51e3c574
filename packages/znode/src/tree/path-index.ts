import { CHUNK_BITS, CHUNK_MASK, type NodeChunk, PATH_HASH, ROW_BITS } from './node-chunk.js';

/** {@link PathIndex.findBytes} cannot tell: the bytes are not ASCII. Decode them and use {@link PathIndex.find}. */
export const UNDECIDED = -2;

const SHARD_BITS = 6;
const SHARDS = 1 << SHARD_BITS;
const FIRST_CAPACITY = 16;
const BASIS = 0x811c_9dc5 | 0;
const PRIME = 0x0100_0193;

function finish(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35 | 0);
  return h ^ (h >>> 16);
}

/** A hash of the path's UTF-16 units; signed 32 bits; the same on every platform. */
export function hashPath(path: string): number {
  let h = BASIS;
  for (let i = 0; i < path.length; i++) h = Math.imul(h ^ path.charCodeAt(i), PRIME);
  return finish(h);
}

/**
 * Path → handle: open addressing over the handles themselves, in shards that grow one by one so that no single growth
 * stalls a turn. Paths and their hashes stay in the chunks.
 */
export class PathIndex {
  readonly #chunks: readonly NodeChunk[];
  /** Each a power of two of `handle + 1`, 0 where empty. */
  readonly #shards: Int32Array[] = [];
  readonly #used = new Int32Array(SHARDS);

  constructor(chunks: readonly NodeChunk[]) {
    this.#chunks = chunks;
    for (let i = 0; i < SHARDS; i++) this.#shards.push(new Int32Array(FIRST_CAPACITY));
  }

  /** @returns the handle, or -1 */
  find(path: string): number {
    const hash = hashPath(path);
    const shard = this.#shards[hash >>> (32 - SHARD_BITS)]!;
    const mask = shard.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const handle = shard[at]! - 1;
      if (handle < 0) return -1;
      const chunk = this.#chunks[handle >> CHUNK_BITS]!;
      const i = (handle & CHUNK_MASK) << ROW_BITS;
      if (chunk.i32[i + PATH_HASH] === hash && chunk.path[i >> ROW_BITS] === path) return handle;
    }
  }

  /** Finds a path by its encoded bytes, without making a string of it. @returns the handle, -1, or {@link UNDECIDED} */
  findBytes(bytes: Uint8Array, start: number, end: number): number {
    let h = BASIS;
    let all = 0;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      all |= byte;
      h = Math.imul(h ^ byte, PRIME);
    }
    if (all > 127) return UNDECIDED;
    const hash = finish(h);
    const shard = this.#shards[hash >>> (32 - SHARD_BITS)]!;
    const mask = shard.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const handle = shard[at]! - 1;
      if (handle < 0) return -1;
      const chunk = this.#chunks[handle >> CHUNK_BITS]!;
      const i = (handle & CHUNK_MASK) << ROW_BITS;
      if (chunk.i32[i + PATH_HASH] === hash && same(chunk.path[i >> ROW_BITS]!, bytes, start, end)) return handle;
    }
  }

  /** Enters a handle whose path and path hash are in their columns; its path must not be present. */
  add(handle: number): void {
    const hash = this.#hashOf(handle);
    const number = hash >>> (32 - SHARD_BITS);
    let shard = this.#shards[number]!;
    const used = this.#used[number]! + 1;
    if (used * 4 > shard.length * 3) {
      shard = this.#grown(shard);
      this.#shards[number] = shard;
    }
    this.#used[number] = used;
    insert(shard, hash, handle);
  }

  /** Takes a handle out that is present. */
  remove(handle: number): void {
    const hash = this.#hashOf(handle);
    const number = hash >>> (32 - SHARD_BITS);
    const shard = this.#shards[number]!;
    const mask = shard.length - 1;
    let hole = hash & mask;
    while (shard[hole] !== handle + 1) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; shard[at] !== 0; at = (at + 1) & mask) {
      const home = this.#hashOf(shard[at]! - 1) & mask;
      const between = hole <= at ? hole < home && home <= at : hole < home || home <= at;
      if (between) continue;
      shard[hole] = shard[at]!;
      hole = at;
    }
    shard[hole] = 0;
    this.#used[number] = this.#used[number]! - 1;
  }

  #hashOf(handle: number): number {
    return this.#chunks[handle >> CHUNK_BITS]!.i32[((handle & CHUNK_MASK) << ROW_BITS) + PATH_HASH]!;
  }

  #grown(shard: Int32Array): Int32Array {
    const larger = new Int32Array(shard.length * 2);
    for (let i = 0; i < shard.length; i++) {
      const handle = shard[i]! - 1;
      if (handle >= 0) insert(larger, this.#hashOf(handle), handle);
    }
    return larger;
  }
}

function insert(shard: Int32Array, hash: number, handle: number): void {
  const mask = shard.length - 1;
  let at = hash & mask;
  while (shard[at] !== 0) at = (at + 1) & mask;
  shard[at] = handle + 1;
}

function same(path: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (path.length !== end - start) return false;
  for (let i = 0; i < path.length; i++) if (path.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
