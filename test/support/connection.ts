import { connect, type Socket } from 'node:net';
import { JuteReader, JuteWriter, OP } from './jute.js';

/** A session as its owner knows it. */
export interface SessionTicket {
  readonly id: bigint;
  readonly password: Buffer;
}

/** An answer: its header and what follows. */
export interface Reply {
  readonly zxid: bigint;
  readonly error: number;
  readonly body: JuteReader;
}

/** A watch event. */
export interface WatchEvent {
  readonly type: number;
  readonly path: string;
}

/** The connection ended while a request was under way: it may or may not have had its effect. */
export class ConnectionLost extends Error {}

/** The server said that the session is no more. */
export class SessionExpired extends Error {}

interface Waiting {
  readonly xid: number;
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

const PING_XID = -2;
const EVENT_XID = -1;
const NO_SESSION: SessionTicket = { id: 0n, password: Buffer.alloc(16) };

/** One connection to one server's client port: no reconnecting, no cleverness; replies checked for order. */
export class Connection {
  readonly session: SessionTicket;
  /** Negotiated, in milliseconds. */
  readonly timeout: number;
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #xid = 0;
  #closed = false;
  #pinging: NodeJS.Timeout | undefined;
  /** `performance.now()` of the last thing that the server said. */
  lastHeard = performance.now();
  /** Highest zxid of any reply. */
  lastZxid: bigint;
  /** Called with each watch event. */
  onEvent: (event: WatchEvent) => void = () => {};
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;

  private constructor(
    socket: Socket,
    frames: FrameSplitter,
    answer: JuteReader,
    lastZxid: bigint,
    silence = Number.POSITIVE_INFINITY,
  ) {
    this.#socket = socket;
    this.lastZxid = lastZxid;
    answer.int();
    this.timeout = answer.int();
    this.session = { id: answer.long(), password: Buffer.from(answer.buffer()) };
    frames.onFrame = (frame) => this.#onFrame(frame);
    this.ended = new Promise((resolve) => {
      socket.on('close', () => {
        this.#onEnd();
        resolve();
      });
    });
    // A socket that closed before now says so no more.
    if (socket.destroyed) this.#onEnd();
    const every = Math.max(50, Math.min(this.timeout, silence) / 4);
    this.#pinging = setInterval(() => {
      if (performance.now() - this.lastHeard > silence) this.drop();
      else this.ping();
    }, every);
  }

  /**
   * Connects and opens or resumes a session.
   * @param options `within`: for the handshake; `silence`: of the server, after which the connection is dropped; both in
   *   milliseconds
   * @throws SessionExpired, ConnectionLost
   */
  static open(
    port: number,
    options: { timeout?: number; session?: SessionTicket; lastZxid?: bigint; within?: number; silence?: number } = {},
  ): Promise<Connection> {
    const session = options.session ?? NO_SESSION;
    const lastZxid = options.lastZxid ?? 0n;
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      const fail = () => {
        socket.destroy();
        reject(new ConnectionLost(`no session from port ${port}`));
      };
      const frames = new FrameSplitter((frame) => {
        const answer = new JuteReader(frame);
        const granted = frame.length >= 16 && frame.readInt32BE(4) > 0 && frame.readBigInt64BE(8) !== 0n;
        socket.setTimeout(0).off('close', fail);
        if (granted) resolve(new Connection(socket, frames, answer, lastZxid, options.silence));
        else {
          socket.destroy();
          reject(new SessionExpired(`session 0x${session.id.toString(16)} is no more, says port ${port}`));
        }
      });
      socket.on('error', () => {}).on('close', fail);
      socket.setTimeout(options.within ?? 3_000, fail);
      socket.on('data', (chunk: Buffer) => frames.push(chunk));
      const out = new JuteWriter()
        .int(0)
        .long(lastZxid)
        .int(options.timeout ?? 10_000);
      socket.write(out.long(session.id).buffer(session.password).bool(false).frame());
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Requests sent and not yet answered. */
  get outstanding(): number {
    return this.#waiting.length;
  }

  /** Sends a request. @throws ConnectionLost when no answer can come any more; ZooKeeper's errors are in the reply */
  call(opcode: number, body: (out: JuteWriter) => JuteWriter): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new ConnectionLost('the connection has ended'));
        return;
      }
      this.#xid += 1;
      this.#waiting.push({ xid: this.#xid, resolve, reject });
      this.#socket.write(body(new JuteWriter().int(this.#xid).int(opcode)).frame());
    });
  }

  ping(): void {
    if (!this.#closed) this.#socket.write(new JuteWriter().int(PING_XID).int(OP.ping).frame());
  }

  /** Stops pinging, as a client does that hangs. */
  stopPinging(): void {
    clearInterval(this.#pinging);
  }

  /** Ends the session in order. */
  async close(): Promise<void> {
    if (!this.#closed) await this.call(OP.closeSession, (out) => out).catch(() => undefined);
    this.drop();
  }

  /** Ends the connection; the session lives on until its timeout. */
  drop(): void {
    this.#socket.destroy();
    this.#onEnd();
  }

  #onFrame(frame: Buffer): void {
    this.lastHeard = performance.now();
    const body = new JuteReader(frame);
    const [xid, zxid, error] = [body.int(), body.long(), body.int()];
    if (xid === PING_XID) return;
    if (xid === EVENT_XID) {
      const type = body.int();
      body.int();
      this.onEvent({ type, path: body.string() });
      return;
    }
    const waiting = this.#waiting.shift();
    if (waiting?.xid !== xid) {
      waiting?.reject(new Error(`reply to ${xid} where ${waiting.xid} was due: replies out of order`));
      this.drop();
      return;
    }
    if (zxid > this.lastZxid) this.lastZxid = zxid;
    waiting.resolve({ zxid, error, body });
  }

  #onEnd(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#pinging);
    for (const { reject } of this.#waiting.splice(0))
      reject(new ConnectionLost('the connection ended before the reply'));
  }
}

/** Cuts a stream into frames. */
class FrameSplitter {
  onFrame: (frame: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onFrame: (frame: Buffer) => void) {
    this.onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 4) {
      const end = 4 + this.#rest.readInt32BE(0);
      if (this.#rest.length < end) return;
      const frame = this.#rest.subarray(4, end);
      this.#rest = this.#rest.subarray(end);
      this.onFrame(frame);
    }
  }
}
