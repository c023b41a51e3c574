import {
  type FileSystem,
  invariant,
  isQuorateError,
  type LogRecovery,
  type LogStore,
  type LogStoreEvents,
  QuorateError,
  type Zxid,
} from '@quorate/interfaces';
import { makeDirectory } from '../directories.js';
import { lastOfBatch } from './batch-last.js';
import { CALL_BATCH, CALL_RESET, CALL_TRUNCATE, CallQueue } from './call-queue.js';
import { LogView } from './log-view.js';
import { LogWriter } from './log-writer.js';
import { readPlan } from './read-log.js';
import { recover } from './recover.js';

const STATE_LIMIT = 64 << 10;
const MIB = 1 << 20;

export interface FileLogStoreOptions {
  readonly fileSystem: FileSystem;
  /** Created with its parents when missing. It belongs to this store alone. */
  readonly directory: string;
  /** Size at which a new segment is begun; 64 KiB … 1 GiB, 64 MiB unless told. A larger batch gets a segment of its own. */
  readonly segmentBytes?: number;
  /** How far ahead zeros are written, at most; 4 MiB unless told. 0: files grow with each write, and each sync costs more. */
  readonly preallocateBytes?: number;
}

type Status = 'new' | 'open' | 'failed' | 'closed';

/** A log in segment files. How they are laid out: `frame.ts`, `segment-head.ts`; why a crash cannot hurt: the README. */
export class FileLogStore implements LogStore {
  readonly supports = { permanence: true };
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  readonly #segmentBytes: number;
  readonly #preallocateBytes: number;
  readonly #queue = new CallQueue();
  #events: LogStoreEvents | null = null;
  #view = new LogView();
  #writer: LogWriter | null = null;
  #status: Status = 'new';
  #token = 0;
  /** The loop that empties the queue runs. */
  #busy = false;
  #running: Promise<void> = Promise.resolve();
  #closing = false;
  #failure: QuorateError | null = null;
  #idleToken = 0;

  /** @throws QuorateError `BAD_CONFIG` */
  constructor(options: FileLogStoreOptions) {
    this.#fileSystem = options.fileSystem;
    this.#directory = options.directory;
    this.#segmentBytes = inRange('segmentBytes', options.segmentBytes ?? 64 * MIB, 64 << 10, 1024 * MIB);
    this.#preallocateBytes = inRange('preallocateBytes', options.preallocateBytes ?? 4 * MIB, 0, this.#segmentBytes);
  }

  get base(): Zxid {
    return this.#view.base;
  }

  get last(): Zxid {
    return this.#view.last;
  }

