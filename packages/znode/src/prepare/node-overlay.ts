import { OPEN_ACL_UNSAFE } from '@quorate/protocol';
import type { NodeTable } from '../tree/node-table.js';
import { Layers } from './layers.js';
import { PendingNode } from './pending-node.js';

/**
 * The tree as it will be once everything proposed is applied. The latest change of a node that is in the tree is kept
 * with the node; of one that is not, by path. `nodeCreated` and `nodeRemoved` move it from one place to the other.
 */
export class NodeOverlay extends Layers<PendingNode> {
  readonly #tree: NodeTable;
  /** Every record there is, by its number less 1. */
  readonly #records: PendingNode[] = [];
  readonly #absent = new Map<string, PendingNode>();
  #bindings = 0;

  constructor(tree: NodeTable) {
    super();
    this.#tree = tree;
  }

  /** Pending creates of nodes that go with their session. */
  get bindings(): number {
    return this.#bindings;
  }

  /** @param handle of the path in the applied tree, -1 when it is not there */
  latest(path: string, handle: number): PendingNode | undefined {
    if (handle < 0) return this.#absent.size === 0 ? undefined : this.#absent.get(path);
    const number = this.#tree.pending(handle);
    return number === 0 ? undefined : this.#records[number - 1];
  }

  /**
   * @param handle as of {@link latest}
   * @param scratch filled and returned where nothing is pending
   * @returns undefined when there will be no such node; not to be changed
   */
  current(path: string, handle: number, scratch: PendingNode): PendingNode | undefined {
    const pending = this.latest(path, handle);
    if (pending !== undefined) return pending.exists ? pending : undefined;
    if (handle < 0) return undefined;
    scratch.fillFrom(this.#tree, handle);
    return scratch;
  }

  /** Adds a change of the node; the record begins as a copy of `before` and is the caller's to change. */
  change(before: PendingNode, zxid: number): PendingNode {
    const record = this.#push(before.path, before.handle, before.number === 0 ? undefined : before, zxid);
    record.copyFrom(before);
    record.binds = false;
    return record;
  }

  /** Adds a new node; the caller sets what is not 0, empty or open to all. @param type its index */
  create(path: string, handle: number, zxid: number, type: number, sessionBound: boolean): PendingNode {
    const record = this.#push(path, handle, this.latest(path, handle), zxid);
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

  /** The applied tree has a new node. */
  nodeCreated(path: string, handle: number): void {
    if (this.#absent.size === 0) return;
    const record = this.#absent.get(path);
    if (record === undefined) return;
    this.#absent.delete(path);
    this.#place(record, handle);
  }

  /** A node is about to leave the applied tree. */
  nodeRemoved(path: string, handle: number): void {
    const number = this.#tree.pending(handle);
    if (number === 0) return;
    this.#tree.setPending(handle, 0);
    this.#records[number - 1]!.path = path;
    this.#place(this.#records[number - 1]!, -1);
  }

  protected override make(): PendingNode {
    const record = new PendingNode(this.#records.length + 1);
    this.#records.push(record);
    return record;
  }

  protected override forget(record: PendingNode): void {
    if (record.handle < 0) this.#absent.delete(record.path);
    else this.#tree.setPending(record.handle, 0);
  }

  protected override uncover(older: PendingNode, record: PendingNode): void {
    this.#place(older, record.handle);
  }

  protected override left(record: PendingNode): void {
    if (record.binds) this.#bindings -= 1;
    record.binds = false;
  }

  #push(path: string, handle: number, older: PendingNode | undefined, zxid: number): PendingNode {
    const record = this.obtain();
    record.path = path;
    this.add(record, older, zxid);
    this.#place(record, handle);
    return record;
  }

  #place(record: PendingNode, handle: number): void {
    record.handle = handle;
    if (handle < 0) this.#absent.set(record.path, record);
    else this.#tree.setPending(handle, record.number);
  }
}
