import {
  type BatchInfo,
  BatchWriter,
  ByteReader,
  checkBatch,
  forEachEntry,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';
import type { BrokenLogStore } from './broken-durability.js';
import { type Image, lastOf, type ReadDone, ReferenceLogStore } from './reference-log-store.js';

/** The same entries and header in bytes of its own, with another commit index. */
function resealed(batch: Uint8Array): Uint8Array {
  const { previous } = checkBatch(batch);
  const writer = new BatchWriter(previous);
  forEachEntry(batch, new ByteReader(), (zxid, kind, payload) => {
    writer.beginEntry(zxid, kind);
    writer.payload.raw(payload.rest());
    writer.endEntry(zxid);
  });
  return writer.seal((previous + 1) as Zxid);
}

/** Wrong about appends and the state. */
export const brokenAppends: readonly BrokenLogStore[] = [
  [
    'takes any batch',
    'LS-5',
    class extends ReferenceLogStore {
      override append(batch: Uint8Array): void {
        this.change(this.appended(batch, checkBatch(batch)));
      }
    },
  ],
  [
    'seals batches anew',
    'LS-5',
    class extends ReferenceLogStore {
      protected override appended(batch: Uint8Array, info: BatchInfo): Image {
        return super.appended(resealed(batch), info);
      }
    },
  ],
  [
    'loses what is larger than its buffer',
    'LS-5',
    class extends ReferenceLogStore {
      protected override store(image: Image): void {
        const batches = image.batches.filter((batch) => batch.length < 1 << 20);
        super.store(batches.length === image.batches.length ? image : { ...image, batches });
      }
    },
  ],
  [
    'exchanges two batches on disk',
    'LS-5',
    class extends ReferenceLogStore {
      protected override store(image: Image): void {
        const [first, second, ...rest] = image.batches;
        super.store(second === undefined ? image : { ...image, batches: [second, first!, ...rest] });
      }
    },
  ],
  [
    'keeps the caller’s state bytes',
    'LS-6',
    class extends ReferenceLogStore {
      override putState(state: Uint8Array): void {
        this.change({ ...this.image, state });
      }
    },
  ],
  [
    'writes the state only with the next batch',
    'LS-6',
    class extends ReferenceLogStore {
      #put: Uint8Array | null = null;

      override putState(state: Uint8Array): void {
        this.#put = state.slice();
      }

      protected override appended(batch: Uint8Array, info: BatchInfo): Image {
        return { ...super.appended(batch, info), state: this.#put ?? this.image.state };
      }
    },
  ],
];

/** Wrong about cuts. */
export const brokenCuts: readonly BrokenLogStore[] = [
  [
    'cuts the whole batch',
    'LS-7',
    class extends ReferenceLogStore {
      protected override truncated(zxid: Zxid): Image {
        return { ...this.image, batches: this.image.batches.filter((batch) => checkBatch(batch).last <= zxid) };
      }
    },
  ],
  [
    'keeps the whole batch on disk',
    'LS-7',
    class extends ReferenceLogStore {
      #before: Image | null = null;

      protected override truncated(zxid: Zxid): Image {
        const batches = this.image.batches.filter((batch) => checkBatch(batch).first <= zxid);
        this.#before = { ...this.image, batches };
        return super.truncated(zxid);
      }

      protected override store(image: Image): void {
        super.store(this.#before ?? image);
        this.#before = null;
      }
    },
  ],
  [
    'takes a zxid that is not there for the one before it',
    'LS-7',
    class extends ReferenceLogStore {
      override truncateAfter(zxid: Zxid): void {
        this.change(this.truncated(zxid));
      }
    },
  ],
  [
    'loses the state with a cut',
    'LS-7',
    class extends ReferenceLogStore {
      protected override truncated(zxid: Zxid): Image {
        return { ...super.truncated(zxid), state: null };
      }
    },
  ],
  [
    'cuts in memory only',
    'LS-7',
    class extends ReferenceLogStore {
      protected override store(image: Image): void {
        const shorter = lastOf(image) < lastOf(this.disk.image) && image.batches.length > 0;
        super.store(shorter ? { ...image, batches: this.disk.image.batches } : image);
      }
    },
  ],
  [
    'loses the state with a reset',
    'LS-8',
    class extends ReferenceLogStore {
      override reset(base: Zxid): void {
        this.change({ base, batches: [], state: null });
      }
    },
  ],
  [
    'resets only when the base is new',
    'LS-8',
    class extends ReferenceLogStore {
      override reset(base: Zxid): void {
        if (base !== this.last) super.reset(base);
      }
    },
  ],
  [
    'forgets one batch too many when it retires',
    'LS-11',
    class extends ReferenceLogStore {
      override retire(zxid: Zxid): void {
        super.retire((zxid + 3) as Zxid);
      }
    },
  ],
  [
    'retires on disk more than it says',
    'LS-11',
    class extends ReferenceLogStore {
      #retired = false;

      override retire(zxid: Zxid): void {
        super.retire(zxid);
        this.#retired = this.image.batches.length > 1;
      }

      protected override store(image: Image): void {
        const first = image.batches[0];
        const more = this.#retired && first !== undefined;
        super.store(more ? { ...image, base: checkBatch(first).last, batches: image.batches.slice(1) } : image);
      }
    },
  ],
  [
    'moves its end when everything is retired',
    'LS-11',
    class extends ReferenceLogStore {
      override retire(zxid: Zxid): void {
        super.retire(zxid);
        if (this.image.batches.length === 0) super.reset(ZXID_ZERO);
      }
    },
  ],
];

/** Wrong about reads. */
export const brokenReads: readonly BrokenLogStore[] = [
  [
    'reads only what is on disk',
    'LS-10',
    class extends ReferenceLogStore {
      protected override found(after: Zxid, maxBytes: number): readonly Uint8Array[] {
        const now = this.image;
        this.image = this.disk.image;
        const found = super.found(after, maxBytes);
        this.image = now;
        return found;
      }
    },
  ],
  [
    'reads more than was asked for',
    'LS-10',
    class extends ReferenceLogStore {
      protected override found(after: Zxid, maxBytes: number): readonly Uint8Array[] {
        return super.found(after, maxBytes * 2 + 100);
      }
    },
  ],
  [
    'reads nothing when the first batch is larger than asked for',
    'LS-10',
    class extends ReferenceLogStore {
      protected override found(after: Zxid, maxBytes: number): readonly Uint8Array[] {
        const found = super.found(after, maxBytes);
        return found.length === 1 && found[0]!.length > maxBytes ? [] : found;
      }
    },
  ],
  [
    'skips the batch that holds the entry asked for',
    'LS-10',
    class extends ReferenceLogStore {
      protected override found(after: Zxid, maxBytes: number): readonly Uint8Array[] {
        return super.found(after, maxBytes).filter((batch) => checkBatch(batch).previous >= after);
      }
    },
  ],
  [
    'leaves a hole between batches',
    'LS-10',
    class extends ReferenceLogStore {
      protected override found(after: Zxid, maxBytes: number): readonly Uint8Array[] {
        return super.found(after, maxBytes).filter((_, i) => i !== 1);
      }
    },
  ],
  [
    'begins at the base when asked for what is forgotten',
    'LS-10',
    class extends ReferenceLogStore {
      override read(after: Zxid, maxBytes: number, done: ReadDone): void {
        super.read(after < this.base ? this.base : after, maxBytes, done);
      }
    },
  ],
  [
    'finds something after a zxid that never was',
    'LS-10',
    class extends ReferenceLogStore {
      override read(after: Zxid, maxBytes: number, done: ReadDone): void {
        if (after < this.base) super.read(after, maxBytes, done);
        else queueMicrotask(() => done(null, this.found(after, maxBytes)));
      }
    },
  ],
  [
    'answers twice',
    'LS-10',
    class extends ReferenceLogStore {
      override read(after: Zxid, maxBytes: number, done: ReadDone): void {
        super.read(after, maxBytes, (error, batches) => {
          done(error, batches);
          done(error, batches);
        });
      }
    },
  ],
];
