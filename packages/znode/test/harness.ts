import { ByteReader, ByteWriter, type SnapshotCut, type Zxid } from '@quorate/interfaces';
import {
  type Acl,
  CreateMode,
  OPEN_ACL_UNSAFE,
  OpCode,
  readCreate2Response,
  readGetACLResponse,
  readGetChildrenResponse,
  readGetDataResponse,
  readStat,
  readString,
  type Stat,
  writeCreateRequest,
  writeCreateTTLRequest,
  writePathVersion,
  writePathWatch,
  writeSetACLRequest,
  writeSetDataRequest,
  writeString,
} from '@quorate/protocol';
import {
  type Identity,
  makeIdentity,
  sessionHi,
  sessionLo,
  type Watcher,
  writeEnvelope,
  type ZNodeOptions,
  type ZNodeStateMachine,
  znodeStateMachine,
} from '@quorate/znode';

export const ALICE = 0x0100_0000_0000_0001n;
export const BOB = -0x7f00_0000_0000_0002n;

export const LOCAL: Identity = makeIdentity([{ scheme: 'ip', id: '127.0.0.1' }]);

export interface Outcome {
  readonly error: number;
  readonly body: ByteReader;
}

export interface CreateOptions {
  data?: Uint8Array | null;
  acl?: readonly Acl[] | null;
  flags?: number;
  opcode?: number;
  ttl?: number;
  session?: bigint;
  identity?: Identity;
}

