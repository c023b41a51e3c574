import {
  type AbortSignalLike,
  type Address,
  ByteReader,
  ByteWriter,
  type Clock,
  type Connection,
  type ConnectionSink,
  type Listener,
  QuorateError,
  type Timer,
  type Transport,
} from '@quorate/interfaces';
import {
  beginFrame,
  type ConnectRequest,
  type ConnectResponse,
  endFrame,
  expiredConnectResponse,
  FrameDecoder,
  OpCode,
  readConnectRequest,
  readRequestHeader,
  sessionPassword,
  writeConnectResponse,
  writeReplyHeader,
  writeWatcherEvent,
  Xid,
} from '@quorate/protocol';

class FakeTimer implements Timer {
  when = Number.POSITIVE_INFINITY;
  readonly fn: () => void;

  constructor(fn: () => void) {
    this.fn = fn;
  }

  at(when: number): void {
    this.when = when;
  }

  cancel(): void {
    this.when = Number.POSITIVE_INFINITY;
  }
}

/** Virtual time: it stands still until {@link advance}. */
export class FakeClock implements Clock {
  time = 1000;
  random = 1;
  readonly #timers: FakeTimer[] = [];
  #deferred: (() => void)[] = [];

  now(): number {
    return this.time;
  }

  wall(): number {
    return this.time;
  }

  timer(fn: () => void): Timer {
    const timer = new FakeTimer(fn);
    this.#timers.push(timer);
    return timer;
  }

  defer(fn: () => void): void {
    this.#deferred.push(fn);
  }

  randomU32(): number {
    this.random = (Math.imul(this.random, 1664525) + 1013904223) >>> 0;
    return this.random;
  }

  /** Lets promises settle and turns end until nothing more happens. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 20; quiet++) {
      await Promise.resolve();
      const deferred = this.#deferred;
      if (deferred.length === 0) continue;
      this.#deferred = [];
      for (const fn of deferred) fn();
      quiet = 0;
    }
  }

  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await this.settle();
    for (let due = this.#due(end); due !== undefined; due = this.#due(end)) {
      this.time = Math.max(this.time, due.when);
      due.cancel();
      due.fn();
      await this.settle();
    }
    this.time = end;
  }

  #due(end: number): FakeTimer | undefined {
    let first: FakeTimer | undefined;
    for (const timer of this.#timers) if (timer.when <= end && timer.when < (first?.when ?? Infinity)) first = timer;
    return first;
  }
}

/** One request as a server got it. */
export interface Received {
  readonly xid: number;
  readonly type: number;
  readonly body: ByteReader;
  readonly at: number;
}

/** The server's end of a connection, worked by the test. */
export class Peer implements Connection {
  readonly remote: Address;
  readonly buffered = 0;
  /** Frames after the handshake, pings apart. */
  readonly requests: Received[] = [];
  readonly pings: number[] = [];
  hello: ConnectRequest | undefined;
  writes = 0;
  /** What `send` tells the client. */
  accepting = true;
  destroyed = false;
  /** Closes as soon as it is opened. */
  stillborn = false;
  readonly #clock: FakeClock;
  readonly #decoder = new FrameDecoder({ maxFrameBytes: 2 ** 24 });
  #sink: ConnectionSink | undefined;

  constructor(address: Address, clock: FakeClock) {
    this.remote = address;
    this.#clock = clock;
  }

  open(sink: ConnectionSink): void {
    this.#sink = sink;
    if (this.stillborn) sink.onClose();
  }

