import { Connection, ConnectionLost, type Reply, SessionExpired, type SessionTicket } from './connection.js';
import { OP, request, ZK } from './jute.js';
import { pause } from './wait.js';

/** One in so many writes creates a node; the others set the writer's counter node. */
const CREATE_EVERY = 32;
const RETRY_MS = 15;
/** When no server took a writer for so long, none will: for example because all have lost what it has seen. */
const CONNECT_WITHIN_MS = 30_000;

/** What a writer attempted and what became of it. */
type Outcome = 'pending' | 'acknowledged' | 'unknown' | 'applied' | 'lost';

interface Attempt {
  readonly kind: 'set' | 'create';
  /** Unique over the whole run. */
  readonly value: string;
  /** `set`: the version that it makes. */
  readonly version: number;
  outcome: Outcome;
}

export interface WriterOptions {
  readonly name: string;
  readonly ports: readonly number[];
  /** Session timeout asked for, in milliseconds. */
  readonly timeout: number;
  /** Writes under way at once. */
  readonly window?: number;
}

/**
 * A client that writes values nobody else writes, with the version it expects, through one session that moves between
 * servers; and that remembers each attempt, so that it can be held against what the servers have at the end.
 * Nodes: `/writers/<name>` (its counter) and `/writers/<name>/<value>` (those it creates).
 */
export class Writer {
  readonly name: string;
  /** What the servers did that they must not do. */
  readonly violations: string[] = [];
  /** Writes that were acknowledged. */
  acknowledged = 0;
  /** Writes whose reply never came. */
  unknown = 0;
  /** Sessions that the servers said were no more. */
  sessionsLost = 0;
  readonly #ports: readonly number[];
  readonly #timeout: number;
  readonly #window: number;
  readonly #created: Attempt[] = [];
  #inDoubt: Attempt[] = [];
  #connection: Connection | undefined;
  #session: SessionTicket | undefined;
  #lastZxid = 0n;
  #version = 0;
  #value = '';
  #count = 0;
  #port = 0;
  #stopping = false;
  #running: Promise<void> | undefined;

  constructor(options: WriterOptions) {
    this.name = options.name;
    this.#ports = options.ports;
    this.#timeout = options.timeout;
    this.#window = options.window ?? 4;
  }

  get path(): string {
    return `/writers/${this.name}`;
  }

