import { ByteWriter } from '@quorate/interfaces';
import { writeString } from '@quorate/protocol';
import { sameBytes } from './copy-bytes.js';
import type { DataStore } from './data-store.js';
import { CHUNK_BITS, CHUNK_MASK, type NodeChunk, PATH_HASH, PATH_LENGTH, PATH_SLOT, ROW_BITS } from './node-chunk.js';

/** {@link PathIndex.findBytes} cannot tell: the bytes are not ASCII. Decode them and use {@link PathIndex.find}. */
export const UNDECIDED = -2;

const SHARD_BITS = 6;
const SHARDS = 1 << SHARD_BITS;
const FIRST_CAPACITY = 16;
const FACTOR = 0x9e37_79b1 | 0;
const HIGH_BITS = 0x8080_8080 | 0;

/**
 * Path → handle: open addressing over the handles themselves, in shards that grow one by one so that no single growth
 * stalls a turn. A path is hashed and compared by its encoded bytes, four at a time, so that a request for a node makes
 * no string; the bytes are kept in the data store, the hash in the node's row.
 */
export class PathIndex {
  readonly #chunks: readonly NodeChunk[];
  readonly #store: DataStore;
  /** Each a power of two of `handle + 1`, 0 where empty. */
  readonly #shards: Int32Array[] = [];
  readonly #used = new Int32Array(SHARDS);
  readonly #scratch = new ByteWriter(256);

  constructor(chunks: readonly NodeChunk[], store: DataStore) {
    this.#chunks = chunks;
    this.#store = store;
    for (let i = 0; i < SHARDS; i++) this.#shards.push(new Int32Array(FIRST_CAPACITY));
  }

  /** @returns the handle, or -1 */
  find(path: string): number {
    const { bytes, view, offset } = this.#encode(path);
    return this.#lookUp(view, 4, offset, hashBytes(bytes, view, 4, offset));
  }

  /** {@link find} by the path's encoded bytes. @param view of exactly `bytes`. @returns the handle, -1, or {@link UNDECIDED} */
  findBytes(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    let h = end - start;
    let all = 0;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const word = view.getInt32(at, true);
      all |= word;
      h = Math.imul(((h << 7) | (h >>> 25)) ^ word, FACTOR);
    }
    for (; at < end; at++) {
      const byte = bytes[at]!;
      all |= byte;
      h = Math.imul(((h << 7) | (h >>> 25)) ^ byte, FACTOR);
    }
    return (all & HIGH_BITS) !== 0 ? UNDECIDED : this.#lookUp(view, start, end, finish(h));
  }

  /** Enters a handle under a path that is not present; sets the path's columns of its row. */
  add(handle: number, path: string): void {
    const { bytes, view, offset: end } = this.#encode(path);
    const hash = hashBytes(bytes, view, 4, end);
    const rows = this.#chunks[handle >> CHUNK_BITS]!.i32;
    const row = (handle & CHUNK_MASK) << ROW_BITS;
    rows[row + PATH_HASH] = hash;
    rows[row + PATH_LENGTH] = end - 4;
    rows[row + PATH_SLOT] = this.#store.put(bytes, view, 4, end - 4);
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
    const rows = this.#chunks[handle >> CHUNK_BITS]!.i32;
    const row = (handle & CHUNK_MASK) << ROW_BITS;
    this.#store.remove(rows[row + PATH_SLOT]!, rows[row + PATH_LENGTH]!);
    const hash = rows[row + PATH_HASH]!;
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

  #lookUp(view: DataView, start: number, end: number, hash: number): number {
    const shard = this.#shards[hash >>> (32 - SHARD_BITS)]!;
    const mask = shard.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const handle = shard[at]! - 1;
      if (handle < 0) return -1;
      const rows = this.#chunks[handle >> CHUNK_BITS]!.i32;
      const row = (handle & CHUNK_MASK) << ROW_BITS;
      const length = rows[row + PATH_LENGTH]!;
      if (rows[row + PATH_HASH] !== hash || length !== end - start) continue;
      const slot = rows[row + PATH_SLOT]!;
      const store = this.#store;
      if (sameBytes(store.viewOf(slot, length), store.offsetOf(slot, length), view, start, length)) return handle;
    }
  }

  /** The encoded path, from index 4 to the writer's offset. */
  #encode(path: string): ByteWriter {
    const out = this.#scratch;
    out.rewind(0);
    writeString(out, path);
    return out;
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

/** The hash of {@link PathIndex.findBytes}, of any bytes; signed 32 bits, the same on every platform. */
function hashBytes(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  let h = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) h = Math.imul(((h << 7) | (h >>> 25)) ^ view.getInt32(at, true), FACTOR);
  for (; at < end; at++) h = Math.imul(((h << 7) | (h >>> 25)) ^ bytes[at]!, FACTOR);
  return finish(h);
}

function finish(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35 | 0);
  return h ^ (h >>> 16);
}

function insert(shard: Int32Array, hash: number, handle: number): void {
  const mask = shard.length - 1;
  let at = hash & mask;
  while (shard[at] !== 0) at = (at + 1) & mask;
  shard[at] = handle + 1;
}
