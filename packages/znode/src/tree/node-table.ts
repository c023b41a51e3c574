import type { ByteReader, ByteWriter } from '@quorate/interfaces';
import { type Acl, writeStatFields, writeString } from '@quorate/protocol';
import { AclTable, OPEN_ACL_ID } from './acl-table.js';
import { DataStore } from './data-store.js';
import { CHUNK_BITS, CHUNK_MASK, FREE, NONE, NodeChunk } from './node-chunk.js';
import { hashData, hashNode, shiftDigest } from './node-digest.js';
import { hashPath, PathIndex } from './path-index.js';

export const ROOT = 0;
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
export class NodeTable {
  readonly acls = new AclTable();
  observer: TreeObserver | null = null;
  readonly #chunks: NodeChunk[] = [];
  readonly #index: PathIndex;
  readonly #data = new DataStore();
  #limit = 0;
  #freeHead = NONE;
  #count = 0;
  #pathUnits = 0;
  #dataBytes = 0;
  #digest = 0;

  constructor() {
    this.#index = new PathIndex(this.#chunks);
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
  findBytes(bytes: Uint8Array, start: number, end: number): number {
    return start === end ? ROOT : this.#index.findBytes(bytes, start, end);
  }

  isUsed(handle: number): boolean {
    return handle < this.#limit && this.parent(handle) !== FREE;
  }

  parent(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.parent[h & CHUNK_MASK]!;
  }

  path(h: number): string {
    return this.#chunks[h >> CHUNK_BITS]!.path[h & CHUNK_MASK]!;
  }

  type(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.type[h & CHUNK_MASK]!;
  }

  version(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.version[h & CHUNK_MASK]!;
  }

  cversion(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.cversion[h & CHUNK_MASK]!;
  }

  aversion(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.aversion[h & CHUNK_MASK]!;
  }

  czxid(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.czxid[h & CHUNK_MASK]!;
  }

  mzxid(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.mzxid[h & CHUNK_MASK]!;
  }

  pzxid(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.pzxid[h & CHUNK_MASK]!;
  }

  ctime(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.ctime[h & CHUNK_MASK]!;
  }

  mtime(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.mtime[h & CHUNK_MASK]!;
  }

  ownerHi(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.ownerHi[h & CHUNK_MASK]!;
  }

  ownerLo(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.ownerLo[h & CHUNK_MASK]!;
  }

  childCount(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.childCount[h & CHUNK_MASK]!;
  }

  /** -1 for null. */
  dataLength(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.dataLength[h & CHUNK_MASK]!;
  }

  aclId(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.acl[h & CHUNK_MASK]!;
  }

  acl(h: number): readonly Acl[] {
    return this.acls.get(this.aclId(h));
  }

  /** -1 when it has none. */
  firstChild(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.firstChild[h & CHUNK_MASK]!;
  }

  /** -1 after the last one. */
  nextSibling(h: number): number {
    return this.#chunks[h >> CHUNK_BITS]!.next[h & CHUNK_MASK]!;
  }

  /** The 68 bytes of a Stat, as clients see it (T1). @param showsOwner whether ephemeralOwner is shown (T3) */
  writeStat(out: ByteWriter, h: number, showsOwner: boolean): void {
    const c = this.#chunks[h >> CHUNK_BITS]!;
    const i = h & CHUNK_MASK;
    const children = c.childCount[i]!;
    const length = c.dataLength[i]!;
    writeStatFields(
      out,
      c.czxid[i]!,
      c.mzxid[i]!,
      c.ctime[i]!,
      c.mtime[i]!,
      c.version[i]!,
      (c.cversion[i]! * 2 - children) | 0,
      c.aversion[i]!,
      showsOwner ? c.ownerHi[i]! : 0,
      showsOwner ? c.ownerLo[i]! : 0,
      Math.max(length, 0),
      children,
      c.pzxid[i]!,
    );
  }

  /** The data as a jute buffer. */
  writeData(out: ByteWriter, h: number): void {
    const c = this.#chunks[h >> CHUNK_BITS]!;
    const i = h & CHUNK_MASK;
    const length = c.dataLength[i]!;
    out.i32(length);
    this.#data.writeTo(out, c.slot[i]!, length);
  }

  /** The children's names as a jute vector, in the order in which they came. */
  writeChildren(out: ByteWriter, h: number): void {
    const prefix = h === ROOT ? 1 : this.path(h).length + 1;
    out.i32(this.childCount(h));
    for (let child = this.firstChild(h); child !== NONE; child = this.nextSibling(child)) {
      writeString(out, this.path(child).slice(prefix));
    }
  }

  /** Adds a node, not yet present, as the last child of `parent`; the parent's own fields stay as they are. @returns its handle */
  create(parent: number, path: string, content: NodeContent, zxid: number, time: number): number {
    const h = this.#take(path, parent);
    this.#link(parent, h);
    const c = this.#chunks[h >> CHUNK_BITS]!;
    const i = h & CHUNK_MASK;
    c.czxid[i] = zxid;
    c.mzxid[i] = zxid;
    c.pzxid[i] = zxid;
    c.ctime[i] = time;
    c.mtime[i] = time;
    this.#putContent(c, i, content);
    this.#rehash(h);
    return h;
  }

  /** Makes a node that is present what {@link create} would have made of it; its children stay. */
  recreate(h: number, content: NodeContent, zxid: number, time: number): void {
    this.observer?.beforeChange(h);
    const c = this.#chunks[h >> CHUNK_BITS]!;
    const i = h & CHUNK_MASK;
    c.czxid[i] = zxid;
    c.mzxid[i] = zxid;
    c.pzxid[i] = zxid;
    c.ctime[i] = time;
    c.mtime[i] = time;
    c.version[i] = 0;
    c.cversion[i] = 0;
    c.aversion[i] = 0;
    this.#putContent(c, i, content);
    this.#rehash(h);
  }

  /** Removes a node without children; the parent's own fields stay as they are. */
  remove(h: number): void {
    const parent = this.parent(h);
    this.observer?.beforeChange(h);
    const c = this.#chunks[h >> CHUNK_BITS]!;
    const i = h & CHUNK_MASK;
    this.#unlink(parent, c.previous[i]!, c.next[i]!);
    this.#index.remove(h);
    this.#digest = shiftDigest(this.#digest, c.digest[i]!, 0);
    const length = c.dataLength[i]!;
    this.#data.remove(c.slot[i]!, length);
    if (length > 0) this.#dataBytes -= length;
    this.#pathUnits -= c.path[i]!.length;
    this.acls.release(c.acl[i]!);
    c.path[i] = '';
    c.parent[i] = FREE;
    c.next[i] = this.#freeHead;
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
    const c = this.#chunks[h >> CHUNK_BITS]!;
    const i = h & CHUNK_MASK;
    this.#putData(c, i, source, start, length);
    c.version[i] = version;
    c.mzxid[i] = zxid;
    c.mtime[i] = time;
    this.#rehash(h);
  }

  setAcl(h: number, acl: readonly Acl[], aversion: number): void {
    this.observer?.beforeChange(h);
    const c = this.#chunks[h >> CHUNK_BITS]!;
    const i = h & CHUNK_MASK;
    const before = c.acl[i]!;
    c.acl[i] = this.acls.retain(acl);
    this.acls.release(before);
    c.aversion[i] = aversion;
    this.#rehash(h);
  }

  /** What a create does to its parent: only ever upward, so that it may be done twice (zab-spec §4.2). */
  raiseChildren(h: number, cversion: number, zxid: number): void {
    const c = this.#chunks[h >> CHUNK_BITS]!;
    const i = h & CHUNK_MASK;
    if (((cversion - c.cversion[i]!) | 0) <= 0) return;
    this.observer?.beforeChange(h);
    c.cversion[i] = cversion;
    c.pzxid[i] = zxid;
    this.#rehash(h);
  }

  /** What a delete does to its parent. */
  raisePzxid(h: number, zxid: number): void {
    const c = this.#chunks[h >> CHUNK_BITS]!;
    const i = h & CHUNK_MASK;
    if (zxid <= c.pzxid[i]!) return;
    this.observer?.beforeChange(h);
    c.pzxid[i] = zxid;
    this.#rehash(h);
  }

  /** For restoring: takes a handle for a path not yet present; everything else by {@link restore}. */
  reserve(parent: number, path: string): number {
    const h = this.#take(path, parent);
    this.#link(parent, h);
    return h;
  }

  /** For restoring: fills a node from a snapshot's fields. */
  restore(h: number, content: NodeContent, stat: StoredStat): void {
    const c = this.#chunks[h >> CHUNK_BITS]!;
    const i = h & CHUNK_MASK;
    c.czxid[i] = stat.czxid;
    c.mzxid[i] = stat.mzxid;
    c.pzxid[i] = stat.pzxid;
    c.ctime[i] = stat.ctime;
    c.mtime[i] = stat.mtime;
    c.version[i] = stat.version;
    c.cversion[i] = stat.cversion;
    c.aversion[i] = stat.aversion;
    this.#putContent(c, i, content);
    this.#rehash(h);
  }

  #take(path: string, parent: number): number {
    let h = this.#freeHead;
    if (h === NONE) {
      h = this.#limit;
      if (h >> CHUNK_BITS === this.#chunks.length) this.#chunks.push(new NodeChunk());
      this.observer?.beforeChange(h);
      this.#limit = h + 1;
    } else {
      this.observer?.beforeChange(h);
      this.#freeHead = this.#chunks[h >> CHUNK_BITS]!.next[h & CHUNK_MASK]!;
    }
    const c = this.#chunks[h >> CHUNK_BITS]!;
    const i = h & CHUNK_MASK;
    c.path[i] = path;
    c.pathHash[i] = hashPath(path);
    c.parent[i] = parent;
    c.firstChild[i] = NONE;
    c.lastChild[i] = NONE;
    c.next[i] = NONE;
    c.previous[i] = NONE;
    c.childCount[i] = 0;
    c.czxid[i] = 0;
    c.mzxid[i] = 0;
    c.pzxid[i] = 0;
    c.ctime[i] = 0;
    c.mtime[i] = 0;
    c.version[i] = 0;
    c.cversion[i] = 0;
    c.aversion[i] = 0;
    c.ownerHi[i] = 0;
    c.ownerLo[i] = 0;
    c.acl[i] = OPEN_ACL_ID;
    c.type[i] = 0;
    c.slot[i] = 0;
    c.dataLength[i] = 0;
    c.dataHash[i] = 0;
    c.digest[i] = 0;
    this.#index.add(h);
    this.#pathUnits += path.length;
    this.#count += 1;
    return h;
  }

  #link(parent: number, h: number): void {
    const p = this.#chunks[parent >> CHUNK_BITS]!;
    const at = parent & CHUNK_MASK;
    const last = p.lastChild[at]!;
    if (last === NONE) p.firstChild[at] = h;
    else this.#chunks[last >> CHUNK_BITS]!.next[last & CHUNK_MASK] = h;
    this.#chunks[h >> CHUNK_BITS]!.previous[h & CHUNK_MASK] = last;
    p.lastChild[at] = h;
    p.childCount[at] = p.childCount[at]! + 1;
  }

