import type { LogStore, SnapshotStore } from '@quorate/interfaces';
import { type FileLogStoreOptions, fileLogStore } from './log/file-log-store.js';
import { fileSnapshotStore } from './snapshot/file-snapshot-store.js';

/** Both stores of one server. */
export interface FileStorage {
  readonly log: LogStore;
  readonly snapshots: SnapshotStore;
}

/** @param options `directory` gets two directories, `log` and `snapshots` @throws QuorateError `BAD_CONFIG` */
export function fileStorage(options: FileLogStoreOptions): FileStorage {
  const { fileSystem, directory } = options;
  return {
    log: fileLogStore({ ...options, directory: `${directory}/log` }),
    snapshots: fileSnapshotStore({ fileSystem, directory: `${directory}/snapshots` }),
  };
}
