import { ByteReader, ByteWriter, type LogStore, type SnapshotStore } from '@quorate/interfaces';
import {
  beginFrame,
  type ConnectResponse,
  endFrame,
  readConnectResponse,
  readWatcherEvent,
  writeAuthPacket,
  writeBuffer,
  writeConnectRequest,
  writePathWatch,
  writeString,
} from '@quorate/protocol';
import { CoordinationServer, type CoordinationServerOptions } from '../../src/server.js';
import type { GuardedStateMachine } from '../../src/sessions/session-guard.js';
import { FakeConnection, FakeTransport } from './fake-connection.js';
import { FakeEngine } from './fake-engine.js';
import { type FakeTree, fakeTrees } from './fake-tree.js';
import { VirtualClock } from './virtual-clock.js';

/** One request or other frame of a client, with its length. */
export function frame(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter();
  const begun = beginFrame(out);
  write(out);
  endFrame(out, begun);
  return out.take();
}

export function request(xid: number, opcode: number, write: (out: ByteWriter) => void = () => {}): Uint8Array {
  return frame((out) => {
    out.i32(xid);
    out.i32(opcode);
    write(out);
  });
}

export const ping = (): Uint8Array => request(-2, 11);
export const closeSession = (xid: number): Uint8Array => request(xid, -11);
export const sync = (xid: number, path: string): Uint8Array => request(xid, 9, (out) => writeString(out, path));
export const getData = (xid: number, path: string, watch = false): Uint8Array =>
  request(xid, 4, (out) => writePathWatch(out, path, watch));
export const exists = (xid: number, path: string, watch = false): Uint8Array =>
  request(xid, 3, (out) => writePathWatch(out, path, watch));
const write = (opcode: number) => (xid: number, path: string, data: Uint8Array | null) =>
  request(xid, opcode, (out) => {
    writeString(out, path);
    writeBuffer(out, data);
  });
export const create = write(1);
export const setData = write(5);
export const auth = (xid: number, scheme: string, data: string): Uint8Array =>
  request(xid, 100, (out) => writeAuthPacket(out, scheme, Buffer.from(data)));

export interface ConnectOptions {
  readonly sessionId?: bigint;
  readonly passwd?: Uint8Array;
  readonly timeOut?: number;
  readonly lastZxidSeen?: number;
  readonly hasReadOnly?: boolean;
}

export function connectRequest(options: ConnectOptions = {}): Uint8Array {
  return frame((out) =>
    writeConnectRequest(out, {
      protocolVersion: 0,
      lastZxidSeen: options.lastZxidSeen ?? 0,
      timeOut: options.timeOut ?? 10_000,
      sessionId: options.sessionId ?? 0n,
      passwd: options.passwd ?? new Uint8Array(16),
      readOnly: false,
      hasReadOnly: options.hasReadOnly ?? true,
    }),
  );
}

/** A reply or event as the client sees it. */
export interface Reply {
  readonly xid: number;
  readonly zxid: number;
  readonly err: number;
  readonly body: Uint8Array;
}

export function framesOf(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const reader = new ByteReader(bytes);
  while (reader.remaining > 0) frames.push(reader.raw(reader.i32()));
  return frames;
}

export function replyOf(body: Uint8Array): Reply {
  const reader = new ByteReader(body);
  return { xid: reader.i32(), zxid: reader.long(), err: reader.i32(), body: reader.rest() };
}

/** A server on fakes, and clients of it. */
export class Harness {
  readonly clock = new VirtualClock();
  readonly transport = new FakeTransport();
  readonly server: CoordinationServer;
  engine!: FakeEngine<GuardedStateMachine<FakeTree>>;
  #ports = 50_000;

  constructor(options: Partial<CoordinationServerOptions> = {}) {
    const members = [1, 2, 3].map((id) => ({
      id,
      kind: 'voter' as const,
      peerAddress: `s${id}:2888`,
      electionAddress: `s${id}:3888`,
    }));
    this.server = new CoordinationServer({
      id: 1,
      members,
      clock: this.clock,
      log: {} as LogStore,
      snapshots: {} as SnapshotStore,
      stateMachine: fakeTrees(),
      peerTransport: this.transport,
      clientTransport: this.transport,
      clientAddresses: ['0.0.0.0:2181'],
      ...options,
      createEngine: (given, listener) => {
        const machine = given.stateMachine.create() as GuardedStateMachine<FakeTree>;
        this.engine = new FakeEngine(this.clock, machine, listener, given.id);
        return this.engine;
      },
    });
  }

  /** A started server, serving in `role`. */
  static async serving(
    role: 'leading' | 'following' = 'leading',
    options: Partial<CoordinationServerOptions> = {},
  ): Promise<Harness> {
    const harness = new Harness(options);
    await harness.server.start();
    harness.engine.become(role);
    return harness;
  }

  get tree(): FakeTree {
    return this.engine.stateMachine.tree;
  }

  /** A socket to the server. */
  dial(remote = `127.0.0.1:${this.#ports++}`): Client {
    const connection = new FakeConnection(remote);
    this.transport.accept(connection);
    this.clock.endTurn();
    return new Client(this, connection);
  }

  /** A client with a session. */
  connect(options: ConnectOptions = {}): Client {
    const client = this.dial();
    client.send(connectRequest(options));
    this.engine.commit();
    client.session = client.takeConnectResponse();
    return client;
  }
}

export class Client {
  readonly connection: FakeConnection;
  session: ConnectResponse | undefined;
  readonly #harness: Harness;

  constructor(harness: Harness, connection: FakeConnection) {
    this.#harness = harness;
    this.connection = connection;
  }

  /** Sends the chunks, each as one chunk of one poll, and lets the turn end. */
  send(...chunks: Uint8Array[]): void {
    for (const chunk of chunks) this.connection.receive(chunk);
    this.#harness.clock.endTurn();
  }

  /** Sends all frames as one chunk. */
  sendTogether(...frames: Uint8Array[]): void {
    this.send(new Uint8Array(Buffer.concat(frames)));
  }

  takeConnectResponse(): ConnectResponse {
    const [first, ...more] = framesOf(this.connection.takeSent());
    if (first === undefined || more.length > 0)
      throw new Error(`${more.length + (first ? 1 : 0)} frames instead of one`);
    return readConnectResponse(new ByteReader(first));
  }

  takeReplies(): Reply[] {
    return framesOf(this.connection.takeSent()).map(replyOf);
  }

  /** `xid:err` of what came; events as `type path`. */
  takeSummary(): string[] {
    return this.takeReplies().map(({ xid, err, body }) => {
      if (xid !== -1) return `${xid}:${err}`;
      const { type, path } = readWatcherEvent(new ByteReader(body));
      return `event ${type} ${path}`;
    });
  }

  takeText(): string {
    return Buffer.from(this.connection.takeSent()).toString();
  }
}
