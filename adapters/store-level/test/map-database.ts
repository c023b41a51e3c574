import type { LevelDatabase } from '../src/index.js';

type Operations = Parameters<LevelDatabase['batch']>[0];
type Range = Parameters<LevelDatabase['iterator']>[0];

/** The least database that the stores can live on: a sorted map that hands out Node's Buffers. */
export class MapDatabase implements LevelDatabase {
  readonly supports: LevelDatabase['supports'];
  #entries = new Map<string, Buffer>();
  #opened = false;
  failing = false;
  /** Writes of one process that have not ended; more than one at a time would let a database reorder them. */
  #process = { writing: 0 };

  constructor() {
    this.supports = { permanence: true } as LevelDatabase['supports'];
  }

  async open(): Promise<void> {
    this.#opened = true;
  }

  async close(): Promise<void> {
    if (!this.#opened) throw new Error('closed twice');
    this.#opened = false;
  }

  /** Another process uses the database from now on. */
  restart(): void {
    this.#process = { writing: 0 };
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#entries.get(Buffer.from(key).toString('hex'));
  }

  async getMany(keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }

  async batch(operations: Operations, options: { readonly sync: true }): Promise<void> {
    if (!options.sync) throw new Error('a write that is not synced');
    const own = this.#process;
    own.writing += 1;
    if (own.writing > 1) throw new Error('two writes at once');
    if (!this.failing) this.#apply(operations);
    await new Promise<void>((resolve) => setImmediate(resolve));
    own.writing -= 1;
    if (this.failing) throw new Error('told to fail');
  }

  async *iterator(range: Range): AsyncGenerator<[Uint8Array, Uint8Array]> {
    for (const [key, value] of this.#within(range)) yield [Buffer.from(key, 'hex'), value];
  }

  keys(range: Range): { all(): Promise<Uint8Array[]> } {
    return { all: async () => this.#within(range).map(([key]) => Buffer.from(key, 'hex')) };
  }

  /** Changes a byte of every value whose key begins with `prefix`, in hexadecimal. */
  damage(prefix: string): void {
    for (const [key, value] of this.#entries) if (key.startsWith(prefix)) value[value.length >> 1]! ^= 1;
  }

  /** Removes the first key that begins with `prefix`, in hexadecimal. */
  loseOne(prefix: string): void {
    const keys = [...this.#entries.keys()].sort();
    this.#entries.delete(keys.find((key) => key.startsWith(prefix))!);
  }

  /** How many keys there are. */
  get size(): number {
    return this.#entries.size;
  }

  #apply(operations: Operations): void {
    for (const operation of operations) {
      const key = Buffer.from(operation.key).toString('hex');
      if (operation.type === 'put') this.#entries.set(key, Buffer.from(operation.value));
      else this.#entries.delete(key);
    }
  }

  #within({ gte, lt }: Range): [string, Buffer][] {
    const [from, until] = [Buffer.from(gte).toString('hex'), Buffer.from(lt).toString('hex')];
    return [...this.#entries].filter(([key]) => key >= from && key < until).sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
