import type { Zxid } from './zxid.js';

export interface SnapshotInfo {
  /** The exact cut: every txn up to this zxid and none after it. */
  readonly zxid: Zxid;
  readonly bytes: number;
}

/** Snapshots of a state machine, each an exact cut at one zxid. */
export interface SnapshotStore {
  readonly supports: { readonly permanence: boolean };
  /** SS-1 Whole, verified snapshots only, newest first. Left-overs of unfinished ones are removed. */
  list(): Promise<readonly SnapshotInfo[]>;
  /** SS-2 Starts a snapshot at `zxid`; it does not exist for {@link list} and {@link open} before its commit. One of the same zxid is replaced by the commit. */
  begin(zxid: Zxid): Promise<SnapshotWriter>;
  /** SS-3 @throws QuorateError `NO_SUCH_ZXID` */
  open(zxid: Zxid): Promise<SnapshotReader>;
  /** SS-4 Forgets one; no error when there is none. A reader that is open goes on to its end or fails cleanly. */
  drop(zxid: Zxid): Promise<void>;
  /** SS-5 Aborts what is unfinished and releases everything. */
  close(): Promise<void>;
}

export interface SnapshotWriter {
  /** SS-6 Adds bytes; resolves when more are welcome; the caller may reuse the bytes then. */
  write(chunk: Uint8Array): Promise<void>;
  /** SS-7 Resolves once the snapshot, its name included, is on disk. @throws QuorateError `STORAGE_FAILED` */
  commit(): Promise<void>;
  /** SS-8 Leaves nothing behind. Idempotent; after a failed commit too. */
  abort(): Promise<void>;
}

export interface SnapshotReader {
  readonly zxid: Zxid;
  readonly bytes: number;
  /** SS-9 The next bytes (at most 1 MiB), null at the end; the end is reached only if the content's checksum holds. @throws QuorateError `CORRUPT_SNAPSHOT` */
  read(): Promise<Uint8Array | null>;
  close(): Promise<void>;
}
