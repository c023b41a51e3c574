import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logStoreConformance, snapshotStoreConformance } from '@quorate/conformance';
import { describe, test } from 'vitest';
import { levelStorage } from '../src/index.js';

const runner = { describe, test };

async function temporary() {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-store-leveldb-'));
  return { storage: () => levelStorage({ directory }), dispose: () => rm(directory, { recursive: true, force: true }) };
}

logStoreConformance(runner, {
  name: 'store-leveldb',
  histories: 5,
  create: async () => {
    const { storage, dispose } = await temporary();
    return { store: () => storage().log, dispose };
  },
});

snapshotStoreConformance(runner, {
  name: 'store-leveldb',
  histories: 5,
  create: async () => {
    const { storage, dispose } = await temporary();
    return { store: () => storage().snapshots, dispose };
  },
});
