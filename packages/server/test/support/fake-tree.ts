import {
  ByteReader,
  type ByteWriter,
  type Millis,
  type PrepareContext,
  type SnapshotCut,
  type StateMachineFactory,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';
import {
  OpCode,
  readBool,
  readBuffer,
  readString,
  readTxnHeader,
  writeBuffer,
  writeString,
  writeStringVector,
  writeTxnHeader,
  ZkErrorCode,
} from '@quorate/protocol';
import { type EnvelopeHead, readEnvelope, type SessionInfo, type TxnResult, type Watcher } from '@quorate/znode';
import type { ZNodeTree } from '../../src/engine.js';

/**
 * A tree of flat paths with just enough of ZooKeeper's operations: create and setData (path, data), getData and exists with data
 * watches, whoAmI (the ids' count), sessions. The rest of a request's record is not looked at.
 */
export class FakeTree implements ZNodeTree {
  lastApplied: Zxid = ZXID_ZERO;
  readonly nodes = new Map<string, Uint8Array | null>();
  readonly watchers = new Map<string, Set<Watcher>>();
  readonly sessionTable = new Map<bigint, SessionInfo>();
  /** Ephemerals by session. */
  readonly owned = new Map<bigint, string[]>();
  /** What `sweep` names next. */
  candidates: string[] = [];
  /** How many ids each prepared request came with. */
  readonly idCounts: number[] = [];
  #error = 0;
  #body: ((out: ByteWriter) => void) | undefined;
  readonly #result: TxnResult;

  readonly sessions = {
    get: (id: bigint) => this.sessionTable.get(id),
    has: (id: bigint) => this.sessionTable.has(id),
    ids: () => this.sessionTable.keys(),
    size: 0,
  };
  readonly watches = {
    removeWatcher: (watcher: Watcher) => {
      for (const set of this.watchers.values()) set.delete(watcher);
    },
    size: 0,
    forEachDataWatch: (visit: (path: string, watcher: Watcher) => void) => {
      for (const [path, watchers] of this.watchers) for (const watcher of watchers) visit(path, watcher);
    },
  };

  constructor() {
    const tree = this;
    this.#result = {
      get error() {
        return tree.#error;
      },
      writeBody: (out) => this.#body?.(out),
    };
  }

  get nodeCount(): number {
    return 5 + this.nodes.size;
  }

  readonly ephemeralCount = 0;
  readonly approximateDataSize = 27;

  prepare({ zxid, time }: PrepareContext, request: ByteReader, txn: ByteWriter): undefined {
    const head: EnvelopeHead = { clientHi: 0, clientLo: 0, cxid: 0, opcode: 0, idsStart: 0, idsEnd: 0 };
    readEnvelope(request, head);
    const { clientHi, clientLo, cxid, opcode } = head;
    this.idCounts.push(new ByteReader(request.bytes, head.idsStart).i32());
    const body = request.offset;
    if (opcode === OpCode.create || opcode === OpCode.setData) {
      readString(request);
      readBuffer(request);
      request.offset = body;
    }
    writeTxnHeader(txn, clientHi, clientLo, cxid, zxid, time, opcode);
    txn.raw(request.bytes, request.offset, request.end);
  }

  discard(): void {}

  apply(zxid: Zxid, txn: ByteReader): TxnResult {
    this.lastApplied = zxid;
    this.#error = 0;
    this.#body = undefined;
    const { clientHi, clientLo, type } = readTxnHeader(txn);
    const id = (BigInt(clientHi) << 32n) | BigInt(clientLo >>> 0);
    if (type === OpCode.createSession) this.sessionTable.set(id, { id, timeoutMs: txn.i32() });
    else if (type === OpCode.closeSession) this.sessionTable.delete(id);
    else if (type === OpCode.create || type === OpCode.setData) this.#set(type, zxid, txn);
    return this.#result;
  }

  #set(type: number, zxid: Zxid, txn: ByteReader): void {
    const path = readString(txn)!;
    const data = readBuffer(txn)?.slice() ?? null;
    if (this.nodes.has(path) === (type === OpCode.create)) {
      this.#error = type === OpCode.create ? ZkErrorCode.nodeExists : ZkErrorCode.noNode;
      return;
    }
    this.nodes.set(path, data);
    const watchers = this.watchers.get(path);
    this.watchers.delete(path);
    for (const watcher of watchers ?? []) watcher.notify(type === OpCode.create ? 1 : 3, path, zxid);
    this.#body = (out) => writeString(out, path);
  }

  execute(opcode: number, body: ByteReader, watcher: Watcher, out: ByteWriter): number {
    if (opcode === OpCode.whoAmI) {
      out.i32(watcher.identity.ids.length);
      return 0;
    }
    if (opcode === OpCode.getEphemerals) {
      writeStringVector(out, this.owned.get(watcher.sessionId ?? 0n) ?? []);
      return 0;
    }
    if (opcode === OpCode.setWatches) {
      body.skip(8);
      for (let count = body.i32(); count > 0; count--) watcher.notify(3, readString(body)!, -1);
      return 0;
    }
    const path = readString(body)!;
    const watch = readBool(body);
    if (watch && (opcode === OpCode.exists || this.nodes.has(path))) {
      let watchers = this.watchers.get(path);
      if (watchers === undefined) this.watchers.set(path, (watchers = new Set()));
      watchers.add(watcher);
    }
    if (!this.nodes.has(path)) return ZkErrorCode.noNode;
    writeBuffer(out, this.nodes.get(path)!);
    return 0;
  }

  sweep(_now: Millis, limit: number): string[] {
    return this.candidates.splice(0, limit);
  }

  read(): unknown {
    return undefined;
  }

  snapshot(): SnapshotCut {
    throw new Error('no snapshots here');
  }

  digest(): number {
    return this.lastApplied;
  }
}

export function fakeTrees(): StateMachineFactory<FakeTree> {
  return {
    identity: 'fake',
    create: () => new FakeTree(),
    restore: () => {
      throw new Error('no snapshots here');
    },
  };
}
