import { type Acl, OPEN_ACL_UNSAFE } from '@quorate/protocol';
import type { NodeView } from '../node-types/node-type.js';
import type { NodeTable } from '../tree/node-table.js';
import { Layer, Layers } from './layers.js';

/** A node as it will be after a txn; `key` is its path. */
export class PendingNode extends Layer<string, PendingNode> implements NodeView {
  exists = false;
  /** This very change creates a node that goes with its session. */
  binds = false;
  /** Index of its type. */
  type = 0;
  version = 0;
  cversion = 0;
  aversion = 0;
  childCount = 0;
  mtime = 0;
  ownerHi = 0;
  ownerLo = 0;
  acl: readonly Acl[] = OPEN_ACL_UNSAFE;

  get path(): string {
    return this.key;
  }

  copyFrom(other: PendingNode): void {
    this.exists = other.exists;
    this.type = other.type;
    this.version = other.version;
    this.cversion = other.cversion;
    this.aversion = other.aversion;
    this.childCount = other.childCount;
    this.mtime = other.mtime;
    this.ownerHi = other.ownerHi;
    this.ownerLo = other.ownerLo;
    this.acl = other.acl;
  }

  fillFrom(tree: NodeTable, handle: number): void {
    this.key = tree.path(handle);
    this.exists = true;
    this.type = tree.type(handle);
    this.version = tree.version(handle);
    this.cversion = tree.cversion(handle);
    this.aversion = tree.aversion(handle);
    this.childCount = tree.childCount(handle);
    this.mtime = tree.mtime(handle);
    this.ownerHi = tree.ownerHi(handle);
    this.ownerLo = tree.ownerLo(handle);
    this.acl = tree.acl(handle);
  }
}

/** The tree as it will be once everything proposed is applied. */
export class NodeOverlay {
  readonly layers: Layers<string, PendingNode>;
  readonly #tree: NodeTable;
  #bindings = 0;

  constructor(tree: NodeTable) {
    this.#tree = tree;
    this.layers = new Layers<string, PendingNode>(
      (path) => new PendingNode(path),
      (record) => {
        if (record.binds) this.#bindings -= 1;
      },
    );
  }

  /** Pending creates of nodes that go with their session. */
  get bindings(): number {
    return this.#bindings;
  }

  /**
   * @param handle of the path in the applied tree, -1 when it is not there
   * @param scratch filled and returned where nothing is pending
   * @returns undefined when there will be no such node; not to be changed
   */
  current(path: string, handle: number, scratch: PendingNode): PendingNode | undefined {
    const pending = this.layers.latest(path);
    if (pending !== undefined) return pending.exists ? pending : undefined;
    if (handle < 0) return undefined;
    scratch.fillFrom(this.#tree, handle);
    return scratch;
  }

  /** Adds a change of the node; the record begins as a copy of `before` and is the caller's to change. */
  change(before: PendingNode, zxid: number): PendingNode {
    const record = this.layers.push(before.key, zxid);
    record.copyFrom(before);
    record.binds = false;
    return record;
  }

  /** Adds a new node; the caller sets what is not 0, empty or open to all. @param type its index */
  create(path: string, zxid: number, type: number, sessionBound: boolean): PendingNode {
    const record = this.layers.push(path, zxid);
    record.exists = true;
    record.binds = sessionBound;
    if (sessionBound) this.#bindings += 1;
    record.type = type;
    record.version = 0;
    record.cversion = 0;
    record.aversion = 0;
    record.childCount = 0;
    record.mtime = 0;
    record.ownerHi = 0;
    record.ownerLo = 0;
    record.acl = OPEN_ACL_UNSAFE;
    return record;
  }
}
