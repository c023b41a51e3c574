import type { ByteReader } from '@quorate/interfaces';
import type { Acl } from '@quorate/protocol';
import { OPEN_ACL_ID } from './acl-table.js';
import {
  ACL,
  AVERSION,
  CHILD_COUNT,
  CHUNK_BITS,
  CHUNK_MASK,
  CTIME,
  CVERSION,
  CZXID,
  DATA_HASH,
  DATA_LENGTH,
  DIGEST,
  FIRST_CHILD,
  FREE,
  LAST_CHILD,
  MTIME,
  MZXID,
  NEXT,
  NONE,
  NodeChunk,
  OWNER_HI,
  OWNER_LO,
  PARENT,
  PENDING,
  PREVIOUS,
  PZXID,
  ROW_BITS,
  SLOT,
  TYPE,
  VERSION,
} from './node-chunk.js';
import { hashData, hashNode, shiftDigest } from './node-digest.js';
import { NodeRows, ROOT } from './node-rows.js';
import { PathIndex } from './path-index.js';

export const CONFIG_PATH = '/zookeeper/config';

/** Hears of every handle just before what it stands for changes, free handles that are taken included. */
export interface TreeObserver {
  beforeChange(handle: number): void;
}

/** What a new node is made of; `data` is at `source.bytes[dataStart, dataStart + dataLength)`, -1 meaning null. */
export interface NodeContent {
  source: ByteReader;
  dataStart: number;
  dataLength: number;
  acl: readonly Acl[];
  type: number;
  ownerHi: number;
  ownerLo: number;
}

/** The part of a Stat that a snapshot keeps. */
export interface StoredStat {
  czxid: number;
  mzxid: number;
  pzxid: number;
  ctime: number;
  mtime: number;
  version: number;
  cversion: number;
  aversion: number;
}

/**
 * All nodes, in columns behind integer handles; no node object leaves it. Handle 0 is the root, which is always there;
 * the empty path is its other name (spec §2.2). Methods that take a handle want one in use.
 */
export class NodeTable extends NodeRows {
  observer: TreeObserver | null = null;
  readonly #index: PathIndex;
  #limit = 0;
  #freeHead = NONE;
  #count = 0;
  #pathUnits = 0;
  #dataBytes = 0;
  #digest = 0;

  constructor() {
    super();
    this.#index = new PathIndex(this.chunks, this.data);
    const root = this.#take('/', NONE);
    this.#rehash(root);
  }

  /** Nodes, the root once. */
  get count(): number {
    return this.#count;
  }

  /** Sum of the lengths of paths and data, as `zk_approximate_data_size` counts. */
  get approximateSize(): number {
    return this.#pathUnits + this.#dataBytes;
  }

  /** Every handle in use is below this. */
  get limit(): number {
    return this.#limit;
  }

  /** Sum over all nodes but `/zookeeper/config`, whose content each server sets for itself (spec §2.4). */
  get digest(): number {
    return this.#digest;
  }

  /** @returns the handle, -1 when there is no such node */
  find(path: string): number {
    return path.length === 0 ? ROOT : this.#index.find(path);
  }

  /** {@link find} of an encoded path. @returns {@link UNDECIDED} where the bytes are not ASCII: decode them and use `find` */
  findBytes(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    return start === end ? ROOT : this.#index.findBytes(bytes, view, start, end);
  }

  isUsed(handle: number): boolean {
    return handle < this.#limit && this.parent(handle) !== FREE;
  }

  /** Adds a node, not yet present, as the last child of `parent`; the parent's own fields stay as they are. @returns its handle */
  create(parent: number, path: string, content: NodeContent, zxid: number, time: number): number {
    const h = this.#take(path, parent);
    this.link(parent, h);
    const c = this.chunks[h >> CHUNK_BITS]!;
    const i = (h & CHUNK_MASK) << ROW_BITS;
    this.#stamp(c, i, zxid, time);
    this.#putContent(c, i, content);
    this.#rehash(h);
    return h;
  }

