import { ByteReader, ByteWriter, type Clock } from '@quorate/interfaces';
import type { Completion } from '@quorate/zab';
import { type Identity, makeIdentity, writeEnvelope } from '@quorate/znode';
import type { Engine, ZNodeTree } from './engine.js';
import { EventFrames } from './net/event-frames.js';
import { OutputPool } from './net/output-pool.js';
import { SlotPool } from './pipeline/reply-slot.js';
import { type GuardedStateMachine, type SessionGuard, writeTrailer } from './sessions/session-guard.js';
import type { ServerSettings } from './settings.js';
import { ServerStats } from './stats.js';

const NO_BODY = new Uint8Array(0);

/** Something that waits for the engine to take requests again. */
export interface Throttled {
  /** @returns whether nothing is left to be taken */
  relieve(): boolean;
}

export interface ServerContextOptions {
  readonly id: number;
  readonly engine: Engine<GuardedStateMachine<ZNodeTree>>;
  readonly guard: SessionGuard;
  readonly clock: Clock;
  readonly settings: ServerSettings;
}

/** What the parts of one server share. */
export class ServerContext {
  readonly id: number;
  readonly engine: Engine<GuardedStateMachine<ZNodeTree>>;
  readonly guard: SessionGuard;
  readonly clock: Clock;
  readonly settings: ServerSettings;
  /** The identity of requests that no client sent. */
  readonly nobody: Identity = makeIdentity([]);
  readonly stats = new ServerStats();
  readonly slots = new SlotPool();
  readonly outputs = new OutputPool();
  readonly events = new EventFrames();
  /** Where the engine's state machine was last seen; set before the server serves. */
  tree!: ZNodeTree;
  /** Whether clients are served. */
  serving = false;
  /** For the request at hand. */
  readonly reader = new ByteReader();
  /** For a body that cannot go straight into the output. */
  readonly scratch = new ByteWriter(4096);
  readonly #envelope = new ByteWriter(4096);
  readonly #throttled = new Set<Throttled>();

  constructor(options: ServerContextOptions) {
    this.id = options.id;
    this.engine = options.engine;
    this.guard = options.guard;
    this.clock = options.clock;
    this.settings = options.settings;
  }

  /** Has one write replicated; `body[start, end)` is what follows the request's header. @param server through which it entered, `NOBODY` for the ensemble's own */
  submit(
    sessionHi: number,
    sessionLo: number,
    xid: number,
    opcode: number,
    identity: Identity,
    body: Uint8Array,
    start: number,
    end: number,
    server: number,
    completion: Completion,
  ): void {
    const out = this.#envelope;
    out.rewind(0);
    writeEnvelope(out, sessionHi, sessionLo, xid, opcode, identity, body, start, end);
    writeTrailer(out, sessionHi, sessionLo, server);
    this.engine.submit(out.peek(), completion);
  }

  /** As {@link submit}, for what the ensemble does by itself. */
  submitOwn(
    sessionHi: number,
    sessionLo: number,
    opcode: number,
    body: Uint8Array | undefined,
    server: number,
    completion: Completion,
  ): void {
    const bytes = body ?? NO_BODY;
    this.submit(sessionHi, sessionLo, 0, opcode, this.nobody, bytes, 0, bytes.length, server, completion);
  }

  /** Remembers to relieve it when the engine takes requests again. */
  throttle(waiting: Throttled): void {
    this.#throttled.add(waiting);
  }

  unthrottle(waiting: Throttled): void {
    this.#throttled.delete(waiting);
  }

  /** The engine takes requests again: as many as it does are handed over, in the order in which their owners began to wait. */
  relieve(): void {
    for (const waiting of this.#throttled) {
      if (!waiting.relieve()) return;
      this.#throttled.delete(waiting);
    }
  }
}
