import { nodeFileSystem } from '@quorate/file-system-node';
import type { LogStore, SnapshotStore } from '@quorate/interfaces';
import { type FileLogStoreOptions, fileStorage as storeFiles } from '@quorate/store-file';
import { levelStorage } from '@quorate/store-leveldb';

/** Where one server keeps what must survive: both stores are opened and closed by its engine, and belong to it alone. */
export interface Storage {
  readonly log: LogStore;
  readonly snapshots: SnapshotStore;
}

/** Log and snapshots in files on the machine's disk. @param directory created when missing */
export function fileStorage(
  directory: string,
  options: Omit<FileLogStoreOptions, 'fileSystem' | 'directory'> = {},
): Storage {
  return storeFiles({ ...options, fileSystem: nodeFileSystem(), directory });
}

/** Log and snapshots in one LevelDB database. @param directory created when missing, its parents are not */
export function leveldb(directory: string): Storage {
  return levelStorage({ directory });
}