  /** Connects, creates the counter node and begins to write. */
  async start(): Promise<void> {
    const connection = await this.#connect();
    await connection.call(OP.create, request.create('/writers', ''));
    const made = await connection.call(OP.create, request.create(this.path, ''));
    if (made.error !== ZK.ok) throw new Error(`create of ${this.path}: error ${made.error}`);
    this.#running = this.#run().catch((error: unknown) => {
      this.violations.push(String(error));
    });
  }

  /** Finishes what is under way, settles what is in doubt, and closes the session. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
    if (this.violations.length > 0) return;
    const connection = await this.#connect();
    await connection.close();
  }

  /** Holds what one server has against what this writer knows. Nobody may be writing. */
  async verify(port: number): Promise<string[]> {
    const connection = await Connection.open(port, { within: 10_000 });
    try {
      await connection.call(OP.sync, request.path(this.path));
      const found: string[] = [];
      const counter = await connection.call(OP.getData, request.read(this.path));
      const [value, version] = [counter.body.buffer().toString(), counter.body.stat().version];
      if (value !== this.#value || version !== this.#version) {
        found.push(`${this.path} is ${value} at version ${version}, not ${this.#value} at ${this.#version}`);
      }
      const listed = await connection.call(OP.getChildren, request.read(this.path));
      const children = new Set(listed.body.strings());
      for (const attempt of this.#created) {
        const there = children.delete(attempt.value);
        if (there !== (attempt.outcome !== 'lost')) {
          found.push(`${attempt.value} was ${attempt.outcome} and is ${there ? 'there' : 'not there'}`);
        }
      }
      for (const child of children) found.push(`${child} is there and nobody created it`);
      return found.map((what) => `through port ${port}: ${what}`);
    } finally {
      await connection.close();
    }
  }

  async #run(): Promise<void> {
    const underWay = new Set<Promise<void>>();
    while (!this.#stopping) {
      if (this.#connection === undefined || this.#connection.closed) {
        await Promise.all(underWay);
        await this.#connect();
        continue;
      }
      while (underWay.size < this.#window) {
        const writing = this.#write(this.#connection).finally(() => underWay.delete(writing));
        underWay.add(writing);
      }
      await Promise.race(underWay);
    }
    await Promise.all(underWay);
  }

  /** One write; never rejects. */
  async #write(connection: Connection): Promise<void> {
    this.#count += 1;
    const value = `${this.name}-${this.#count}`;
    const kind = this.#count % CREATE_EVERY === 0 ? 'create' : 'set';
    const pendingSets = this.#inDoubt.filter((attempt) => attempt.kind === 'set').length;
    const version = this.#version + pendingSets + 1;
    const attempt: Attempt = { kind, value, version, outcome: 'pending' };
    this.#inDoubt.push(attempt);
    try {
      const reply =
        kind === 'create'
          ? await connection.call(OP.create, request.create(`${this.path}/${value}`, value))
          : await connection.call(OP.setData, request.setData(this.path, value, version - 1));
      this.#onReply(attempt, reply);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) this.violations.push(String(error));
      attempt.outcome = 'unknown';
      this.unknown += 1;
    }
  }

  #onReply(attempt: Attempt, reply: Reply): void {
    if (reply.error !== ZK.ok) {
      this.violations.push(
        `${attempt.kind} of ${attempt.value}: error ${reply.error}, though nobody else writes there`,
      );
      this.#connection?.drop();
      attempt.outcome = 'unknown';
      return;
    }
    if (this.#inDoubt[0] !== attempt) this.violations.push(`${attempt.value} was answered before an earlier write`);
    this.#inDoubt.shift();
    this.acknowledged += 1;
    attempt.outcome = 'acknowledged';
    if (attempt.kind === 'create') {
      this.#created.push(attempt);
      return;
    }
    const { version } = reply.body.stat();
    if (version !== attempt.version) {
      this.violations.push(`the reply to ${attempt.value} says version ${version}, not ${attempt.version}`);
    }
    this.#version = attempt.version;
    this.#value = attempt.value;
  }

  /** A connection of the same session, tried server by server until one answers; what was in doubt is settled then. */
  async #connect(): Promise<Connection> {
    const began = performance.now();
    let lastTry = began;
    let longestGap = 0;
    for (;;) {
      if (this.#connection !== undefined && !this.#connection.closed) return this.#connection;
      const now = performance.now();
      longestGap = Math.max(longestGap, now - lastTry);
      lastTry = now;
      if (now - began > CONNECT_WITHIN_MS) throw new Error(`no server took ${this.name} for ${CONNECT_WITHIN_MS} ms`);
      this.#lastZxid = this.#connection?.lastZxid ?? this.#lastZxid;
      const port = this.#ports[this.#port++ % this.#ports.length]!;
      try {
        const session = this.#session === undefined ? {} : { session: this.#session };
        const within = Math.max(300, this.#timeout / 4);
        const silence = this.#timeout / 3;
        const options = { timeout: this.#timeout, lastZxid: this.#lastZxid, within, silence, ...session };
        this.#connection = await Connection.open(port, options);
        this.#session = this.#connection.session;
        await this.#settle(this.#connection);
      } catch (error) {
        if (error instanceof SessionExpired) this.#onExpired(longestGap);
        else if (!(error instanceof ConnectionLost)) throw error;
        await pause(RETRY_MS);
      }
    }
  }

  #onExpired(longestGap: number): void {
    this.sessionsLost += 1;
    this.#session = undefined;
    // A client that itself stood still for that long (a busy machine) did not ping in time.
    if (longestGap < this.#timeout / 2) {
      this.violations.push(`${this.name} lost its session though it tried every ${Math.round(longestGap)} ms at most`);
    }
  }

  /** After a reconnect: which of the unanswered writes took effect? Those that did must be the first ones. */
  async #settle(connection: Connection): Promise<void> {
    if (this.#inDoubt.length === 0) return;
    await connection.call(OP.sync, request.path(this.path));
    const counter = await connection.call(OP.getData, request.read(this.path));
    const [value, version] = [counter.body.buffer().toString(), counter.body.stat().version];
    const creates = this.#inDoubt.filter((attempt) => attempt.kind === 'create');
    const there = await Promise.all(
      creates.map((attempt) => connection.call(OP.exists, request.read(`${this.path}/${attempt.value}`))),
    );
    if (version < this.#version)
      this.violations.push(`${this.path} is at ${version}, ${this.#version} was acknowledged`);
    let gap: string | undefined;
    for (const attempt of this.#inDoubt) {
      const applied =
        attempt.kind === 'set' ? attempt.version <= version : there[creates.indexOf(attempt)]!.error === ZK.ok;
      attempt.outcome = applied ? 'applied' : 'lost';
      if (applied && gap !== undefined)
        this.violations.push(`${attempt.value} took effect, the earlier ${gap} did not`);
      if (!applied) gap ??= attempt.value;
      if (attempt.kind === 'create') this.#created.push(attempt);
      else if (applied) [this.#version, this.#value] = [attempt.version, attempt.value];
    }
    this.#inDoubt = [];
    if (version !== this.#version || value !== this.#value) {
      this.violations.push(`${this.path} is ${value} at ${version}; expected ${this.#value} at ${this.#version}`);
      [this.#version, this.#value] = [version, value];
    }
  }
}

/** Sum of a count over writers. */
export function total(writers: readonly Writer[], count: (writer: Writer) => number): number {
  return writers.reduce((sum, writer) => sum + count(writer), 0);
}
