import {
  crc32,
  QuorateError,
  type SnapshotInfo,
  type SnapshotReader,
  type SnapshotStore,
  type SnapshotWriter,
  type Zxid,
} from '@quorate/interfaces';

export interface Stored {
  readonly bytes: Uint8Array;
  readonly crc: number;
}

/** What outlives a store. */
export class Shelf {
  readonly finished = new Map<Zxid, Stored>();
  /** What unfinished writers of all stores left behind. */
  readonly unfinished = new Map<ReferenceWriter, Zxid>();
}

export type SnapshotStoreClass = new (shelf: Shelf) => ReferenceSnapshotStore;

/** The plainest correct snapshot store. Saboteurs override a step. */
export class ReferenceSnapshotStore implements SnapshotStore {
  readonly supports = { permanence: true };
  readonly shelf: Shelf;
  readonly writers = new Set<ReferenceWriter>();
  dead = false;

  constructor(shelf: Shelf) {
    this.shelf = shelf;
  }

  async list(): Promise<readonly SnapshotInfo[]> {
    const infos: SnapshotInfo[] = [];
    for (const [zxid, stored] of this.shelf.finished) {
      if (this.sound(stored)) infos.push({ zxid, bytes: stored.bytes.length });
    }
    return infos.sort((a, b) => b.zxid - a.zxid);
  }

  async begin(zxid: Zxid): Promise<SnapshotWriter> {
    return this.writer(zxid);
  }

  async open(zxid: Zxid): Promise<SnapshotReader> {
    const stored = this.shelf.finished.get(zxid);
    if (stored === undefined) throw new QuorateError('NO_SUCH_ZXID', 'nothing there');
    return this.reader(zxid, stored);
  }

  async drop(zxid: Zxid): Promise<void> {
    await this.pause();
    if (!this.dead) this.shelf.finished.delete(zxid);
  }

  async close(): Promise<void> {
    for (const writer of [...this.writers]) await writer.abort();
    this.dead = true;
  }

  /** The process dies. */
  kill(): void {
    this.dead = true;
  }

  finish(zxid: Zxid, bytes: Uint8Array): void {
    if (!this.dead) this.shelf.finished.set(zxid, { bytes, crc: crc32(bytes) });
  }

  pause(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  protected sound({ bytes, crc }: Stored): boolean {
    return crc32(bytes) === crc;
  }

  protected writer(zxid: Zxid): SnapshotWriter {
    return new ReferenceWriter(this, zxid);
  }

  protected reader(zxid: Zxid, stored: Stored): SnapshotReader {
    return new ReferenceReader(zxid, stored);
  }
}

export class ReferenceWriter implements SnapshotWriter {
  protected readonly store: ReferenceSnapshotStore;
  protected readonly zxid: Zxid;
  protected pieces: Uint8Array[] = [];
  protected ended = false;

  constructor(store: ReferenceSnapshotStore, zxid: Zxid) {
    this.store = store;
    this.zxid = zxid;
    store.writers.add(this);
    store.shelf.unfinished.set(this, zxid);
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.requireOpen();
    this.pieces.push(chunk.slice());
  }

  async commit(): Promise<void> {
    this.requireOpen();
    this.end();
    await this.store.pause();
    this.store.finish(this.zxid, Buffer.concat(this.pieces));
  }

  async abort(): Promise<void> {
    this.end();
  }

  protected end(): void {
    this.ended = true;
    this.store.writers.delete(this);
    this.store.shelf.unfinished.delete(this);
  }

  protected requireOpen(): void {
    if (this.ended) throw new QuorateError('CLOSED', 'it has ended');
  }
}

export class ReferenceReader implements SnapshotReader {
  readonly zxid: Zxid;
  readonly bytes: number;
  protected readonly stored: Stored;
  protected at = 0;

  constructor(zxid: Zxid, stored: Stored) {
    this.zxid = zxid;
    this.bytes = stored.bytes.length;
    this.stored = stored;
  }

  async read(): Promise<Uint8Array | null> {
    const { bytes, crc } = this.stored;
    if (this.at < bytes.length) {
      const piece = bytes.subarray(this.at, this.at + this.limit);
      this.at += piece.length;
      return piece;
    }
    if (crc32(bytes) !== crc) throw new QuorateError('CORRUPT_SNAPSHOT', 'not what was written');
    return null;
  }

  async close(): Promise<void> {}

  protected get limit(): number {
    return 1 << 20;
  }
}
