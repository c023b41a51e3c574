/** Handles per chunk: rows are added a chunk at a time, so that nothing is ever copied as the tree grows. */
export const CHUNK_BITS = 10;
export const CHUNK_SIZE = 1 << CHUNK_BITS;
export const CHUNK_MASK = CHUNK_SIZE - 1;

/** No node: the end of a chain of siblings, the parent of the root. */
export const NONE = -1;
/** In the parent column: this handle is free. */
export const FREE = -2;

/*
 * A node is one row of 128 bytes, two cache lines: 5 doubles, then 32-bit integers. (One array per field costs a cache
 * miss per field, and a Stat has eleven.) Row r begins at index r << ROW_BITS of `i32`, at half of that in `f64`.
 */

export const ROW_BITS = 5;

/** Columns of `f64`, relative to the row's beginning there. */
export const CZXID = 0;
export const MZXID = 1;
export const PZXID = 2;
export const CTIME = 3;
export const MTIME = 4;

/** Columns of `i32`, relative to the row's beginning there. */
export const PATH_HASH = 10;
/** Bytes of data, -1 for null (T4). */
export const DATA_LENGTH = 11;
/** Where the data store keeps the data. */
export const SLOT = 12;
export const ACL = 13;
/** Index of the node's type in the registry. */
export const TYPE = 14;
export const CHILD_COUNT = 15;
export const VERSION = 16;
/** Counts creates of children only (T1). */
export const CVERSION = 17;
export const AVERSION = 18;
export const OWNER_HI = 19;
export const OWNER_LO = 20;
export const DATA_HASH = 21;
/** The node's part of the digest. */
export const DIGEST = 22;
export const PARENT = 23;
export const FIRST_CHILD = 24;
export const LAST_CHILD = 25;
/** Next sibling; of a free handle, the next free one. */
export const NEXT = 26;
export const PREVIOUS = 27;
/** Where the data store keeps the encoded path, and its bytes. */
export const PATH_SLOT = 28;
export const PATH_LENGTH = 29;
/** Number of the latest change that is proposed and not yet applied, plus 1; 0 for none. */
export const PENDING = 30;

/** {@link CHUNK_SIZE} rows. */
export class NodeChunk {
  readonly f64: Float64Array;
  readonly i32: Int32Array;
  readonly path: string[] = new Array<string>(CHUNK_SIZE).fill('');

  constructor() {
    const rows = new ArrayBuffer(CHUNK_SIZE << (ROW_BITS + 2));
    this.f64 = new Float64Array(rows);
    this.i32 = new Int32Array(rows);
    for (let i = 0; i < this.i32.length; i += 1 << ROW_BITS) this.i32[i + PARENT] = FREE;
  }
}
