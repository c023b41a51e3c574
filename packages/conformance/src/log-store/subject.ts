import type { LogStore } from '@quorate/interfaces';

/** What an adapter's author gives the kit, new for every test. */
export interface LogStoreSubject {
  /**
   * A new {@link LogStore} on the same storage, not yet opened. The kit has closed the one before, or let it crash. Make
   * segments, tables and buffers small, so that a test of some hundred KiB meets several of each.
   */
  store(): LogStore;
  /** The storage outlives a store that was closed; unless told, as the store's `supports.permanence` says. */
  readonly reopens?: boolean;
  /** The power fails: what is not durable may be lost, the store at work is dead. */
  crash?(): Promise<void> | void;
  /** From now on everything that writes or syncs fails. */
  fail?(): void;
  dispose?(): Promise<void> | void;
}

export interface LogStoreConformanceOptions {
  readonly name: string;
  create(): Promise<LogStoreSubject>;
  /** Subjects have `crash`; without it what needs a crash is not tested. */
  readonly crashes?: boolean;
  /** Subjects have `fail`; without it LS-2 is not tested. */
  readonly fails?: boolean;
  /** Random histories per kind; 10 by default. */
  readonly histories?: number;
  /** How long the kit waits for what must happen before a test fails, in milliseconds; 15,000 by default. */
  readonly patienceMs?: number;
}
