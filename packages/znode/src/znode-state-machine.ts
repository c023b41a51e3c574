import {
  type ByteReader,
  ByteWriter,
  formatZxid,
  isQuorateError,
  type PrepareContext,
  QuorateError,
  type SnapshotCut,
  type StateMachine,
  type Zxid,
} from '@quorate/interfaces';
import { OpCode, readTxnHeader, TXN_HEADER_BYTES, writeTxnHeader, ZkErrorCode } from '@quorate/protocol';
import { makeIdentity } from './acl/identity.js';
import type { ReadOperations, SessionListener, TxnResult, Watcher } from './api.js';
import { ApplyScope } from './apply/apply-scope.js';
import type { ReadScope } from './operations/operation.js';
import { readOperationOf } from './operations/read-operations.js';
import { WriteOperations } from './operations/write-operations.js';
import { PendingNode } from './prepare/pending-node.js';
import { PrepareScope } from './prepare/prepare-scope.js';
import { readEnvelope } from './request-envelope.js';
import type { SessionTable } from './sessions/session-table.js';
import type { SharedState } from './shared-state.js';
import { TreeCut } from './snapshot/tree-cut.js';
import { PathReader } from './tree/path-reader.js';
import type { WatchTable } from './watches/watch-table.js';

/** Where the type stands in a TxnHeader. */
const TYPE_AT = TXN_HEADER_BYTES - 4;

/** For queries that come from nobody in particular. */
const NOBODY: Watcher = { identity: makeIdentity([]), notify(): void {} };

/** Whether an error says that a request could not be decoded, which is the client's fault and not ours. */
function isUndecodable(error: unknown): boolean {
  return isQuorateError(error) && (error.code === 'SHORT_READ' || error.code === 'REFUSED');
}

/**
 * ZooKeeper's tree of znodes with its sessions, as a state machine. Requests of `prepare` are envelopes
 * (request-envelope.ts); txns are ZooKeeper's own TxnHeader and record; a request that fails still makes a txn, of type
 * error (T34). Made by {@link znodeStateMachine}.
 */
export class ZNodeStateMachine implements StateMachine, ReadOperations {
  readonly #state: SharedState;
  readonly #writes = new WriteOperations();
  readonly #prepare: PrepareScope;
  readonly #apply: ApplyScope;
  readonly #read: ReadScope;
  readonly #view = new PendingNode();
  readonly #answer = new ByteWriter(1024);
  #lastApplied: Zxid;
  #cut: TreeCut | undefined = undefined;

  /** @param lastApplied the zxid that `state` is of */
  constructor(state: SharedState, lastApplied: Zxid) {
    this.#state = state;
    this.#lastApplied = lastApplied;
    this.#prepare = new PrepareScope(state);
    this.#apply = new ApplyScope(state, this.#prepare.nodes);
    this.#read = { state, path: new PathReader(state.tree), inMulti: false };
  }

  /** The zxid of the last txn applied: what replies carry (T21). */
  get lastApplied(): Zxid {
    return this.#lastApplied;
  }

  get sessions(): SessionTable {
    return this.#state.sessions;
  }

  get watches(): WatchTable {
    return this.#state.watches;
  }

  /** Nodes as ZooKeeper counts them, with the root twice (T76). */
  get nodeCount(): number {
    return this.#state.tree.count + 1;
  }

  get ephemeralCount(): number {
    return this.#state.sessions.ephemeralCount;
  }

  get approximateDataSize(): number {
    return this.#state.tree.approximateSize;
  }

  /** Hears of sessions created and closed by txns. One at a time; `undefined` for none. */
  get sessionListener(): SessionListener | undefined {
    return this.#apply.sessionListener;
  }

  set sessionListener(listener: SessionListener | undefined) {
    this.#apply.sessionListener = listener;
  }

