import type { ByteReader } from '@quorate/interfaces';
import { readString } from '@quorate/protocol';
import { ROOT } from './node-rows.js';
import type { NodeTable } from './node-table.js';
import { UNDECIDED } from './path-index.js';

const SLASH = 0x2f;

/**
 * Reads paths from requests and txns and finds their nodes. The path of a node that exists is the tree's own string, so
 * that a request for it makes none, and tables keyed by path find it by a hash computed once.
 */
export class PathReader {
  /** Handle of the path last read, -1 when there is no such node. */
  handle = -1;
  /** Null as it may come over the wire. */
  path: string | null = null;
  readonly #tree: NodeTable;
  /** Where the path last read is encoded, while its bytes are valid. */
  #reader: ByteReader | undefined = undefined;
  #start = 0;
  #end = 0;

  constructor(tree: NodeTable) {
    this.#tree = tree;
  }

  /** Reads a path; `r` stands behind it afterwards. @throws QuorateError `SHORT_READ` */
  read(r: ByteReader): void {
    const tree = this.#tree;
    this.#reader = r;
    this.#start = r.offset + 4;
    const handle = this.#findNext(r);
    if (handle >= 0) {
      this.handle = handle;
      this.path = tree.path(handle);
      return;
    }
    const path = readString(r);
    this.#end = r.offset;
    this.path = path;
    this.handle = handle === UNDECIDED && path !== null ? tree.find(path) : -1;
  }

  /**
   * Handle of the node above the path last read, -1 when there is none; the root is its own parent. To be called before
   * `r` moves to other bytes.
   */
  parent(): number {
    const tree = this.#tree;
    if (this.handle >= 0) return this.handle === ROOT ? ROOT : tree.parent(this.handle);
    const r = this.#reader;
    const path = this.path;
    if (r === undefined || path === null) return -1;
    const { bytes } = r;
    let slash = this.#end - 1;
    while (slash > this.#start && bytes[slash] !== SLASH) slash -= 1;
    const found = tree.findBytes(bytes, r.view, this.#start, slash);
    return found === UNDECIDED ? tree.find(parentPathOf(path)) : found;
  }

  /** Only a hit moves the reader. */
  #findNext(r: ByteReader): number {
    const at = r.offset;
    if (at + 4 > r.end) return -1;
    const length = r.view.getInt32(at);
    if (length < 0 || length > r.end - at - 4) return -1;
    const handle = this.#tree.findBytes(r.bytes, r.view, at + 4, at + 4 + length);
    if (handle >= 0) r.offset = at + 4 + length;
    return handle;
  }
}

/** The path one level up, `/` where it would be empty: `/` is its own parent. */
export function parentPathOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash > 0 ? path.slice(0, slash) : '/';
}
