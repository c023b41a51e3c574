import {
  BatchWriter,
  epochOf,
  type LogRecovery,
  type LogStore,
  makeZxid,
  nextZxid,
  type Zxid,
} from '@quorate/interfaces';
import { type FileLogStoreOptions, fileLogStore } from '../src/index.js';
import { MemoryFileSystem } from './memory-file-system.js';

export function batchAfter(previous: Zxid, bytes = 20, count = 1): Uint8Array {
  const writer = new BatchWriter(previous);
  let zxid = previous;
  for (let i = 0; i < count; i++) {
    zxid = epochOf(zxid) === 0 ? makeZxid(1, 1) : nextZxid(zxid);
    writer.beginEntry(zxid, 0);
    writer.payload.raw(new Uint8Array(bytes).fill(zxid % 251));
    writer.endEntry(zxid);
  }
  return writer.seal(0 as Zxid);
}

/** An open log with promises for its events. */
export class OpenLog {
  readonly log: LogStore;
  readonly failures: Error[] = [];
  recovery!: LogRecovery;
  durable = 0;
  #wake: () => void = () => {};

  constructor(log: LogStore) {
    this.log = log;
  }

  async open(): Promise<this> {
    this.recovery = await this.log.open({
      onDurable: (token) => {
        this.durable = token;
        this.#wake();
      },
      onFailure: (error) => {
        this.failures.push(error);
        this.#wake();
      },
    });
    return this;
  }

  append(bytes?: number, count?: number): void {
    this.log.append(batchAfter(this.log.last, bytes, count));
  }

  /** Syncs and waits until that is durable or the log has failed. */
  async settle(): Promise<void> {
    const token = this.log.sync();
    while (this.durable < token && this.failures.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  read(after: Zxid): Promise<readonly Uint8Array[]> {
    return new Promise((resolve, reject) => {
      this.log.read(after, 1 << 20, (error, batches) => (error === null ? resolve(batches) : reject(error)));
    });
  }
}

export type Files = ReadonlyMap<string, Uint8Array>;

/** Opens the log in these files, or on this file system. */
export function openLog(disk: Files | MemoryFileSystem, options: Partial<FileLogStoreOptions> = {}): Promise<OpenLog> {
  const fileSystem = disk instanceof MemoryFileSystem ? disk : new MemoryFileSystem(disk);
  return new OpenLog(fileLogStore({ preallocateBytes: 0, ...options, fileSystem, directory: 'log' })).open();
}
