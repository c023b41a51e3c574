import type { ByteWriter } from '@quorate/interfaces';
import { type Acl, writeStatFields, writeString } from '@quorate/protocol';
import { AclTable } from './acl-table.js';
import { DataStore } from './data-store.js';
import {
  ACL,
  AVERSION,
  CHILD_COUNT,
  CHUNK_BITS,
  CHUNK_MASK,
  CTIME,
  CVERSION,
  CZXID,
  DATA_LENGTH,
  FIRST_CHILD,
  LAST_CHILD,
  MTIME,
  MZXID,
  NEXT,
  NONE,
  type NodeChunk,
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

/** The root's handle. */
export const ROOT = 0;

/** The rows of a tree's nodes, as they are read, and how they hang together. Every handle given must be in use. */
export class NodeRows {
  readonly acls = new AclTable();
  protected readonly chunks: NodeChunk[] = [];
  protected readonly data = new DataStore();

  parent(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + PARENT]!;
  }

  path(h: number): string {
    return this.chunks[h >> CHUNK_BITS]!.path[h & CHUNK_MASK]!;
  }

  type(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + TYPE]!;
  }

  version(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + VERSION]!;
  }

  cversion(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + CVERSION]!;
  }

  aversion(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + AVERSION]!;
  }

  czxid(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.f64[((h & CHUNK_MASK) << (ROW_BITS - 1)) + CZXID]!;
  }

  mzxid(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.f64[((h & CHUNK_MASK) << (ROW_BITS - 1)) + MZXID]!;
  }

  pzxid(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.f64[((h & CHUNK_MASK) << (ROW_BITS - 1)) + PZXID]!;
  }

  ctime(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.f64[((h & CHUNK_MASK) << (ROW_BITS - 1)) + CTIME]!;
  }

  mtime(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.f64[((h & CHUNK_MASK) << (ROW_BITS - 1)) + MTIME]!;
  }

  ownerHi(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + OWNER_HI]!;
  }

  ownerLo(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + OWNER_LO]!;
  }

  childCount(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + CHILD_COUNT]!;
  }

  /** -1 for null. */
  dataLength(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + DATA_LENGTH]!;
  }

  /** What {@link setPending} set; 0 for a new node. */
  pending(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + PENDING]!;
  }

  /** Keeps a number with a node for whoever remembers proposed changes; it is no part of the state. */
  setPending(h: number, number: number): void {
    this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + PENDING] = number;
  }

  aclId(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + ACL]!;
  }

  acl(h: number): readonly Acl[] {
    return this.acls.get(this.aclId(h));
  }

  /** -1 when it has none. */
  firstChild(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + FIRST_CHILD]!;
  }

  /** -1 after the last one. */
  nextSibling(h: number): number {
    return this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + NEXT]!;
  }

  /** The 68 bytes of a Stat, as clients see it (T1). @param showsOwner whether ephemeralOwner is shown (T3) */
  writeStat(out: ByteWriter, h: number, showsOwner: boolean): void {
    const c = this.chunks[h >> CHUNK_BITS]!;
    const i = (h & CHUNK_MASK) << ROW_BITS;
    const children = c.i32[i + CHILD_COUNT]!;
    const length = c.i32[i + DATA_LENGTH]!;
    writeStatFields(
      out,
      c.f64[(i >> 1) + CZXID]!,
      c.f64[(i >> 1) + MZXID]!,
      c.f64[(i >> 1) + CTIME]!,
      c.f64[(i >> 1) + MTIME]!,
      c.i32[i + VERSION]!,
      (c.i32[i + CVERSION]! * 2 - children) | 0,
      c.i32[i + AVERSION]!,
      showsOwner ? c.i32[i + OWNER_HI]! : 0,
      showsOwner ? c.i32[i + OWNER_LO]! : 0,
      Math.max(length, 0),
      children,
      c.f64[(i >> 1) + PZXID]!,
    );
  }

  /** The data as a jute buffer. */
  writeData(out: ByteWriter, h: number): void {
    const c = this.chunks[h >> CHUNK_BITS]!;
    const i = (h & CHUNK_MASK) << ROW_BITS;
    const length = c.i32[i + DATA_LENGTH]!;
    out.i32(length);
    this.data.writeTo(out, c.i32[i + SLOT]!, length);
  }

  /** The children's names as a jute vector, in the order in which they came. */
  writeChildren(out: ByteWriter, h: number): void {
    const prefix = h === ROOT ? 1 : this.path(h).length + 1;
    out.i32(this.childCount(h));
    for (let child = this.firstChild(h); child !== NONE; child = this.nextSibling(child)) {
      writeString(out, this.path(child).slice(prefix));
    }
  }

  protected link(parent: number, h: number): void {
    const p = this.chunks[parent >> CHUNK_BITS]!;
    const at = (parent & CHUNK_MASK) << ROW_BITS;
    const last = p.i32[at + LAST_CHILD]!;
    if (last === NONE) p.i32[at + FIRST_CHILD] = h;
    else this.chunks[last >> CHUNK_BITS]!.i32[((last & CHUNK_MASK) << ROW_BITS) + NEXT] = h;
    this.chunks[h >> CHUNK_BITS]!.i32[((h & CHUNK_MASK) << ROW_BITS) + PREVIOUS] = last;
    p.i32[at + LAST_CHILD] = h;
    p.i32[at + CHILD_COUNT] = p.i32[at + CHILD_COUNT]! + 1;
  }

  protected unlink(parent: number, previous: number, next: number): void {
    const p = this.chunks[parent >> CHUNK_BITS]!;
    const at = (parent & CHUNK_MASK) << ROW_BITS;
    if (previous === NONE) p.i32[at + FIRST_CHILD] = next;
    else this.chunks[previous >> CHUNK_BITS]!.i32[((previous & CHUNK_MASK) << ROW_BITS) + NEXT] = next;
    if (next === NONE) p.i32[at + LAST_CHILD] = previous;
    else this.chunks[next >> CHUNK_BITS]!.i32[((next & CHUNK_MASK) << ROW_BITS) + PREVIOUS] = previous;
    p.i32[at + CHILD_COUNT] = p.i32[at + CHILD_COUNT]! - 1;
  }
}
