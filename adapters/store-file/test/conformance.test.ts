import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logStoreConformance, snapshotStoreConformance } from '@quorate/conformance';
import { nodeFileSystem } from '@quorate/file-system-node';
import { describe, test } from 'vitest';
import { fileStorage } from '../src/index.js';
import { MemoryFileSystem } from './memory-file-system.js';

const runner = { describe, test };

async function temporary() {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-store-file-'));
  const options = { fileSystem: nodeFileSystem(), directory, segmentBytes: 64 << 10, preallocateBytes: 16 << 10 };
  return { directory, options, dispose: () => rm(directory, { recursive: true, force: true }) };
}

logStoreConformance(runner, {
  name: 'store-file',
  create: async () => {
    const { options, dispose } = await temporary();
    return { store: () => fileStorage(options).log, dispose };
  },
});

snapshotStoreConformance(runner, {
  name: 'store-file',
  damages: true,
  create: async () => {
    const { directory, options, dispose } = await temporary();
    const damage = async (zxid: number) => {
      const snapshots = join(directory, 'snapshots');
      const name = (await readdir(snapshots)).find((each) => each.includes(zxid.toString(16)));
      const path = join(snapshots, name ?? '');
      const bytes = await readFile(path);
      const at = 16 + Math.floor((bytes.length - 44) / 2);
      bytes[at] = bytes[at]! ^ 1;
      await writeFile(path, bytes);
    };
    return { store: () => fileStorage(options).snapshots, damage, dispose };
  },
});

logStoreConformance(runner, {
  name: 'store-file where zeros are not written ahead and the disk fails',
  fails: true,
  create: async () => {
    const fileSystem = new MemoryFileSystem();
    const options = { fileSystem, directory: 'data', segmentBytes: 64 << 10, preallocateBytes: 0 };
    const fail = () => {
      fileSystem.fault = (call) => (call === 'open' ? undefined : 'ENOSPC');
    };
    return { store: () => fileStorage(options).log, fail };
  },
});