  async open(events: LogStoreEvents): Promise<LogRecovery> {
    invariant(this.#status === 'new', `open: this log store is ${this.#status}; make a new one`);
    this.#status = 'closed';
    try {
      await makeDirectory(this.#fileSystem, this.#directory);
      const recovered = await recover(this.#fileSystem, this.#directory);
      const writer = new LogWriter(
        {
          fileSystem: this.#fileSystem,
          directory: this.#directory,
          segmentBytes: this.#segmentBytes,
          preallocateBytes: this.#preallocateBytes,
        },
        this.#queue,
        recovered,
        (error) => this.#fail(error),
      );
      this.#writer = writer;
      await writer.begin(recovered.recovery.last);
      for (const path of recovered.garbage) await this.#fileSystem.unlink(path);
      this.#view = recovered.view;
      this.#events = events;
      this.#status = 'open';
      return recovered.recovery;
    } catch (error) {
      await this.#writer?.close().catch(() => {});
      this.#writer = null;
      throw this.#asFailure(error, 'opened');
    }
  }

  append(batch: Uint8Array): void {
    if (!this.#usable('append')) return;
    const last = lastOfBatch(batch, this.#view.last);
    this.#view.append(batch, last, this.#queue.add(CALL_BATCH, batch, last));
  }

  putState(state: Uint8Array): void {
    if (!this.#usable('putState')) return;
    invariant(
      state.length <= STATE_LIMIT,
      `putState: ${state.length} bytes; the peer's state has at most ${STATE_LIMIT}`,
    );
    this.#queue.addState(state);
  }

  truncateAfter(zxid: Zxid): void {
    if (!this.#usable('truncateAfter')) return;
    if (zxid === this.#view.last) return;
    this.#view.truncateAfter(zxid);
    this.#queue.add(CALL_TRUNCATE, null, zxid);
  }

  reset(base: Zxid): void {
    if (!this.#usable('reset')) return;
    this.#view.reset(base);
    this.#queue.add(CALL_RESET, null, base);
  }

  retire(zxid: Zxid): void {
    if (!this.#usable('retire')) return;
    const oldest = this.#view.retire(zxid);
    if (oldest > 0) this.#queue.addRetire(oldest);
  }

  sync(): number {
    this.#token += 1;
    if (!this.#usable('sync')) return this.#token;
    if (this.#queue.mark(this.#token)) this.#run();
    else this.#reportIdle();
    return this.#token;
  }

  read(after: Zxid, maxBytes: number, done: (error: Error | null, batches: readonly Uint8Array[]) => void): void {
    let pending: Promise<readonly Uint8Array[]>;
    try {
      if (!this.#usable('read')) throw new QuorateError('CLOSED', `read: this log store is ${this.#status}`);
      pending = readPlan(this.#view.plan(after, maxBytes), after, maxBytes);
    } catch (error) {
      pending = Promise.reject(error);
    }
    pending.then(
      (batches) => done(null, batches),
      (error: Error) => done(error, []),
    );
  }

  async close(): Promise<void> {
    const open = this.#status === 'open';
    if (open) {
      this.#closing = true;
      if (this.#queue.length > 0) this.#run();
    }
    await this.#running;
    this.#status = 'closed';
    const writer = this.#writer;
    this.#writer = null;
    if (this.#failure === null) await writer?.close();
    else {
      await writer?.close().catch(() => {});
      if (open) throw this.#failure;
    }
  }

  #usable(call: string): boolean {
    invariant(this.#status !== 'new', `${call}: open this log store first`);
    return this.#status === 'open';
  }

  #run(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#running = this.#empty(this.#writer!);
  }

  /** Writes group after group until no call is left, then zeros ahead. */
  async #empty(writer: LogWriter): Promise<void> {
    try {
      while (this.#status === 'open') {
        if (this.#queue.length > 0) {
          const token = await writer.writeGroup();
          if (token > 0) this.#report(token);
        } else if (this.#closing || !(await writer.writeAhead())) {
          if (this.#queue.length === 0) break;
        }
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#busy = false;
    }
  }

  #report(token: number): void {
    if (this.#status === 'open') this.#events!.onDurable(token);
  }

  /** Everything is on disk already; says so outside the call. */
  #reportIdle(): void {
    if (this.#idleToken === 0) {
      queueMicrotask(() => {
        const token = this.#idleToken;
        this.#idleToken = 0;
        this.#report(token);
      });
    }
    this.#idleToken = this.#token;
  }

  #fail(error: unknown): void {
    if (this.#status !== 'open') return;
    this.#status = 'failed';
    this.#queue.clear();
    const failure = this.#asFailure(error, 'written');
    this.#failure = failure;
    queueMicrotask(() => this.#events!.onFailure(failure));
  }

  #asFailure(error: unknown, what: string): QuorateError {
    if (isQuorateError(error)) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new QuorateError('STORAGE_FAILED', `the log in ${this.#directory} could not be ${what}: ${reason}`, {
      cause: error,
    });
  }
}

function inRange(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new QuorateError('BAD_CONFIG', `${name} is ${value}; it must be an integer from ${least} to ${most}`);
}

/** A {@link LogStore} in segment files of a directory. @throws QuorateError `BAD_CONFIG` */
export function fileLogStore(options: FileLogStoreOptions): LogStore {
  return new FileLogStore(options);
}
