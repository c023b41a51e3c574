import { sliceBatch, type Zxid } from '@quorate/interfaces';
import type { BatchRef } from './batch-index.js';
import { batchKey } from './keys.js';
import type { LevelOperation, SharedDatabase } from './level-database.js';

/** A batch in the database that is to keep only its entries up to `through`. */
interface Shortening {
  readonly type: 'shorten';
  readonly first: Zxid;
  readonly previous: Zxid;
  readonly through: Zxid;
}

export type Change = LevelOperation | Shortening;

class Call {
  readonly changes: readonly Change[];
  /** The batch that an append brought, and its bytes as they were then. */
  readonly ref: BatchRef | null;
  readonly bytes: Uint8Array | null;
  token = 0;

  constructor(changes: readonly Change[], ref: BatchRef | null) {
    this.changes = changes;
    this.ref = ref;
    this.bytes = ref?.bytes ?? null;
  }
}

/** A group takes calls until it has this many bytes. */
const GROUP_BYTES = 8 << 20;

/** Puts calls in the database in order, in atomic groups, one at a time. */
export class WriteQueue {
  readonly #database: SharedDatabase;
  #calls: Call[] = [];

  constructor(database: SharedDatabase) {
    this.#database = database;
  }

  get length(): number {
    return this.#calls.length;
  }

  add(changes: readonly Change[], ref: BatchRef | null = null): void {
    this.#calls.push(new Call(changes, ref));
  }

  /** Notes a sync's token at the newest call. @returns false when there is none: all is on disk */
  mark(token: number): boolean {
    const newest = this.#calls.at(-1);
    if (newest === undefined) return false;
    newest.token = token;
    return true;
  }

  clear(): void {
    this.#calls = [];
  }

  /** Writes a group. @returns the highest sync token that is thereby satisfied; 0 when none is */
  async writeGroup(): Promise<number> {
    const operations: LevelOperation[] = [];
    let bytes = 0;
    let count = 0;
    while (count < this.#calls.length && (count === 0 || bytes < GROUP_BYTES)) {
      for (const change of this.#calls[count]!.changes) {
        const operation = change.type === 'shorten' ? await this.#shortened(change) : change;
        operations.push(operation);
        if (operation.type === 'put') bytes += operation.value.length;
      }
      count += 1;
    }
    await this.#database.write(operations);
    let token = 0;
    for (const call of this.#calls.splice(0, count)) {
      token = Math.max(token, call.token);
      if (call.ref !== null && call.ref.bytes === call.bytes) call.ref.bytes = null;
    }
    return token;
  }

  async #shortened({ first, previous, through }: Shortening): Promise<LevelOperation> {
    const key = batchKey(first);
    const value = await this.#database.get(key);
    const kept = value === undefined ? undefined : sliceBatch(value, previous, through);
    if (kept === undefined) throw new Error('a batch that is to be shortened is not in the database');
    return { type: 'put', key, value: kept };
  }
}
