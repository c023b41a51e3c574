import { ByteReader, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import { emptyTxnHeader, OPEN_ACL_UNSAFE, type TxnHeader } from '@quorate/protocol';
import type { SessionListener } from '../api.js';
import type { CreateInfo, NodeType, OwnerBits } from '../node-types/node-type.js';
import type { NodeOverlay } from '../prepare/node-overlay.js';
import { PendingNode } from '../prepare/pending-node.js';
import type { SharedState } from '../shared-state.js';
import type { NodeContent } from '../tree/node-table.js';
import { PathReader } from '../tree/path-reader.js';
import { type CreateRecord, emptyCreateRecord } from '../txn/create-record.js';
import { ReusedTxnResult } from './txn-result.js';

/** What operations apply a txn with: the state, the txn's header, and the changes that touch more than one table. */
export class ApplyScope {
  readonly state: SharedState;
  readonly result: ReusedTxnResult;
  readonly header: TxnHeader = emptyTxnHeader();
  readonly path: PathReader;
  /** For the records inside a multi. */
  readonly sub = new ByteReader();
  /** For creates. */
  readonly record: CreateRecord = emptyCreateRecord();
  readonly info: { -readonly [K in keyof CreateInfo]: CreateInfo[K] } = {
    path: '',
    clientHi: 0,
    clientLo: 0,
    ttl: -1,
    dataLength: 0,
    time: 0,
  };
  readonly bits: OwnerBits = { hi: 0, lo: 0 };
  readonly content: NodeContent = {
    source: this.sub,
    dataStart: 0,
    dataLength: 0,
    acl: OPEN_ACL_UNSAFE,
    type: 0,
    ownerHi: 0,
    ownerLo: 0,
  };
  sessionListener: SessionListener | undefined = undefined;
  zxid: Zxid = ZXID_ZERO;
  readonly #overlay: NodeOverlay;
  readonly #view = new PendingNode();

  /** @param overlay hears of nodes that come and go */
  constructor(state: SharedState, overlay: NodeOverlay) {
    this.state = state;
    this.#overlay = overlay;
    this.result = new ReusedTxnResult(state.tree, state.types);
    this.path = new PathReader(state.tree);
  }

  /**
   * Makes a node and tells its watchers. One that is there already is made anew in place, so that a txn may be applied twice.
   * @param parentCversion the parent's count of creates after this one
   * @returns the node's handle
   */
  createNode(path: string, known: number, parent: number, content: NodeContent, parentCversion: number): number {
    const { tree, watches } = this.state;
    const { time } = this.header;
    let handle = known;
    if (handle >= 0) {
      this.#forget(handle);
      tree.recreate(handle, content, this.zxid, time);
    } else {
      handle = tree.create(parent, path, content, this.zxid, time);
      if (this.#overlay.count > 0) this.#overlay.nodeCreated(path, handle);
    }
    tree.raiseChildren(parent, parentCversion, this.zxid);
    const type = this.state.types.get(content.type);
    if (type.sessionBound) this.state.sessions.bind(content.ownerHi, content.ownerLo, handle);
    if (type.sweepAt !== undefined) this.#schedule(handle, type);
    if (watches.size > 0) {
      watches.created(tree.path(handle), tree.acl(handle), tree.path(parent), tree.acl(parent), this.zxid);
    }
    return handle;
  }

  /** Removes a node, with whatever is below it (which a right history never has), and tells the watchers. */
  deleteNode(handle: number): void {
    const { tree, watches, types } = this.state;
    for (let child = tree.firstChild(handle); child >= 0; child = tree.firstChild(handle)) this.deleteNode(child);
    const parent = tree.parent(handle);
    if (parent < 0) return;
    const path = tree.path(handle);
    const acl = tree.acl(handle);
    this.#forget(handle);
    if (this.#overlay.count > 0) this.#overlay.nodeRemoved(path, handle);
    tree.remove(handle);
    tree.raisePzxid(parent, this.zxid);
    const parentType = types.get(tree.type(parent));
    if (parentType.sweepAt !== undefined && tree.childCount(parent) === 0) this.#schedule(parent, parentType);
    if (watches.size > 0) watches.deleted(path, acl, tree.path(parent), tree.acl(parent), this.zxid);
  }

  /** To be called after a node's data changed. */
  dataChanged(handle: number): void {
    const { tree, watches, types } = this.state;
    const type = types.get(tree.type(handle));
    if (type.sweepAt !== undefined && tree.childCount(handle) === 0) this.#schedule(handle, type);
    if (watches.size > 0) watches.dataChanged(tree.path(handle), tree.acl(handle), this.zxid);
  }

  /** What other tables know of a node that goes or is made anew. */
  #forget(handle: number): void {
    const { tree, types, sessions, sweeps } = this.state;
    const type = types.get(tree.type(handle));
    if (type.sessionBound) sessions.unbind(tree.ownerHi(handle), tree.ownerLo(handle), handle);
    if (type.sweepAt !== undefined) sweeps.remove(handle);
  }

  #schedule(handle: number, type: NodeType): void {
    this.#view.fillFrom(this.state.tree, handle);
    this.state.sweeps.set(handle, type.sweepAt!(this.#view));
  }
}
