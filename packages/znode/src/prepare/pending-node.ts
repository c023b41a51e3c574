import { type Acl, OPEN_ACL_UNSAFE } from '@quorate/protocol';
import type { NodeView } from '../node-types/node-type.js';
import type { NodeTable } from '../tree/node-table.js';
import { Layer } from './layers.js';

/** A node as it will be after a txn. */
export class PendingNode extends Layer<PendingNode> implements NodeView {
  /** How the tree refers to this record; 0 for one that is no proposed change. */
  readonly number: number;
  path = '';
  /** Of the node in the applied tree, -1 while it is not there. Right for the latest change of a node only. */
  handle = -1;
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

  constructor(number = 0) {
    super();
    this.number = number;
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
    this.path = tree.path(handle);
    this.handle = handle;
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
