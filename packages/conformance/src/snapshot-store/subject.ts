import type { SnapshotStore, Zxid } from '@quorate/interfaces';

/** What an adapter's author gives the kit, new for every test. */
export interface SnapshotStoreSubject {
  /** A new {@link SnapshotStore} on the same storage. The kit has closed the one before, or let it crash. */
  store(): SnapshotStore;
  /** The storage outlives a store that was closed; unless told, as the store's `supports.permanence` says. */
  readonly reopens?: boolean;
  /** The power fails: what is not durable may be lost, the store at work is dead. */
  crash?(): Promise<void> | void;
  /** Changes one byte of the stored content of a finished snapshot. */
  damage?(zxid: Zxid): Promise<void> | void;
  dispose?(): Promise<void> | void;
}

export interface SnapshotStoreConformanceOptions {
  readonly name: string;
  create(): Promise<SnapshotStoreSubject>;
  /** Subjects have `crash`; without it what needs a crash is not tested. */
  readonly crashes?: boolean;
  /** Subjects have `damage`; without it what a damaged snapshot does is not tested. */
  readonly damages?: boolean;
  /** Random histories per kind; 10 by default. */
  readonly histories?: number;
}
