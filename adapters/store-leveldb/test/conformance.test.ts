import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logStoreConformance } from '@quorate/conformance';
import { describe, test } from 'vitest';
import { levelStorage } from '../src/index.js';

const runner = { describe, test };

async function temporary() {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-store-leveldb-'));
  return { directory, dispose: () => rm(directory, { recursive: true, force: true }) };
}

logStoreConformance(runner, {
  name: 'store-leveldb',
  create: async () => {
    const { directory, dispose } = await temporary();
    return { store: () => levelStorage({ directory }).log, dispose };
  },
});
