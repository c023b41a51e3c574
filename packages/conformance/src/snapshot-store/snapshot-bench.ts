import { strict as assert } from 'node:assert';
import {
  formatZxid,
  makeZxid,
  type SnapshotReader,
  type SnapshotStore,
  type SnapshotWriter,
  type Zxid,
} from '@quorate/interfaces';
import type { SnapshotStoreSubject } from './subject.js';

/** Registers one test: a title that quotes clauses, and a body that runs against a store of its own. */
export type SnapshotTest = (title: string, body: (bench: SnapshotBench) => Promise<void>) => void;

const MIB = 1 << 20;
let made = 0;

/** Bytes that differ from those of every other snapshot. */
export function content(bytes: number): Uint8Array {
  made += 1;
  const out = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) out[i] = (made * 37 + i + (i >>> 8) * 11 + (i >>> 16) * 5) & 0xff;
  return out;
}

export function at(counter: number): Zxid {
  return makeZxid(1, counter);
}

/** One test's storage, the store on it, and which snapshots there should be. */
export class SnapshotBench {
  readonly #subject: SnapshotStoreSubject;
  #store: SnapshotStore;
  /** Content of every finished snapshot, by zxid. */
  snapshots = new Map<Zxid, Uint8Array>();

  constructor(subject: SnapshotStoreSubject) {
    this.#subject = subject;
    this.#store = subject.store();
  }

  get store(): SnapshotStore {
    return this.#store;
  }

  get reopens(): boolean {
    return this.#subject.reopens ?? this.#store.supports.permanence;
  }

  /** Closes and continues with a new store on the same storage. @returns false where the storage does not outlive a store */
  async reopen(): Promise<boolean> {
    if (!this.reopens) return false;
    await this.#store.close();
    this.#store = this.#subject.store();
    return true;
  }

  async crash(): Promise<void> {
    await this.#subject.crash!();
    this.#store = this.#subject.store();
  }

  async damage(zxid: Zxid): Promise<void> {
    await this.#subject.damage!(zxid);
  }

  /** Writes in pieces without committing. */
  async write(zxid: Zxid, bytes: Uint8Array, pieceBytes = 100_000): Promise<SnapshotWriter> {
    const writer = await this.#store.begin(zxid);
    for (let from = 0; from < bytes.length; from += pieceBytes) {
      await writer.write(bytes.subarray(from, from + pieceBytes));
    }
    return writer;
  }

  /** Writes and commits. */
  async take(zxid: Zxid, bytes: Uint8Array = content(1000), pieceBytes?: number): Promise<void> {
    const writer = await this.write(zxid, bytes, pieceBytes);
    await this.commit(writer, zxid, bytes);
  }

  async commit(writer: SnapshotWriter, zxid: Zxid, bytes: Uint8Array): Promise<void> {
    await writer.commit();
    this.snapshots.set(zxid, bytes);
  }

  async drop(zxid: Zxid): Promise<void> {
    await this.#store.drop(zxid);
    this.snapshots.delete(zxid);
  }

  /** The list is what it should be, and every snapshot in it has its content. */
  async expect(): Promise<void> {
    const expected = [...this.snapshots]
      .map(([zxid, { length }]) => ({ zxid, bytes: length }))
      .sort((a, b) => b.zxid - a.zxid);
    assert.deepEqual(await this.#store.list(), expected, 'list (SS-1)');
    for (const [zxid, bytes] of this.snapshots) await this.expectContent(zxid, bytes);
  }

  async expectContent(zxid: Zxid, bytes: Uint8Array): Promise<void> {
    const reader = await this.#store.open(zxid);
    assert.equal(reader.zxid, zxid, 'zxid of the reader');
    assert.equal(reader.bytes, bytes.length, `bytes of the reader of ${formatZxid(zxid)}`);
    await readRest(reader, bytes, 0);
    await reader.close();
  }

  async expectAbsent(zxid: Zxid): Promise<void> {
    await assert.rejects(
      this.#store.open(zxid),
      { name: 'QuorateError', code: 'NO_SUCH_ZXID' },
      `open(${formatZxid(zxid)}) (SS-3)`,
    );
  }

  /** Whatever happened: leaves nothing behind. */
  async dispose(): Promise<void> {
    await this.#store.close().catch(() => {});
    await this.#subject.dispose?.();
  }
}

/** Reads to the end; every piece is what was written there. */
export async function readRest(reader: SnapshotReader, bytes: Uint8Array, from: number): Promise<void> {
  let position = from;
  for (;;) {
    const piece = await reader.read();
    if (piece === null) break;
    assert.ok(piece.length > 0 && piece.length <= MIB, `a piece of ${piece.length} bytes (SS-9)`);
    const written = bytes.subarray(position, position + piece.length);
    assert.ok(Buffer.compare(piece, written) === 0, `the content from ${position} on is not what was written (SS-9)`);
    position += piece.length;
  }
  assert.equal(position, bytes.length, 'the end came early (SS-9)');
  assert.equal(await reader.read(), null, 'after the end (SS-9)');
}
