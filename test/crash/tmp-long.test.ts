import { collect, type LogStoreConformanceOptions, logStoreConformance } from '@quorate/conformance';
import type { FileSystem } from '@quorate/interfaces';
import { CrashableFileSystem, type DiskCall, Prng, withoutDatasync, withoutSyncDir } from '@quorate/simulator';
import { fileLogStore } from '@quorate/store-file';
import { describe, expect, test } from 'vitest';

const SMALL = { directory: 'server/log', segmentBytes: 64 << 10, preallocateBytes: 8 << 10 };

/** Each call on the disk ends some turns after it began, in an order of chance. */
function delays(random: Prng): (call: DiskCall, done: () => void) => void {
  return (_call, done) => {
    const wait = (turns: number): void => {
      setImmediate(() => (turns === 0 ? done() : wait(turns - 1)));
    };
    wait(random.below(4));
  };
}

/** The file store on a disk that loses power, or a process that dies on one that does not. */
function crashing(name: string, layer: (disk: FileSystem) => FileSystem): LogStoreConformanceOptions {
  let subjects = 0;
  return {
    name,
    crashes: true,
    histories: 1500,
    create: async () => {
      subjects += 1;
      const random = new Prng(subjects + 77777);
      const options = { random, later: delays(random) };
      let disk = new CrashableFileSystem(options);
      return {
        store: () => fileLogStore({ ...SMALL, fileSystem: layer(disk) }),
        crash: () => {
          disk.kill();
          disk = random.chance(1, 4) ? disk.afterProcessCrash(options) : disk.afterPowerLoss(options);
        },
      };
    },
  };
}

logStoreConformance(
  { describe, test },
  crashing('store-file on a crashing disk', (disk) => disk),
);

describe('what a lying disk does to the file store is seen', () => {
  for (const [name, layer] of [
    ['datasync does nothing', withoutDatasync],
    ['syncDir does nothing', withoutSyncDir],
  ] as const) {
    test(name, async () => {
      const outcomes = await collect(
        (runner) => logStoreConformance(runner, crashing(name, layer)),
        (title) => title.includes('crash'),
      );
      const caught = outcomes.filter(({ error }) => error !== undefined);
      expect(caught.length).toBeGreaterThan(5);
      expect(caught.some(({ title }) => title.includes('LS-1'))).toBe(true);
    });
  }
});
