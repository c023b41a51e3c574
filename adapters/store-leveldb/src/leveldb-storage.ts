import { type LevelStorage, storageOn } from '@quorate/store-level';
import { ClassicLevel } from 'classic-level';

export interface LevelDbStorageOptions {
  /** Created when missing. It belongs to this storage alone; LevelDB locks it. */
  readonly directory: string;
}

/** Log and snapshots in one LevelDB database. Every write is synced before it counts. */
export function levelStorage(options: LevelDbStorageOptions): LevelStorage {
  return storageOn(new ClassicLevel(options.directory));
}
