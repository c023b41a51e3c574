import {
  type BatchInfo,
  BatchWriter,
  ByteReader,
  checkBatch,
  forEachEntry,
  type LogRecovery,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';
import { type Disk, type Image, lastOf, type ReadDone, ReferenceLogStore } from './reference-log-store.js';

/** A log store that breaks one clause: what is wrong, and the clause. */
export type BrokenLogStore = readonly [string, string, new (disk: Disk) => ReferenceLogStore];

/** Wrong about durability and tokens. */
export const brokenSyncs: readonly BrokenLogStore[] = [
  [
    'reports durable what it writes a moment later',
    'LS-1',
    class extends ReferenceLogStore {
      protected override async stored(image: Image, token: number): Promise<void> {
        await this.pause();
        this.durable(token);
        await this.pause();
        await this.pause();
        this.store(image);
      }
    },
  ],
  [
    'reports the newest token instead of the one it wrote',
    'LS-1',
    class extends ReferenceLogStore {
      #reported = 0;

      protected override durable(token: number): void {
        if (token <= this.#reported) return;
        this.#reported = this.token;
        super.durable(this.token);
      }
    },
  ],
  [
    'reports from inside sync',
    'LS-1',
    class extends ReferenceLogStore {
      override sync(): number {
        const token = super.sync();
        this.store(this.image);
        this.durable(token);
        return token;
      }

      protected override async stored(): Promise<void> {}
    },
  ],
  [
    'returns one token twice',
    'LS-1',
    class extends ReferenceLogStore {
      override sync(): number {
        const token = super.sync();
        return token > 2 ? token - 1 : token;
      }
    },
  ],
  [
    'goes back with its tokens',
    'LS-1',
    class extends ReferenceLogStore {
      protected override durable(token: number): void {
        super.durable(token % 3 === 0 ? token - 2 : token);
      }
    },
  ],
  [
    'does not answer a sync that has nothing to do',
    'LS-9',
    class extends ReferenceLogStore {
      protected override async stored(image: Image, token: number): Promise<void> {
        if (image !== this.disk.image) await super.stored(image, token);
      }
    },
  ],
  [
    'reports a failure twice',
    'LS-2',
    class extends ReferenceLogStore {
      protected override failed(error: Error): void {
        super.failed(error);
        super.failed(error);
      }
    },
  ],
  [
    'goes on after a failure',
    'LS-2',
    class extends ReferenceLogStore {
      protected override failed(error: Error): void {
        super.failed(error);
        this.dead = false;
      }
    },
  ],
  [
    'hides a failure and vouches for what it lost',
    'LS-2',
    class extends ReferenceLogStore {
      protected override async stored(image: Image, token: number): Promise<void> {
        if (this.disk.failing) this.durable(token);
        else await super.stored(image, token);
      }
    },
  ],
  [
    'loses on close what was not synced',
    'LS-12',
    class extends ReferenceLogStore {
      override async close(): Promise<void> {
        await this.pause();
        this.dead = true;
      }
    },
  ],
];

/** Wrong about what is found when a log is opened. */
export const brokenRecoveries: readonly BrokenLogStore[] = [
  [
    'leaves out the last batch',
    'LS-3',
    class extends ReferenceLogStore {
      protected override recovered(): Image {
        const image = super.recovered();
        return { ...image, batches: image.batches.slice(0, -1) };
      }
    },
  ],
  [
    'takes a torn tail for good: the newest batch without those before it',
    'LS-3',
    class extends ReferenceLogStore {
      protected override change(image: Image): void {
        super.change(image);
        this.disk.cache = { ...this.disk.image, batches: [...this.disk.image.batches, ...image.batches.slice(-1)] };
      }

      protected override recovered(): Image {
        const { batches, base } = this.disk.cache;
        const whole = batches.every((batch, i) => checkBatch(batch).previous >= (i === 0 ? base : ZXID_ZERO));
        return whole ? this.disk.cache : this.disk.image;
      }
    },
  ],
  [
    'reports what is only in the cache',
    'LS-3',
    class extends ReferenceLogStore {
      protected override change(image: Image): void {
        super.change(image);
        this.disk.cache = image;
      }

      protected override recovered(): Image {
        const { cache } = this.disk;
        this.disk.cache = this.disk.image;
        return cache;
      }
    },
  ],
  [
    'forgets the commit index',
    'LS-3',
    class extends ReferenceLogStore {
      protected override reported(image: Image): LogRecovery {
        return { ...super.reported(image), commit: image.base };
      }
    },
  ],
  [
    'reports a commit index beyond the end',
    'LS-3',
    class extends ReferenceLogStore {
      protected override reported(image: Image): LogRecovery {
        const named = Math.max(image.base, ...image.batches.map((batch) => checkBatch(batch).commit));
        return { ...super.reported(image), commit: named as Zxid };
      }
    },
  ],
  [
    'reports only the last epoch',
    'LS-3',
    class extends ReferenceLogStore {
      protected override reported(image: Image): LogRecovery {
        const report = super.reported(image);
        return { ...report, epochs: report.epochs.slice(-1) };
      }
    },
  ],
  [
    'forgets the base of an empty log',
    'LS-3',
    class extends ReferenceLogStore {
      protected override recovered(): Image {
        const image = super.recovered();
        return image.batches.length === 0 ? { ...image, base: ZXID_ZERO } : image;
      }
    },
  ],
  [
    'forgets the state',
    'LS-6',
    class extends ReferenceLogStore {
      protected override recovered(): Image {
        return { ...super.recovered(), state: null };
      }
    },
  ],
  [
    'takes an empty state for none',
    'LS-6',
    class extends ReferenceLogStore {
      protected override recovered(): Image {
        const image = super.recovered();
        return image.state?.length === 0 ? { ...image, state: null } : image;
      }
    },
  ],
];

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
