import type { Address, ByteReader } from '@quorate/interfaces';
import {
  type Acl,
  AddWatchMode,
  type ClientInfo,
  OpCode,
  readCreate2Response,
  readGetACLResponse,
  readGetAllChildrenNumberResponse,
  readGetChildren2Response,
  readGetChildrenResponse,
  readGetDataResponse,
  readPathRecord,
  readStat,
  readWhoAmIResponse,
  type Stat,
  validatePath,
  WatcherType,
  writeAddWatchRequest,
  writePathRecord,
  writePathVersion,
  writePathWatch,
  writeSetACLRequest,
  writeSetDataRequest,
  writeWatcherTypeRequest,
  ZkErrorCode,
} from '@quorate/protocol';
import {
  type CreateOptions,
  checkCreateOptions,
  createOpcode,
  type Data,
  dataBytes,
  isSequentialMode,
  writeCreateBody,
} from './create.js';
import { badArguments, isZkError, ZkError } from './errors.js';
import { type ClientOptions, type SessionState, type Settings, type StateListener, settle } from './options.js';
import { Session } from './session.js';
import { Transaction, type TransactionResult } from './transaction.js';
import type { Watcher, WatchKind } from './watch-table.js';

export interface WatchOptions {
  /** Called once, at the next change, before any result that shows it. Set only if the operation succeeds. */
  readonly watch?: Watcher;
}

export interface NodeData {
  readonly data: Uint8Array | null;
  readonly stat: Stat;
}

export interface NodeChildren {
  /** In no particular order. */
  readonly children: readonly string[];
  readonly stat: Stat;
}

export interface NodeAcl {
  readonly acl: readonly Acl[];
  readonly stat: Stat;
}

export interface CreatedNode {
  /** The node's real path: of a sequential one, with its digits. */
  readonly path: string;
  readonly stat: Stat;
}

/** Starts a client; it connects by itself, and requests wait until it has. @throws QuorateError `BAD_CONFIG` */
export function connect(options: ClientOptions): Client {
  return new Client(options);
}

function encodeText(auth: Uint8Array | string): Uint8Array {
  return dataBytes(auth) ?? new Uint8Array(0);
}

/** Bytes of a reply, copied out of the buffer they arrived in. */
function copied(data: Uint8Array | null): Uint8Array | null {
  return data === null ? null : new Uint8Array(data);
}

/**
 * A ZooKeeper client. Requests are sent, and answered, in the order of the calls. All of them reject with {@link ZkError};
 * `connectionLoss` says that the outcome is unknown. Nothing is sent twice.
 */
export class Client {
  readonly #session: Session;
  readonly #settings: Settings;

  /** @throws QuorateError `BAD_CONFIG` */
  constructor(options: ClientOptions) {
    this.#settings = settle(options);
    this.#session = new Session(options, this.#settings);
    for (const { scheme, auth } of options.auth ?? []) this.#session.credentials.addQuietly(scheme, encodeText(auth));
  }

  get state(): SessionState {
    return this.#session.state;
  }

  /** 0 until the first connection. */
  get sessionId(): bigint {
    return this.#session.id;
  }

  /** With {@link sessionId}, what another client needs to go on with this session. */
  get sessionPassword(): Uint8Array {
    return this.#session.password;
  }

  /** Milliseconds: as granted by the server; as asked for until then. */
  get sessionTimeoutMs(): number {
    return this.#session.timeoutMs;
  }

  /** The server connected to, or tried last. */
  get server(): Address {
    return this.#session.address;
  }

  /** @returns a function that ends it */
  onState(listener: StateListener): () => void {
    return this.#session.onState(listener);
  }

