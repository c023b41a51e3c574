import type { LogStore, SnapshotStore } from '@quorate/interfaces';
import { type LevelDatabase, SharedDatabase } from './level-database.js';
import { LevelLogStore } from './level-log-store.js';
import { LevelSnapshotStore } from './level-snapshot-store.js';

/** Both stores of one server, in one database. */
export interface LevelStorage {
  readonly log: LogStore;
  readonly snapshots: SnapshotStore;
  /** As if the process had died: both stores have no effect any more, and the database stays open for others. */
  abandon(): void;
}

/**
 * @param database any abstract-level database, opened or not. It is closed with the later of the two stores and must
 * not be used for anything else.
 */
export function storageOn(database: LevelDatabase): LevelStorage {
  const shared = new SharedDatabase(database);
  return {
    log: new LevelLogStore(shared),
    snapshots: new LevelSnapshotStore(shared),
    abandon: () => shared.abandon(),
  };
}
