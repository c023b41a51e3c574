import { logStoreConformance } from '@quorate/conformance';
import { describe, test } from 'vitest';
import { memoryStorage } from '../src/index.js';

const runner = { describe, test };

logStoreConformance(runner, {
  name: 'store-memory',
  crashes: true,
  create: async () => {
    let storage = memoryStorage();
    const reopen = () => {
      storage = storage.reopen();
    };
    const store = () => {
      reopen();
      return storage.log;
    };
    return { store, reopens: true, crash: reopen };
  },
});
