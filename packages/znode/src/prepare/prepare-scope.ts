import { ByteReader, ByteWriter, copyBytes } from '@quorate/interfaces';
import { readIdVector } from '@quorate/protocol';
import type { AuthId } from '../api.js';
import type { CreateInfo, OwnerBits, WriteInfo } from '../node-types/node-type.js';
import type { EnvelopeHead } from '../request-envelope.js';
import type { SharedState } from '../shared-state.js';
import { PathReader, parentPathOf } from '../tree/path-reader.js';
import { type CreateRecord, emptyCreateRecord } from '../txn/create-record.js';
import { NodeOverlay } from './node-overlay.js';
import { PendingNode } from './pending-node.js';
import { SessionOverlay } from './session-overlay.js';

/** T with fields that may be set. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * What operations prepare a request with: the request, where its txn goes, and the state as it will be once everything
 * proposed before is applied.
 */
export class PrepareScope implements EnvelopeHead {
  readonly state: SharedState;
  readonly nodes: NodeOverlay;
  readonly sessions: SessionOverlay;
  /** The path that the operation read last. */
  readonly path: PathReader;
  clientHi = 0;
  clientLo = 0;
  cxid = 0;
  opcode = 0;
  idsStart = 0;
  idsEnd = 0;
  zxid = 0;
  time = 0;
  /** Stands at the request's body. */
  body = new ByteReader();
  /** The txn's record goes here; its header is there already. */
  txn = new ByteWriter(0);
  /** Type of the record written; the op code unless the operation says otherwise. */
  txnType = 0;
  /** For the hooks of node types. */
  readonly create: Mutable<CreateInfo> = { path: '', clientHi: 0, clientLo: 0, ttl: -1, dataLength: 0, time: 0 };
  readonly bits: OwnerBits = { hi: 0, lo: 0 };
  readonly record: CreateRecord = emptyCreateRecord();
  readonly write: Mutable<WriteInfo> = { clientHi: 0, clientLo: 0, dataLength: 0, time: 0 };
  /** {@link ids} as a function of its own, made once. */
  readonly idsOf: () => readonly AuthId[];
  readonly #node = new PendingNode();
  readonly #parent = new PendingNode();
  readonly #idsReader = new ByteReader();
  #ids: readonly AuthId[] | undefined = undefined;
  #knownIds: readonly AuthId[] = [];
  #knownEncoding = new Uint8Array(0);

  constructor(state: SharedState) {
    this.state = state;
    this.nodes = new NodeOverlay(state.tree);
    this.sessions = new SessionOverlay(state.sessions);
    this.path = new PathReader(state.tree);
    this.idsOf = () => this.ids();
  }

  /** To be called when a new envelope's head was read. */
  begin(zxid: number, time: number, body: ByteReader, txn: ByteWriter): void {
    this.zxid = zxid;
    this.time = time;
    this.body = body;
    this.txn = txn;
    this.txnType = this.opcode;
    this.#ids = undefined;
  }

  /** Whether the request's session is open, and not about to be closed. */
  isSessionOpen(): boolean {
    return this.sessions.isOpen(this.clientHi, this.clientLo);
  }

  /** The node at {@link path}; valid until the next call. */
  node(): PendingNode | undefined {
    return this.nodes.current(this.path.path!, this.path.handle, this.#node);
  }

  /** The node at a path that was not read; valid until the next call of this or of {@link node}. */
  nodeAt(path: string): PendingNode | undefined {
    return this.nodes.current(path, this.state.tree.find(path), this.#node);
  }

  /** The node above {@link path}; valid until the next call. */
  parent(): PendingNode | undefined {
    const handle = this.path.parent();
    const path = handle < 0 ? parentPathOf(this.path.path!) : this.state.tree.path(handle);
    return this.nodes.current(path, handle, this.#parent);
  }

  /** The node above another path; valid until the next call of this or of {@link parent}. */
  parentOf(path: string): PendingNode | undefined {
    const parent = parentPathOf(path);
    return this.nodes.current(parent, this.state.tree.find(parent), this.#parent);
  }

  /** Adds a change of a node to what later requests see; the record is the caller's to change. */
  change(before: PendingNode): PendingNode {
    return this.nodes.change(before, this.zxid);
  }

  /** Whether the requester has one of the permissions on a node. */
  mayDo(node: PendingNode, perms: number): boolean {
    const { policy } = this.state;
    return policy.isOpen(node.acl) || policy.allows(node.acl, perms, this.ids());
  }

  /** The requester's ids, decoded when first asked for. */
  ids(): readonly AuthId[] {
    this.#ids ??= this.#decodeIds();
    return this.#ids;
  }

  #decodeIds(): readonly AuthId[] {
    const { bytes } = this.body;
    const length = this.idsEnd - this.idsStart;
    let same = length === this.#knownEncoding.length;
    for (let i = 0; same && i < length; i++) same = bytes[this.idsStart + i] === this.#knownEncoding[i];
    if (same) return this.#knownIds;
    this.#knownIds = readIdVector(this.#idsReader.reset(bytes, this.idsStart, this.idsEnd)) ?? [];
    this.#knownEncoding = copyBytes(bytes, this.idsStart, this.idsEnd);
    return this.#knownIds;
  }
}
