import type { LogStore, SnapshotStore } from '@quorate/interfaces';
import { storageOn } from '@quorate/store-level';
import { MemoryLevel } from 'memory-level';

/** Both stores of one server, as long as the process lives. */
export interface MemoryStorage {
  readonly log: LogStore;
  readonly snapshots: SnapshotStore;
  /**
   * What a server that is started again finds: new stores over what was durable. The old ones are dead from then on:
   * nothing they still do has an effect.
   */
  reopen(): MemoryStorage;
}

function over(database: MemoryLevel): MemoryStorage {
  const { log, snapshots, abandon } = storageOn(database);
  return {
    log,
    snapshots,
    reopen: () => {
      abandon();
      return over(database);
    },
  };
}

/** Stores in memory. `supports.permanence` is false: nothing outlives the process, and "durable" means only "in order". */
export function memoryStorage(): MemoryStorage {
  return over(new MemoryLevel({ storeEncoding: 'view' }));
}
