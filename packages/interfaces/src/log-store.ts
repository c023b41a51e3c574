import type { Zxid } from './zxid.js';

/** The last zxid the log holds of one epoch. */
export interface EpochEnd {
  readonly epoch: number;
  readonly last: Zxid;
}

/** What a log holds when it is opened. */
export interface LogRecovery {
  /** The zxid before the first entry: 0, or where a snapshot takes over. */
  readonly base: Zxid;
  /** The last entry's zxid; `base` when there is none. */
  readonly last: Zxid;
  /** The highest commit index that any whole batch names, at most `last`, at least `base`. */
  readonly commit: Zxid;
  /** One per epoch in the log, ascending. */
  readonly epochs: readonly EpochEnd[];
  /** The bytes of the last {@link LogStore.putState} that took effect. */
  readonly state: Uint8Array | null;
  /** `cut`: a torn tail was found and removed, durably, before `open` resolved. */
  readonly tail: 'clean' | 'cut';
}

export interface LogStoreEvents {
  /** LS-1 Everything up to the {@link LogStore.sync} that returned `token` is on disk. Tokens only grow; some are skipped; never called from inside a call on the store. */
  onDurable(token: number): void;
  /** LS-2 At most once: something could not be written or synced. Nothing becomes durable after it; every later call does nothing. */
  onFailure(error: Error): void;
}

/**
 * A log of batches (see `log-batch.ts`) and the peer's own small state. Everything takes effect, and becomes durable, in
 * call order: after a crash a store is as it was after some prefix of its calls, never less than what `onDurable` vouched for.
 */
export interface LogStore {
  /** False where nothing outlives the process (the kit then skips what needs a disk). */
  readonly supports: { readonly permanence: boolean };
  /**
   * LS-3 Recovers: finds the longest whole prefix, cuts a torn tail, makes what it reports durable, directory entries included.
   * LS-4 Rejects with `CORRUPT_LOG` when bytes are bad in front of good ones: that is no torn tail.
   * @throws QuorateError `CORRUPT_LOG`, `STORAGE_FAILED`
   */
  open(events: LogStoreEvents): Promise<LogRecovery>;
  /** Zxid before the first entry, and of the last one, of everything called so far. */
  readonly base: Zxid;
  readonly last: Zxid;
  /**
   * LS-5 Adds one sealed batch whose `previous` is {@link last}; the bytes are kept by reference and must not change.
   * @throws QuorateError `LOG_GAP` when it does not follow
   */
  append(batch: Uint8Array): void;
  /** LS-6 Replaces the small state (at most 64 KiB), in order with all other calls. The bytes are copied. */
  putState(state: Uint8Array): void;
  /**
   * LS-7 Removes every entry after `zxid`, which must be {@link base} or present; cuts inside a batch where it must.
   * @throws QuorateError `NO_SUCH_ZXID`
   */
  truncateAfter(zxid: Zxid): void;
  /** LS-8 Forgets every entry; the next batch's `previous` must be `base`. The small state stays. */
  reset(base: Zxid): void;
  /** LS-9 Asks for durability of every call so far. One sync is in flight at a time; what comes meanwhile shares the next. @returns a token for `onDurable` */
  sync(): number;
  /**
   * LS-10 Batches, whole and in order, that hold the entries after `after` (the first one may begin earlier; slice it): at
   * least one batch when there is one, then more up to `maxBytes`. Sees everything appended before the call. `COMPACTED`
   * when `after` is before {@link base}; `NO_SUCH_ZXID` when it is neither base nor present.
   */
  read(after: Zxid, maxBytes: number, done: (error: Error | null, batches: readonly Uint8Array[]) => void): void;
  /** LS-11 May forget entries up to `zxid`, whole segments at a time; {@link base} grows. Never forgets more. */
  retire(zxid: Zxid): void;
  /** LS-12 Makes durable everything called before, then releases all it holds. */
  close(): Promise<void>;
}
