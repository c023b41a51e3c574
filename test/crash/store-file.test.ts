import { collect, logStoreConformance, type Runner, snapshotStoreConformance } from '@quorate/conformance';
import type { FileSystem } from '@quorate/interfaces';
import { CrashableFileSystem, type DiskCall, Prng, withoutDatasync, withoutSyncDir } from '@quorate/simulator';
import { fileStorage } from '@quorate/store-file';
import { describe, expect, test } from 'vitest';

const SMALL = { directory: 'server/data', segmentBytes: 64 << 10, preallocateBytes: 8 << 10 };

/** Each call on the disk ends some turns after it began, in an order of chance. */
function delays(random: Prng): (call: DiskCall, done: () => void) => void {
  return (_call, done) => {
    const wait = (turns: number): void => {
      setImmediate(() => (turns === 0 ? done() : wait(turns - 1)));
    };
    wait(random.below(4));
  };
}

/** A disk that loses power, or a process that dies on one that does not; each subject by chances of its own. */
function crashingDisks() {
  let disks = 0;
  return () => {
    disks += 1;
    const random = new Prng(disks);
    const options = { random, later: delays(random) };
    let disk = new CrashableFileSystem(options);
    return {
      now: () => disk,
      crash: () => {
        disk.kill();
        disk = random.chance(1, 4) ? disk.afterProcessCrash(options) : disk.afterPowerLoss(options);
      },
    };
  };
}

function register(runner: Runner, histories: number, layer: (disk: FileSystem) => FileSystem): void {
  const newDisk = crashingDisks();
  const create = () => {
    const { now, crash } = newDisk();
    return { storage: () => fileStorage({ ...SMALL, fileSystem: layer(now()) }), crash };
  };
  const options = { name: 'store-file on a crashing disk', crashes: true, histories };
  logStoreConformance(runner, {
    ...options,
    create: async () => {
      const { storage, crash } = create();
      return { store: () => storage().log, crash };
    },
  });
  snapshotStoreConformance(runner, {
    ...options,
    create: async () => {
      const { storage, crash } = create();
      return { store: () => storage().snapshots, crash };
    },
  });
}

register({ describe, test }, 60, (disk) => disk);

describe('what a lying disk does to the file store is seen', () => {
  for (const [name, layer] of [
    ['datasync does nothing', withoutDatasync],
    ['syncDir does nothing', withoutSyncDir],
  ] as const) {
    test(name, async () => {
      const outcomes = await collect((runner) => register(runner, 12, layer), {
        select: (title) => title.includes('crash'),
      });
      const caught = outcomes.filter(({ error }) => error !== undefined).map(({ title }) => title);
      for (const clause of ['LS-1', 'LS-3', 'SS-7']) {
        expect(caught.filter((title) => title.includes(clause)).length, clause).toBeGreaterThan(1);
      }
    });
  }
});