export function bytes(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

export function text(data: Uint8Array | null): string | null {
  return data === null ? null : String.fromCharCode(...data);
}

/** A connection that remembers its events as `type path zxid`. */
export class RecordingWatcher implements Watcher {
  identity: Identity;
  sessionId = ALICE;
  events: string[] = [];

  constructor(identity: Identity = LOCAL) {
    this.identity = identity;
  }

  notify(type: number, path: string, zxid: Zxid | -1): void {
    this.events.push(`${type} ${path} ${zxid}`);
  }

  take(): string[] {
    const { events } = this;
    this.events = [];
    return events;
  }
}

export function body(write: (w: ByteWriter) => void): Uint8Array {
  const w = new ByteWriter();
  write(w);
  return w.take();
}

export function createBody(path: string | null, options: CreateOptions = {}): Uint8Array {
  const { data = bytes('x'), acl = OPEN_ACL_UNSAFE, flags = CreateMode.persistent } = options;
  return body((w) => {
    if (options.opcode === OpCode.createTTL) writeCreateTTLRequest(w, path, data, acl, flags, options.ttl ?? -1);
    else writeCreateRequest(w, path, data, acl, flags);
  });
}

/** One server, its leader and its clients in one: prepares and applies, in step or apart. */
export class Harness {
  machine: ZNodeStateMachine;
  readonly options: ZNodeOptions;
  readonly watcher = new RecordingWatcher();
  zxid = 0x1_0000_0000;
  time = 1000;
  /** Prepared, not yet applied. */
  readonly pending: { zxid: Zxid; txn: Uint8Array }[] = [];

  constructor(options: ZNodeOptions = {}, sessions: readonly bigint[] = [ALICE, BOB]) {
    this.options = options;
    this.machine = znodeStateMachine(options).create();
    for (const id of sessions) this.openSession(id);
  }

  openSession(id: bigint, timeout = 30_000): Outcome {
    return this.run(
      OpCode.createSession,
      body((w) => w.i32(timeout)),
      id,
    );
  }

  closeSession(id: bigint): Outcome {
    return this.run(OpCode.closeSession, new Uint8Array(0), id);
  }

  /** Prepares a request under the next zxid; apply it with {@link applyNext}. */
  prepare(opcode: number, request: Uint8Array, session = ALICE, identity = LOCAL): Uint8Array {
    const envelope = new ByteWriter();
    writeEnvelope(envelope, sessionHi(session), sessionLo(session), 7, opcode, identity, request, 0, request.length);
    const zxid = ++this.zxid as Zxid;
    this.time += 10;
    const out = new ByteWriter();
    out.i32(0x0bad);
    const refusal = this.machine.prepare({ zxid, time: this.time, random: 0 }, new ByteReader(envelope.take()), out);
    if (refusal !== undefined) throw new Error('prepare refused');
    const txn = out.take().subarray(4);
    this.pending.push({ zxid, txn });
    return txn;
  }

  applyNext(): Outcome {
    const { zxid, txn } = this.pending.shift()!;
    return this.apply(zxid, txn);
  }

  apply(zxid: Zxid, txn: Uint8Array): Outcome {
    const result = this.machine.apply(zxid, new ByteReader(txn));
    const out = new ByteWriter();
    if (result.error === 0) result.writeBody(out);
    return { error: result.error, body: new ByteReader(out.take()) };
  }

  run(opcode: number, request: Uint8Array, session = ALICE, identity = LOCAL): Outcome {
    this.prepare(opcode, request, session, identity);
    return this.applyNext();
  }

  create(path: string | null, options: CreateOptions = {}): Outcome {
    return this.run(options.opcode ?? OpCode.create, createBody(path, options), options.session, options.identity);
  }

  /** Creates and gives the actual path. */
  made(path: string, options: CreateOptions = {}): string {
    const outcome = this.create(path, options);
    if (outcome.error !== 0) throw new Error(`create ${path}: error ${outcome.error}`);
    return readString(outcome.body)!;
  }

  create2(path: string, options: CreateOptions = {}): { path: string; stat: Stat } {
    const outcome = this.create(path, { opcode: OpCode.create2, ...options });
    if (outcome.error !== 0) throw new Error(`create ${path}: error ${outcome.error}`);
    return readCreate2Response(outcome.body);
  }

  delete(path: string | null, version = -1, session = ALICE, identity = LOCAL): number {
    return this.run(
      OpCode.delete,
      body((w) => writePathVersion(w, path, version)),
      session,
      identity,
    ).error;
  }

  setData(path: string | null, data: Uint8Array | null, version = -1, identity = LOCAL): Outcome {
    return this.run(
      OpCode.setData,
      body((w) => writeSetDataRequest(w, path, data, version)),
      ALICE,
      identity,
    );
  }

  setAcl(path: string, acl: readonly Acl[] | null, version = -1, identity = LOCAL): Outcome {
    return this.run(
      OpCode.setACL,
      body((w) => writeSetACLRequest(w, path, acl, version)),
      ALICE,
      identity,
    );
  }

  sweep(path: string): number {
    return this.run(
      OpCode.deleteContainer,
      body((w) => writeString(w, path)),
      0n,
    ).error;
  }

  read(opcode: number, request: Uint8Array, watcher: Watcher = this.watcher): Outcome {
    const out = new ByteWriter();
    out.i32(1);
    const error = this.machine.execute(opcode, new ByteReader(request), watcher, out);
    return { error, body: new ByteReader(out.take(), 4) };
  }

  pathRead(opcode: number, path: string | null, watch = false, watcher: Watcher = this.watcher): Outcome {
    return this.read(
      opcode,
      body((w) => writePathWatch(w, path, watch)),
      watcher,
    );
  }

  stat(path: string): Stat | undefined {
    const outcome = this.pathRead(OpCode.exists, path);
    return outcome.error === 0 ? readStat(outcome.body) : undefined;
  }

  getData(path: string): { data: string | null; stat: Stat } | undefined {
    const outcome = this.pathRead(OpCode.getData, path);
    if (outcome.error !== 0) return undefined;
    const { data, stat } = readGetDataResponse(outcome.body);
    return { data: text(data), stat };
  }

  children(path: string): string[] {
    return readGetChildrenResponse(this.pathRead(OpCode.getChildren, path).body);
  }

  getAcl(path: string, identity = LOCAL): { error: number; acl: readonly Acl[] } {
    const outcome = this.read(
      OpCode.getACL,
      body((w) => writeString(w, path)),
      new RecordingWatcher(identity),
    );
    return { error: outcome.error, acl: outcome.error === 0 ? readGetACLResponse(outcome.body).acl : [] };
  }

  /** Another instance with the same state, by way of a snapshot. */
  clone(): ZNodeStateMachine {
    const cut = this.machine.snapshot();
    const restore = znodeStateMachine(this.options).restore(cut.zxid);
    for (const piece of pieces(cut)) restore.write(piece);
    cut.release();
    return restore.end();
  }
}

export function* pieces(cut: SnapshotCut): Generator<Uint8Array> {
  for (let piece = cut.next(); piece !== null; piece = cut.next()) yield piece;
}
