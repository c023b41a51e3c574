import { logStoreConformance, snapshotStoreConformance } from '@quorate/conformance';
import { describe, test } from 'vitest';
import { memoryStorage } from '../src/index.js';

const runner = { describe, test };

/** Storage whose stores can be had anew, as after a restart. */
function restartable() {
  let storage = memoryStorage();
  return () => {
    storage = storage.reopen();
    return storage;
  };
}

logStoreConformance(runner, {
  name: 'store-memory',
  crashes: true,
  create: async () => {
    const reopen = restartable();
    return { store: () => reopen().log, reopens: true, crash: () => void reopen() };
  },
});

snapshotStoreConformance(runner, {
  name: 'store-memory',
  crashes: true,
  create: async () => {
    const reopen = restartable();
    return { store: () => reopen().snapshots, reopens: true, crash: () => void reopen() };
  },
});
