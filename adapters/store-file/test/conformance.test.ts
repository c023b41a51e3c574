import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logStoreConformance } from '@quorate/conformance';
import { nodeFileSystem } from '@quorate/file-system-node';
import { describe, test } from 'vitest';
import { fileStorage } from '../src/index.js';

async function temporary() {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-store-file-'));
  return { directory, dispose: () => rm(directory, { recursive: true, force: true }) };
}

logStoreConformance(
  { describe, test },
  {
    name: 'store-file',
    create: async () => {
      const { directory, dispose } = await temporary();
      const options = { fileSystem: nodeFileSystem(), directory, segmentBytes: 64 << 10, preallocateBytes: 16 << 10 };
      return { store: () => fileStorage(options).log, dispose };
    },
  },
);
