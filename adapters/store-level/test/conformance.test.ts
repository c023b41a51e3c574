import { logStoreConformance, snapshotStoreConformance } from '@quorate/conformance';
import { describe, test } from 'vitest';
import { storageOn } from '../src/index.js';
import { MapDatabase } from './map-database.js';

const runner = { describe, test };

/** A database and the storage on it; `restart` abandons the storage and makes a new one. */
function restartable() {
  const database = new MapDatabase();
  let storage = storageOn(database);
  const restart = () => {
    storage.abandon();
    database.restart();
    storage = storageOn(database);
    return storage;
  };
  return { database, restart };
}

function piecesOf(zxid: number): string {
  return `21${zxid.toString(16).padStart(16, '0')}`;
}

logStoreConformance(runner, {
  name: 'store-level',
  crashes: true,
  fails: true,
  create: async () => {
    const { database, restart } = restartable();
    const fail = () => {
      database.failing = true;
    };
    return { store: () => restart().log, crash: () => void restart(), fail };
  },
});

snapshotStoreConformance(runner, {
  name: 'store-level',
  damages: true,
  create: async () => {
    const { database, restart } = restartable();
    return { store: () => restart().snapshots, damage: (zxid) => database.damage(piecesOf(zxid)) };
  },
});