  /** Resolves when a server serves the session. @throws ZkError when there will be none */
  connected(): Promise<void> {
    const session = this.#session;
    if (session.state === 'CONNECTED') return Promise.resolve();
    const refusal = session.refusal('');
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const stop = session.onState((state) => {
        if (state === 'CONNECTING') return;
        stop();
        if (state === 'CONNECTED') resolve();
        else reject(session.refusal(''));
      });
    });
  }

  /** @returns the node's path: of a sequential one, with its digits */
  async create(path: string, data: Data = null, options: CreateOptions = {}): Promise<string> {
    return this.#create(path, data, options, createOpcode(options, false), (r) => readPathRecord(r) ?? '');
  }

  async createWithStat(path: string, data: Data = null, options: CreateOptions = {}): Promise<CreatedNode> {
    return this.#create(path, data, options, createOpcode(options, true), (r) => {
      const created = readCreate2Response(r);
      return { path: this.#session.shown(created.path), stat: created.stat };
    });
  }

  /** @param version the version it must have; -1: whatever it has */
  async delete(path: string, version = -1): Promise<void> {
    const full = this.#resolve(path);
    return this.#call(
      OpCode.delete,
      path,
      (w) => writePathVersion(w, full, version),
      () => {},
    );
  }

  /** @returns null when there is no such node; a watch is set in both cases */
  async exists(path: string, options: WatchOptions = {}): Promise<Stat | null> {
    const full = this.#resolve(path);
    const watch = options.watch;
    return this.#session.call(
      OpCode.exists,
      path,
      (w) => writePathWatch(w, full, watch !== undefined),
      (err, r) => {
        if (err !== 0 && err !== ZkErrorCode.noNode) throw new ZkError(err, path);
        const stat = err === 0 ? readStat(r) : null;
        if (watch !== undefined) this.#session.watches.add(stat === null ? 'exist' : 'data', full, watch);
        return stat;
      },
    );
  }

  async getData(path: string, options: WatchOptions = {}): Promise<NodeData> {
    return this.#read(OpCode.getData, path, 'data', options, (r) => {
      const { data, stat } = readGetDataResponse(r);
      return { data: copied(data), stat };
    });
  }

  async getChildren(path: string, options: WatchOptions = {}): Promise<NodeChildren> {
    return this.#read(OpCode.getChildren2, path, 'child', options, (r) => readGetChildren2Response(r));
  }

  /** @param version the version it must have; -1: whatever it has */
  async setData(path: string, data: Data, version = -1): Promise<Stat> {
    const full = this.#resolve(path);
    const bytes = dataBytes(data);
    return this.#call(
      OpCode.setData,
      path,
      (w) => writeSetDataRequest(w, full, bytes, version),
      (r) => readStat(r),
    );
  }

  async getACL(path: string): Promise<NodeAcl> {
    const full = this.#resolve(path);
    return this.#call(
      OpCode.getACL,
      path,
      (w) => writePathRecord(w, full),
      (r) => readGetACLResponse(r),
    );
  }

  /** @param version the aversion it must have; -1: whatever it has */
  async setACL(path: string, acl: readonly Acl[], version = -1): Promise<Stat> {
    const full = this.#resolve(path);
    return this.#call(
      OpCode.setACL,
      path,
      (w) => writeSetACLRequest(w, full, acl, version),
      (r) => readStat(r),
    );
  }

  /** After it, reads show everything that was committed before it was called. */
  async sync(path = '/'): Promise<void> {
    const full = this.#resolve(path);
    return this.#call(
      OpCode.sync,
      path,
      (w) => writePathRecord(w, full),
      () => {},
    );
  }

  /** How many nodes are below this one, at any depth. */
  async getAllChildrenNumber(path: string): Promise<number> {
    const full = this.#resolve(path);
    return this.#call(
      OpCode.getAllChildrenNumber,
      path,
      (w) => writePathRecord(w, full),
      readGetAllChildrenNumberResponse,
    );
  }

  /** Paths of this session's ephemeral nodes that begin with `prefix`. */
  async getEphemerals(prefix = '/'): Promise<string[]> {
    const full = this.#settings.chroot + prefix;
    const paths = await this.#call(
      OpCode.getEphemerals,
      prefix,
      (w) => writePathRecord(w, full),
      readGetChildrenResponse,
    );
    return paths.map((path) => this.#session.shown(path));
  }

  /** Who the server takes this connection for. */
  async whoAmI(): Promise<ClientInfo[]> {
    return this.#call(OpCode.whoAmI, '', () => {}, readWhoAmIResponse);
  }

  /**
   * Watches a node for good: every change of it and of its list of children; or, `recursive`, every change of it and of all
   * nodes below it (which then says nothing of lists of children). What happens while disconnected is not told.
   * @returns a function that ends it
   */
  async addWatch(
    path: string,
    watcher: Watcher,
    options: { readonly recursive?: boolean } = {},
  ): Promise<() => Promise<void>> {
    const full = this.#resolve(path);
    const recursive = options.recursive === true;
    const mode = recursive ? AddWatchMode.persistentRecursive : AddWatchMode.persistent;
    const kind: WatchKind = recursive ? 'recursive' : 'persistent';
    await this.#call(
      OpCode.addWatch,
      path,
      (w) => writeAddWatchRequest(w, full, mode),
      () => this.#session.watches.add(kind, full, watcher),
    );
    return () => this.#removeWatch(path, full, kind, watcher);
  }

  /** Operations that happen all together or not at all; see {@link Transaction.commit}. */
  transaction(): Transaction {
    return new Transaction({
      resolve: (path, sequential) => this.#resolve(path, sequential),
      shown: (path) => this.#session.shown(path),
      call: (opcode, path, encode, settled) => this.#session.call(opcode, path, encode, settled),
    });
  }

  /** {@link transaction} in one call. */
  async multi(build: (transaction: Transaction) => void): Promise<TransactionResult[]> {
    const transaction = this.transaction();
    build(transaction);
    return transaction.commit();
  }

  /** Claims an identity, on this connection and every later one. @throws ZkError `authFailed` when the server does not know the scheme */
  async addAuth(scheme: string, auth: Uint8Array | string): Promise<void> {
    const refusal = this.#session.refusal('');
    if (refusal !== undefined) throw refusal;
    const done = this.#session.credentials.add(this.#session.out, scheme, encodeText(auth));
    this.#session.flushSoon();
    return done;
  }

  /**
   * Ends the session, behind everything asked before; its ephemeral nodes go at once. When no server is connected the
   * servers find out by the session's timeout. Never rejects.
   */
  close(): Promise<void> {
    return this.#session.close();
  }

  #create<T extends string | CreatedNode>(
    path: string,
    data: Data,
    options: CreateOptions,
    opcode: number,
    decode: (r: ByteReader) => T,
  ): Promise<T> {
    checkCreateOptions(path, options);
    const full = this.#resolve(path, isSequentialMode(options));
    const bytes = dataBytes(data);
    return this.#call(
      opcode,
      path,
      (w) => writeCreateBody(w, opcode, full, bytes, options),
      (r) => {
        const created = decode(r);
        return (typeof created === 'string' ? this.#session.shown(created) : created) as T;
      },
    );
  }

  #read<T>(
    opcode: number,
    path: string,
    kind: WatchKind,
    options: WatchOptions,
    decode: (r: ByteReader) => T,
  ): Promise<T> {
    const full = this.#resolve(path);
    const watch = options.watch;
    return this.#call(
      opcode,
      path,
      (w) => writePathWatch(w, full, watch !== undefined),
      (r) => {
        const result = decode(r);
        if (watch !== undefined) this.#session.watches.add(kind, full, watch);
        return result;
      },
    );
  }

  async #removeWatch(path: string, full: string, kind: WatchKind, watcher: Watcher): Promise<void> {
    if (!this.#session.watches.remove(kind, full, watcher) || this.#session.out === null) return;
    const type = kind === 'recursive' ? WatcherType.persistentRecursive : WatcherType.persistent;
    try {
      await this.#call(
        OpCode.removeWatches,
        path,
        (w) => writeWatcherTypeRequest(w, full, type),
        () => {},
      );
    } catch (error) {
      // Gone with its connection, or before: what was wanted is so.
      if (!isZkError(error)) throw error;
    }
  }

  #call<T>(
    opcode: number,
    path: string,
    encode: Parameters<Session['call']>[2],
    decode: (r: ByteReader) => T,
  ): Promise<T> {
    return this.#session.call(opcode, path, encode, (err, r) => {
      if (err !== 0) throw new ZkError(err, path);
      return decode(r);
    });
  }

  #resolve(path: string, sequential = false): string {
    const wrong = validatePath(sequential ? `${path}1` : path);
    if (wrong !== undefined) throw badArguments(path, wrong);
    const { chroot } = this.#settings;
    return chroot !== '' && path === '/' ? chroot : chroot + path;
  }
}
