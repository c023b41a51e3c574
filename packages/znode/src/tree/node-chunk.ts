/** Handles per chunk: columns grow a chunk at a time, so that nothing is ever copied as the tree grows. */
export const CHUNK_BITS = 10;
export const CHUNK_SIZE = 1 << CHUNK_BITS;
export const CHUNK_MASK = CHUNK_SIZE - 1;

/** No node: the end of a chain of siblings, the parent of the root. */
export const NONE = -1;
/** In the parent column: this handle is free. */
export const FREE = -2;

/** The columns of {@link CHUNK_SIZE} nodes. */
export class NodeChunk {
  readonly czxid = new Float64Array(CHUNK_SIZE);
  readonly mzxid = new Float64Array(CHUNK_SIZE);
  readonly pzxid = new Float64Array(CHUNK_SIZE);
  readonly ctime = new Float64Array(CHUNK_SIZE);
  readonly mtime = new Float64Array(CHUNK_SIZE);
  readonly version = new Int32Array(CHUNK_SIZE);
  /** Counts creates of children only (T1). */
  readonly cversion = new Int32Array(CHUNK_SIZE);
  readonly aversion = new Int32Array(CHUNK_SIZE);
  readonly ownerHi = new Int32Array(CHUNK_SIZE);
  readonly ownerLo = new Int32Array(CHUNK_SIZE);
  readonly acl = new Int32Array(CHUNK_SIZE);
  /** Index of the node's type in the registry. */
  readonly type = new Uint8Array(CHUNK_SIZE);
  readonly parent = new Int32Array(CHUNK_SIZE).fill(FREE);
  readonly firstChild = new Int32Array(CHUNK_SIZE);
  readonly lastChild = new Int32Array(CHUNK_SIZE);
  /** Next sibling; of a free handle, the next free one. */
  readonly next = new Int32Array(CHUNK_SIZE);
  readonly previous = new Int32Array(CHUNK_SIZE);
  readonly childCount = new Int32Array(CHUNK_SIZE);
  /** Where the data store keeps the data. */
  readonly slot = new Int32Array(CHUNK_SIZE);
  /** Bytes of data, -1 for null (T4). */
  readonly dataLength = new Int32Array(CHUNK_SIZE);
  readonly dataHash = new Int32Array(CHUNK_SIZE);
  readonly pathHash = new Int32Array(CHUNK_SIZE);
  /** The node's part of the digest, unsigned. */
  readonly digest = new Uint32Array(CHUNK_SIZE);
  readonly path: string[] = new Array<string>(CHUNK_SIZE).fill('');
}
