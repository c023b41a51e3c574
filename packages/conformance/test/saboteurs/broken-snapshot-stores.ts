import {
  QuorateError,
  type SnapshotInfo,
  type SnapshotReader,
  type SnapshotWriter,
  type Zxid,
} from '@quorate/interfaces';
import {
  ReferenceReader,
  ReferenceSnapshotStore,
  ReferenceWriter,
  type SnapshotStoreClass,
  type Stored,
} from './reference-snapshot-store.js';

function writing(Writer: typeof ReferenceWriter): SnapshotStoreClass {
  return class extends ReferenceSnapshotStore {
    protected override writer(zxid: Zxid): SnapshotWriter {
      return new Writer(this, zxid);
    }
  };
}

function reading(Reader: typeof ReferenceReader): SnapshotStoreClass {
  return class extends ReferenceSnapshotStore {
    protected override reader(zxid: Zxid, stored: Stored): SnapshotReader {
      return new Reader(zxid, stored);
    }
  };
}

/** Snapshot stores that break one clause each: what is wrong, and the clause. */
export const brokenSnapshotStores: readonly (readonly [string, string, SnapshotStoreClass])[] = [
  [
    'lists oldest first',
    'SS-1',
    class extends ReferenceSnapshotStore {
      override async list(): Promise<readonly SnapshotInfo[]> {
        return [...(await super.list())].reverse();
      }
    },
  ],
  [
    'lists the unfinished',
    'SS-2',
    class extends ReferenceSnapshotStore {
      override async list(): Promise<readonly SnapshotInfo[]> {
        const unfinished = [...this.shelf.unfinished.values()].map((zxid) => ({ zxid, bytes: 0 }));
        return [...unfinished, ...(await super.list())].sort((a, b) => b.zxid - a.zxid);
      }
    },
  ],
  [
    'lists what a crash left unfinished',
    'SS-1',
    class extends ReferenceSnapshotStore {
      override async list(): Promise<readonly SnapshotInfo[]> {
        const left = [...this.shelf.unfinished].filter(([writer]) => !this.writers.has(writer));
        return [...left.map(([, zxid]) => ({ zxid, bytes: 0 })), ...(await super.list())].sort(
          (a, b) => b.zxid - a.zxid,
        );
      }
    },
  ],
  [
    'lists a damaged one',
    'SS-1',
    class extends ReferenceSnapshotStore {
      protected override sound(): boolean {
        return true;
      }
    },
  ],
  [
    'clears away a writer at work when it lists',
    'SS-2',
    class extends ReferenceSnapshotStore {
      override async list(): Promise<readonly SnapshotInfo[]> {
        for (const writer of this.writers) await writer.abort();
        return super.list();
      }
    },
  ],
  [
    'drops the old one when the new one begins',
    'SS-2',
    class extends ReferenceSnapshotStore {
      override async begin(zxid: Zxid): Promise<SnapshotWriter> {
        await this.drop(zxid);
        return super.begin(zxid);
      }
    },
  ],
  [
    'keeps the old one of two',
    'SS-2',
    class extends ReferenceSnapshotStore {
      override finish(zxid: Zxid, bytes: Uint8Array): void {
        if (!this.shelf.finished.has(zxid)) super.finish(zxid, bytes);
      }
    },
  ],
  [
    'opens an empty one where there is none',
    'SS-3',
    class extends ReferenceSnapshotStore {
      override async open(zxid: Zxid): Promise<SnapshotReader> {
        return this.reader(zxid, this.shelf.finished.get(zxid) ?? { bytes: new Uint8Array(0), crc: 0 });
      }
    },
  ],
  [
    'ignores drop',
    'SS-4',
    class extends ReferenceSnapshotStore {
      override async drop(): Promise<void> {}
    },
  ],
  [
    'drops in memory only',
    'SS-4',
    class extends ReferenceSnapshotStore {
      readonly #dropped = new Set<Zxid>();

      override async drop(zxid: Zxid): Promise<void> {
        this.#dropped.add(zxid);
      }

      override async list(): Promise<readonly SnapshotInfo[]> {
        return (await super.list()).filter(({ zxid }) => !this.#dropped.has(zxid));
      }

      override async open(zxid: Zxid): Promise<SnapshotReader> {
        if (this.#dropped.has(zxid)) throw new QuorateError('NO_SUCH_ZXID', 'dropped');
        return super.open(zxid);
      }

      override finish(zxid: Zxid, bytes: Uint8Array): void {
        this.#dropped.delete(zxid);
        super.finish(zxid, bytes);
      }
    },
  ],
  [
    'complains when there is nothing to drop',
    'SS-4',
    class extends ReferenceSnapshotStore {
      override async drop(zxid: Zxid): Promise<void> {
        if (!this.shelf.finished.has(zxid)) throw new QuorateError('NO_SUCH_ZXID', 'nothing there');
        await super.drop(zxid);
      }
    },
  ],
  [
    'reads on in what replaced it',
    'SS-4',
    class extends ReferenceSnapshotStore {
      protected override reader(zxid: Zxid, stored: Stored): SnapshotReader {
        const now = (): Stored => this.shelf.finished.get(zxid) ?? stored;
        let reader = new ReferenceReader(zxid, stored);
        let taken = 0;
        return {
          zxid,
          bytes: stored.bytes.length,
          read: async () => {
            reader = new ReferenceReader(zxid, now());
            for (let i = 0; i < taken; i++) await reader.read();
            taken += 1;
            return reader.read();
          },
          close: async () => {},
        };
      }
    },
  ],
  [
    'ends early when it was dropped',
    'SS-4',
    class extends ReferenceSnapshotStore {
      protected override reader(zxid: Zxid, stored: Stored): SnapshotReader {
        const reader = new ReferenceReader(zxid, stored);
        return {
          zxid,
          bytes: stored.bytes.length,
          read: async () => (this.shelf.finished.has(zxid) ? reader.read() : null),
          close: async () => {},
        };
      }
    },
  ],
  [
    'commits on close what was unfinished',
    'SS-5',
    class extends ReferenceSnapshotStore {
      override async close(): Promise<void> {
        for (const writer of [...this.writers]) await writer.commit();
        await super.close();
      }
    },
  ],
  [
    'keeps the caller’s bytes',
    'SS-6',
    writing(
      class extends ReferenceWriter {
        override async write(chunk: Uint8Array): Promise<void> {
          this.pieces.push(chunk);
        }
      },
    ),
  ],
  [
    'loses what is larger than its buffer',
    'SS-6',
    writing(
      class extends ReferenceWriter {
        override async write(chunk: Uint8Array): Promise<void> {
          await super.write(chunk.subarray(0, 1 << 20));
        }
      },
    ),
  ],
  [
    'resolves its commit before it is stored',
    'SS-7',
    class extends ReferenceSnapshotStore {
      override finish(zxid: Zxid, bytes: Uint8Array): void {
        void this.pause()
          .then(() => this.pause())
          .then(() => super.finish(zxid, bytes));
      }
    },
  ],
  [
    'commits in memory only',
    'SS-7',
    class extends ReferenceSnapshotStore {
      override async close(): Promise<void> {
        await super.close();
        this.shelf.finished.clear();
      }
    },
  ],
  [
    'takes away on abort what was there before',
    'SS-8',
    writing(
      class extends ReferenceWriter {
        override async abort(): Promise<void> {
          if (!this.ended) await this.store.drop(this.zxid);
          await super.abort();
        }
      },
    ),
  ],
  [
    'takes a commit back when it is aborted afterwards',
    'SS-8',
    writing(
      class extends ReferenceWriter {
        override async abort(): Promise<void> {
          if (this.ended) await this.store.drop(this.zxid);
          await super.abort();
        }
      },
    ),
  ],
  [
    'complains of a second abort',
    'SS-8',
    writing(
      class extends ReferenceWriter {
        override async abort(): Promise<void> {
          this.requireOpen();
          await super.abort();
        }
      },
    ),
  ],
  [
    'commits after an abort',
    'SS-8',
    writing(
      class extends ReferenceWriter {
        protected override requireOpen(): void {}
      },
    ),
  ],
  [
    'serves damaged bytes to the end',
    'SS-9',
    reading(
      class extends ReferenceReader {
        override async read(): Promise<Uint8Array | null> {
          return this.at < this.stored.bytes.length ? super.read() : null;
        }
      },
    ),
  ],
  [
    'gives pieces that are too large',
    'SS-9',
    reading(
      class extends ReferenceReader {
        protected override get limit(): number {
          return 2 << 20;
        }
      },
    ),
  ],
  [
    'leaves out the last piece',
    'SS-9',
    reading(
      class extends ReferenceReader {
        override async read(): Promise<Uint8Array | null> {
          const piece = await super.read();
          return this.at === this.stored.bytes.length ? null : piece;
        }
      },
    ),
  ],
  [
    'shares one position among its readers',
    'SS-9',
    class extends ReferenceSnapshotStore {
      readonly #readers = new Map<Stored, SnapshotReader>();

      protected override reader(zxid: Zxid, stored: Stored): SnapshotReader {
        const reader = this.#readers.get(stored) ?? super.reader(zxid, stored);
        this.#readers.set(stored, reader);
        return reader;
      }
    },
  ],
];