  /** Makes a node that is present what {@link create} would have made of it; its children stay. */
  recreate(h: number, content: NodeContent, zxid: number, time: number): void {
    this.observer?.beforeChange(h);
    const c = this.chunks[h >> CHUNK_BITS]!;
    const i = (h & CHUNK_MASK) << ROW_BITS;
    this.#stamp(c, i, zxid, time);
    c.i32[i + VERSION] = 0;
    c.i32[i + CVERSION] = 0;
    c.i32[i + AVERSION] = 0;
    this.#putContent(c, i, content);
    this.#rehash(h);
  }

  /** Removes a node without children; the parent's own fields stay as they are. */
  remove(h: number): void {
    const parent = this.parent(h);
    this.observer?.beforeChange(h);
    const c = this.chunks[h >> CHUNK_BITS]!;
    const i = (h & CHUNK_MASK) << ROW_BITS;
    this.unlink(parent, c.i32[i + PREVIOUS]!, c.i32[i + NEXT]!);
    this.#index.remove(h);
    this.#digest = shiftDigest(this.#digest, c.i32[i + DIGEST]! >>> 0, 0);
    const length = c.i32[i + DATA_LENGTH]!;
    this.data.remove(c.i32[i + SLOT]!, length);
    if (length > 0) this.#dataBytes -= length;
    this.#pathUnits -= c.path[i >> ROW_BITS]!.length;
    this.acls.release(c.i32[i + ACL]!);
    c.path[i >> ROW_BITS] = '';
    c.i32[i + PARENT] = FREE;
    c.i32[i + NEXT] = this.#freeHead;
    this.#freeHead = h;
    this.#count -= 1;
  }

  /** @param length -1 for null */
  setData(
    h: number,
    source: ByteReader,
    start: number,
    length: number,
    version: number,
    zxid: number,
    time: number,
  ): void {
    if (this.observer !== null) this.observer.beforeChange(h);
    const c = this.chunks[h >> CHUNK_BITS]!;
    const i = (h & CHUNK_MASK) << ROW_BITS;
    this.#putData(c, i, source, start, length);
    c.i32[i + VERSION] = version;
    c.f64[(i >> 1) + MZXID] = zxid;
    c.f64[(i >> 1) + MTIME] = time;
    this.#rehash(h);
  }

  setAcl(h: number, acl: readonly Acl[], aversion: number): void {
    this.observer?.beforeChange(h);
    const c = this.chunks[h >> CHUNK_BITS]!;
    const i = (h & CHUNK_MASK) << ROW_BITS;
    const before = c.i32[i + ACL]!;
    c.i32[i + ACL] = this.acls.retain(acl);
    this.acls.release(before);
    c.i32[i + AVERSION] = aversion;
    this.#rehash(h);
  }

  /** What a create does to its parent: only ever upward, so that it may be done twice (zab-spec §4.2). */
  raiseChildren(h: number, cversion: number, zxid: number): void {
    const c = this.chunks[h >> CHUNK_BITS]!;
    const i = (h & CHUNK_MASK) << ROW_BITS;
    if (((cversion - c.i32[i + CVERSION]!) | 0) <= 0) return;
    this.observer?.beforeChange(h);
    c.i32[i + CVERSION] = cversion;
    c.f64[(i >> 1) + PZXID] = zxid;
    this.#rehash(h);
  }

  /** What a delete does to its parent. */
  raisePzxid(h: number, zxid: number): void {
    const c = this.chunks[h >> CHUNK_BITS]!;
    const i = (h & CHUNK_MASK) << ROW_BITS;
    if (zxid <= c.f64[(i >> 1) + PZXID]!) return;
    this.observer?.beforeChange(h);
    c.f64[(i >> 1) + PZXID] = zxid;
    this.#rehash(h);
  }

  /** For restoring: takes a handle for a path not yet present; everything else by {@link restore}. */
  reserve(parent: number, path: string): number {
    const h = this.#take(path, parent);
    this.link(parent, h);
    return h;
  }

  /** For restoring: fills a node from a snapshot's fields. */
  restore(h: number, content: NodeContent, stat: StoredStat): void {
    const c = this.chunks[h >> CHUNK_BITS]!;
    const i = (h & CHUNK_MASK) << ROW_BITS;
    c.f64[(i >> 1) + CZXID] = stat.czxid;
    c.f64[(i >> 1) + MZXID] = stat.mzxid;
    c.f64[(i >> 1) + PZXID] = stat.pzxid;
    c.f64[(i >> 1) + CTIME] = stat.ctime;
    c.f64[(i >> 1) + MTIME] = stat.mtime;
    c.i32[i + VERSION] = stat.version;
    c.i32[i + CVERSION] = stat.cversion;
    c.i32[i + AVERSION] = stat.aversion;
    this.#putContent(c, i, content);
    this.#rehash(h);
  }

