import { QuorateError } from '@quorate/interfaces';
import type { AbstractLevel } from 'abstract-level';

/** One element of an atomic write. */
export type LevelOperation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

const BINARY = { keyEncoding: 'view', valueEncoding: 'view' } as const;
/** `sync` is classic-level's own: without it a write is only in the page cache when it resolves. Others ignore it. */
const SYNCED = { ...BINARY, sync: true } as const;

type Binary = typeof BINARY;
type Range = Binary & { readonly gte: Uint8Array; readonly lt: Uint8Array };

/** What is used of a database: any of the abstract-level family fits. It belongs to one storage alone. */
export interface LevelDatabase extends Pick<AbstractLevel<unknown>, 'supports' | 'open' | 'close'> {
  get(key: Uint8Array, options: Binary): Promise<Uint8Array | undefined>;
  getMany(keys: Uint8Array[], options: Binary): Promise<(Uint8Array | undefined)[]>;
  batch(operations: LevelOperation[], options: typeof SYNCED): Promise<void>;
  iterator(options: Range): AsyncIterable<[Uint8Array, Uint8Array]>;
  keys(options: Range): { all(): Promise<Uint8Array[]> };
}

/** Some databases answer with Node's Buffer, whose `slice` does not copy. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A database shared by a log and a snapshot store: opened by the first user, closed by the last one. */
export class SharedDatabase {
  readonly #database: LevelDatabase;
  #users = 0;
  #abandoned = false;

  constructor(database: LevelDatabase) {
    this.#database = database;
  }

  get permanence(): boolean {
    return this.#database.supports.permanence;
  }

  /** @throws QuorateError `STORAGE_FAILED`, or `CORRUPT_LOG` where the database says that it is damaged */
  async acquire(): Promise<void> {
    this.#users += 1;
    try {
      await this.#database.open();
    } catch (error) {
      this.#users -= 1;
      throw asFailure('the database could not be opened', error);
    }
  }

  async release(): Promise<void> {
    if (this.#abandoned) return;
    this.#users -= 1;
    if (this.#users === 0) await this.#database.close();
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    const value = await this.#database.get(key, BINARY);
    return value === undefined ? undefined : plain(value);
  }

  async getMany(keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    const values = await this.#database.getMany(keys, BINARY);
    return values.map((value) => (value === undefined ? undefined : plain(value)));
  }

  /** Nothing is written any more, and no write that is asked for ever ends. */
  abandon(): void {
    this.#abandoned = true;
  }

  /** All or nothing, on disk when it resolves. */
  write(operations: LevelOperation[]): Promise<void> {
    if (this.#abandoned) return new Promise(() => {});
    return this.#database.batch(operations, SYNCED);
  }

  /** Keys and values with `from ≤ key < until`, in order. */
  async *entries(from: Uint8Array, until: Uint8Array): AsyncGenerator<[Uint8Array, Uint8Array]> {
    const range = { ...BINARY, gte: from, lt: until };
    for await (const [key, value] of this.#database.iterator(range)) yield [key, plain(value)];
  }

  /** Keys with `from ≤ key < until`, in order. */
  keys(from: Uint8Array, until: Uint8Array): Promise<Uint8Array[]> {
    return this.#database.keys({ ...BINARY, gte: from, lt: until }).all();
  }
}

/** Level's errors say what is wrong in the code of their cause. */
function levelCode(error: unknown): unknown {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return cause?.code ?? code;
}

export function asFailure(what: string, error: unknown): QuorateError {
  const reason = error instanceof Error ? error.message : String(error);
  const code = levelCode(error) === 'LEVEL_CORRUPTION' ? 'CORRUPT_LOG' : 'STORAGE_FAILED';
  return new QuorateError(code, `${what}: ${reason}`, { cause: error });
}