  send(bytes: Uint8Array): boolean {
    this.writes += 1;
    this.#decoder.push(bytes, (frame, start, end) => {
      const body = new ByteReader(frame.slice(start, end));
      if (this.hello === undefined) {
        this.hello = readConnectRequest(body);
        return;
      }
      const { xid, type } = readRequestHeader(body);
      if (type === OpCode.ping) this.pings.push(this.#clock.now());
      else this.requests.push({ xid, type, body, at: this.#clock.now() });
    });
    return this.accepting;
  }

  pause(): void {}
  resume(): void {}
  end(): void {
    this.destroyed = true;
  }
  destroy(): void {
    this.destroyed = true;
  }

  drain(): void {
    this.accepting = true;
    this.#sink?.onDrain();
  }

  /** The server closes, or the network breaks. */
  async close(error?: Error): Promise<void> {
    this.destroyed = true;
    this.#sink?.onClose(error);
    await this.#clock.settle();
  }

  /** Sends raw bytes, in memory that is overwritten afterwards. */
  async deliver(bytes: Uint8Array): Promise<void> {
    const chunk = bytes.slice();
    this.#sink?.onData(chunk);
    chunk.fill(0xee);
    await this.#clock.settle();
  }

  async frame(write: (w: ByteWriter) => void): Promise<void> {
    await this.deliver(framed(write));
  }

  async welcome(response: Partial<ConnectResponse> = {}): Promise<void> {
    const sessionId = response.sessionId ?? 0x0100000000000001n;
    const full: ConnectResponse = {
      protocolVersion: 0,
      timeOut: 30_000,
      sessionId,
      passwd: sessionPassword(sessionId),
      readOnly: false,
      hasReadOnly: true,
      ...response,
    };
    await this.frame((w) => writeConnectResponse(w, full));
  }

  async expire(): Promise<void> {
    await this.frame((w) => writeConnectResponse(w, expiredConnectResponse(true)));
  }

  async reply(xid: number, zxid: number, err = 0, body?: (w: ByteWriter) => void): Promise<void> {
    await this.frame((w) => {
      writeReplyHeader(w, xid, zxid, err);
      body?.(w);
    });
  }

  async notify(type: number, path: string, zxid = -1): Promise<void> {
    await this.reply(Xid.notification, zxid, 0, (w) => writeWatcherEvent(w, type, 3, path));
  }

  /** Takes the oldest request not taken yet. */
  take(): Received {
    const received = this.requests.shift();
    if (received === undefined) throw new Error('the client sent no request');
    return received;
  }
}

export function framed(write: (w: ByteWriter) => void): Uint8Array {
  const w = new ByteWriter();
  const begun = beginFrame(w);
  write(w);
  endFrame(w, begun);
  return w.take();
}

/** Addresses in `refusing` fail at once, those in `silent` never answer; every other one connects. */
export class FakeTransport implements Transport {
  readonly supports = { pause: true };
  readonly refusing = new Set<Address>();
  readonly silent = new Set<Address>();
  readonly stillborn = new Set<Address>();
  /** Ends the wait of every dial to an address in `slow`, which ignores aborts. */
  readonly arrivals: (() => void)[] = [];
  readonly slow = new Set<Address>();
  readonly dials: { readonly address: Address; readonly at: number }[] = [];
  readonly peers: Peer[] = [];
  aborted = 0;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  listen(): Promise<Listener> {
    return Promise.reject(new QuorateError('BAD_ADDRESS', 'this transport only dials'));
  }

  dial(address: Address, options: { signal?: AbortSignalLike } = {}): Promise<Connection> {
    this.dials.push({ address, at: this.#clock.now() });
    if (this.refusing.has(address)) return Promise.reject(new QuorateError('CONNECTION_FAILED', address));
    if (!this.silent.has(address)) {
      const peer = new Peer(address, this.#clock);
      peer.stillborn = this.stillborn.has(address);
      this.peers.push(peer);
      if (!this.slow.has(address)) return Promise.resolve(peer);
      return new Promise((resolve) => this.arrivals.push(() => resolve(peer)));
    }
    return new Promise((_, reject) => {
      options.signal?.addEventListener('abort', () => {
        this.aborted += 1;
        reject(new QuorateError('ABORTED', address));
      });
    });
  }

  get last(): Peer {
    const peer = this.peers.at(-1);
    if (peer === undefined) throw new Error('nobody dialled');
    return peer;
  }
}