  #take(path: string, parent: number): number {
    let h = this.#freeHead;
    if (h === NONE) {
      h = this.#limit;
      if (h >> CHUNK_BITS === this.chunks.length) this.chunks.push(new NodeChunk());
      this.observer?.beforeChange(h);
      this.#limit = h + 1;
    } else {
      this.observer?.beforeChange(h);
      this.#freeHead = this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + NEXT]!;
    }
    const c = this.chunks[h >> CHUNK_BITS]!;
    const i = (h & CHUNK_MASK) << ROW_BITS;
    c.path[i >> ROW_BITS] = path;
    c.i32[i + PENDING] = 0;
    c.i32[i + PARENT] = parent;
    c.i32[i + FIRST_CHILD] = NONE;
    c.i32[i + LAST_CHILD] = NONE;
    c.i32[i + NEXT] = NONE;
    c.i32[i + PREVIOUS] = NONE;
    c.i32[i + CHILD_COUNT] = 0;
    c.f64[(i >> 1) + CZXID] = 0;
    c.f64[(i >> 1) + MZXID] = 0;
    c.f64[(i >> 1) + PZXID] = 0;
    c.f64[(i >> 1) + CTIME] = 0;
    c.f64[(i >> 1) + MTIME] = 0;
    c.i32[i + VERSION] = 0;
    c.i32[i + CVERSION] = 0;
    c.i32[i + AVERSION] = 0;
    c.i32[i + OWNER_HI] = 0;
    c.i32[i + OWNER_LO] = 0;
    c.i32[i + ACL] = OPEN_ACL_ID;
    c.i32[i + TYPE] = 0;
    c.i32[i + SLOT] = 0;
    c.i32[i + DATA_LENGTH] = 0;
    c.i32[i + DATA_HASH] = 0;
    c.i32[i + DIGEST] = 0;
    this.#index.add(h, path);
    this.#pathUnits += path.length;
    this.#count += 1;
    return h;
  }

  #stamp(c: NodeChunk, i: number, zxid: number, time: number): void {
    c.f64[(i >> 1) + CZXID] = zxid;
    c.f64[(i >> 1) + MZXID] = zxid;
    c.f64[(i >> 1) + PZXID] = zxid;
    c.f64[(i >> 1) + CTIME] = time;
    c.f64[(i >> 1) + MTIME] = time;
  }

  #putContent(c: NodeChunk, i: number, content: NodeContent): void {
    this.#putData(c, i, content.source, content.dataStart, content.dataLength);
    const before = c.i32[i + ACL]!;
    c.i32[i + ACL] = this.acls.retain(content.acl);
    this.acls.release(before);
    c.i32[i + TYPE] = content.type;
    c.i32[i + OWNER_HI] = content.ownerHi;
    c.i32[i + OWNER_LO] = content.ownerLo;
  }

  #putData(c: NodeChunk, i: number, source: ByteReader, start: number, length: number): void {
    const before = c.i32[i + DATA_LENGTH]!;
    c.i32[i + SLOT] = this.data.replace(c.i32[i + SLOT]!, before, source.bytes, source.view, start, length);
    c.i32[i + DATA_LENGTH] = length;
    c.i32[i + DATA_HASH] = hashData(source.view, start, length);
    this.#dataBytes += Math.max(length, 0) - Math.max(before, 0);
  }

  #rehash(h: number): void {
    const c = this.chunks[h >> CHUNK_BITS]!;
    const i = (h & CHUNK_MASK) << ROW_BITS;
    const digest = c.path[i >> ROW_BITS] === CONFIG_PATH ? 0 : hashNode(c, i, this.acls.hashOf(c.i32[i + ACL]!));
    this.#digest = shiftDigest(this.#digest, c.i32[i + DIGEST]! >>> 0, digest);
    c.i32[i + DIGEST] = digest;
  }
}