  #unlink(parent: number, previous: number, next: number): void {
    const p = this.#chunks[parent >> CHUNK_BITS]!;
    const at = parent & CHUNK_MASK;
    if (previous === NONE) p.firstChild[at] = next;
    else this.#chunks[previous >> CHUNK_BITS]!.next[previous & CHUNK_MASK] = next;
    if (next === NONE) p.lastChild[at] = previous;
    else this.#chunks[next >> CHUNK_BITS]!.previous[next & CHUNK_MASK] = previous;
    p.childCount[at] = p.childCount[at]! - 1;
  }

  #putContent(c: NodeChunk, i: number, content: NodeContent): void {
    this.#putData(c, i, content.source, content.dataStart, content.dataLength);
    const before = c.acl[i]!;
    c.acl[i] = this.acls.retain(content.acl);
    this.acls.release(before);
    c.type[i] = content.type;
    c.ownerHi[i] = content.ownerHi;
    c.ownerLo[i] = content.ownerLo;
  }

  #putData(c: NodeChunk, i: number, source: ByteReader, start: number, length: number): void {
    const before = c.dataLength[i]!;
    c.slot[i] = this.#data.replace(c.slot[i]!, before, source.bytes, start, length);
    c.dataLength[i] = length;
    c.dataHash[i] = hashData(source.view, start, length);
    this.#dataBytes += Math.max(length, 0) - Math.max(before, 0);
  }

  #rehash(h: number): void {
    const c = this.#chunks[h >> CHUNK_BITS]!;
    const i = h & CHUNK_MASK;
    const digest = c.path[i] === CONFIG_PATH ? 0 : hashNode(c, i, this.acls.hashOf(c.acl[i]!));
    this.#digest = shiftDigest(this.#digest, c.digest[i]!, digest);
    c.digest[i] = digest;
  }
}