  prepare(context: PrepareContext, request: ByteReader, txn: ByteWriter): undefined {
    const scope = this.#prepare;
    const nodes = scope.nodes.count;
    const sessions = scope.sessions.count;
    const begun = txn.length;
    readEnvelope(request, scope);
    scope.begin(context.zxid, context.time, request, txn);
    writeTxnHeader(txn, scope.clientHi, scope.clientLo, scope.cxid, context.zxid, context.time, scope.opcode);
    let error: number;
    try {
      error = this.#writes.ofRequest(scope.opcode)?.prepare(scope) ?? ZkErrorCode.unimplemented;
    } catch (thrown) {
      scope.nodes.undoTo(nodes);
      scope.sessions.undoTo(sessions);
      if (!isUndecodable(thrown)) throw thrown;
      error = ZkErrorCode.marshallingError;
    }
    if (error === 0) {
      txn.patchI32(begun + TYPE_AT, scope.txnType);
      return undefined;
    }
    txn.rewind(begun + TXN_HEADER_BYTES);
    txn.patchI32(begun + TYPE_AT, OpCode.error);
    txn.i32(error);
    return undefined;
  }

  discard(from: Zxid): void {
    this.#prepare.nodes.discard(from);
    this.#prepare.sessions.discard(from);
  }

  /** Watch events have reached their watchers when it returns (T20). @throws QuorateError `INVARIANT`, `SHORT_READ` for bytes that are no txn */
  apply(zxid: Zxid, txn: ByteReader): TxnResult {
    const scope = this.#apply;
    const header = readTxnHeader(txn, scope.header);
    scope.zxid = zxid;
    scope.result.clear();
    const operation = this.#writes.ofTxn(header.type);
    if (operation === undefined) {
      throw new QuorateError(
        'INVARIANT',
        `txn ${formatZxid(zxid)} is of type ${header.type}, which this release does not know`,
      );
    }
    operation.apply(scope, txn);
    if (this.#prepare.nodes.count > 0) this.#prepare.nodes.popThrough(zxid);
    if (this.#prepare.sessions.count > 0) this.#prepare.sessions.popThrough(zxid);
    this.#lastApplied = zxid;
    return scope.result;
  }

  /** @param query op code (i32) and body of a read. @returns error code (i32) and body; valid until the next call */
  read(query: ByteReader): Uint8Array {
    const out = this.#answer;
    out.rewind(0);
    const opcode = query.i32();
    out.i32(0);
    out.patchI32(0, this.execute(opcode, query, NOBODY, out));
    return out.peek();
  }

  execute(opcode: number, body: ByteReader, watcher: Watcher, out: ByteWriter): number {
    const operation = readOperationOf(opcode);
    if (operation === undefined) return ZkErrorCode.unimplemented;
    const begun = out.length;
    let error: number;
    this.#read.inMulti = false;
    try {
      error = operation.execute(this.#read, body, watcher, out);
    } catch (thrown) {
      if (!isUndecodable(thrown)) throw thrown;
      error = ZkErrorCode.marshallingError;
    }
    if (error !== 0) out.rewind(begun);
    return error;
  }

  /** @throws QuorateError `INVARIANT` while another cut is live */
  snapshot(): SnapshotCut {
    if (this.#cut !== undefined) {
      throw new QuorateError(
        'INVARIANT',
        `a snapshot at ${formatZxid(this.#cut.zxid)} is still being written: release it first`,
      );
    }
    this.#cut = new TreeCut(this.#state, this.#lastApplied, () => {
      this.#cut = undefined;
    });
    return this.#cut;
  }

  digest(): number {
    return this.#state.digest;
  }

  /**
   * Nodes whose time has come, for deleteContainer requests. Each is given again, should it still be there, by a call one
   * ms of wall time later.
   * @param nowWall ms, as txns are stamped
   * @param limit most paths to return
   */
  sweep(nowWall: number, limit: number): string[] {
    const { tree, types, sweeps } = this.#state;
    const paths: string[] = [];
    const again: number[] = [];
    while (paths.length < limit) {
      const handle = sweeps.takeDue(nowWall);
      if (handle < 0) break;
      const type = types.get(tree.type(handle));
      if (type.sweepAt === undefined || tree.childCount(handle) > 0) continue;
      this.#view.fillFrom(tree, handle);
      const at = type.sweepAt(this.#view);
      if (at > nowWall) {
        sweeps.set(handle, at);
        continue;
      }
      paths.push(tree.path(handle));
      again.push(handle);
    }
    for (const handle of again) sweeps.set(handle, nowWall + 1);
    return paths;
  }
}
