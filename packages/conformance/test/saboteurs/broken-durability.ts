import { checkBatch, type LogRecovery, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import { type Disk, type Image, ReferenceLogStore } from './reference-log-store.js';

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
