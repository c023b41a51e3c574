import type { ByteReader } from '@quorate/interfaces';
import { readString } from '@quorate/protocol';
import type { NodeTable } from './node-table.js';
import { UNDECIDED } from './path-index.js';

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

  constructor(tree: NodeTable) {
    this.#tree = tree;
  }

  /** Reads a path; `r` stands behind it afterwards. @throws QuorateError `SHORT_READ` */
  read(r: ByteReader): void {
    const tree = this.#tree;
    const handle = this.#findNext(r);
    if (handle >= 0) {
      this.handle = handle;
      this.path = tree.path(handle);
      return;
    }
    const path = readString(r);
    this.path = path;
    this.handle = handle === UNDECIDED && path !== null ? tree.find(path) : -1;
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
