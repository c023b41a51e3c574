import {
  BatchWriter,
  counterOf,
  type FileSystem,
  type LogStore,
  makeZxid,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';
import { CrashableFileSystem, Prng } from '@quorate/simulator';
import { fileLogStore } from '@quorate/store-file';
import { describe, expect, test } from 'vitest';

const FAULTY = new Set(['write', 'datasync', 'syncDir', 'open', 'truncate']);

function appendNext(log: LogStore, bytes: number): void {
  const writer = new BatchWriter(log.last);
  const zxid = makeZxid(1, counterOf(log.last) + 1);
  writer.beginEntry(zxid, 0);
  writer.payload.raw(new Uint8Array(bytes).fill(zxid & 0xff));
  writer.endEntry(zxid);
  log.append(writer.seal(ZXID_ZERO));
}

function storeOn(fileSystem: FileSystem): LogStore {
  return fileLogStore({ fileSystem, directory: 'log', segmentBytes: 64 << 10, preallocateBytes: 8 << 10 });
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Appends until the disk fails. @returns the last zxid that was vouched for */
async function untilFailure(disk: CrashableFileSystem, random: Prng): Promise<Zxid> {
  const ends = new Map<number, Zxid>();
  let vouched = ZXID_ZERO;
  let failed = false;
  const log = storeOn(disk);
  const recovery = await log.open({
    onDurable: (token) => {
      expect(failed, 'onDurable after onFailure').toBe(false);
      vouched = ends.get(token) ?? vouched;
    },
    onFailure: () => {
      failed = true;
    },
  });
  vouched = recovery.last;
  for (let step = 0; step < 400 && !failed; step++) {
    for (let i = random.below(3); i >= 0; i--) appendNext(log, random.below(1500));
    ends.set(log.sync(), log.last);
    await turns(random.below(3));
  }
  return vouched;
}

async function lastAfterOpening(disk: FileSystem): Promise<Zxid> {
  const recovery = await storeOn(disk).open({ onDurable: () => {}, onFailure: () => {} });
  return recovery.last;
}

describe('LS-2 LS-3 a disk that fails, then a restart, then a power loss', () => {
  for (let seed = 1; seed <= 150; seed++) {
    test(`nothing that was vouched for, or reported by the restart, is lost, seed ${seed}`, async () => {
      const random = new Prng(seed);
      const fatal = 20 + random.below(500);
      let calls = 0;
      const code = random.pick(['EIO', 'ENOSPC'] as const);
      const faults = random.pick([0, 1, 3]);
      const sound = new CrashableFileSystem({ random });
      const disk = sound.afterProcessCrash({
        random,
        inject: (call) => {
          calls += 1;
          return calls >= fatal && calls <= fatal + faults && FAULTY.has(call) ? code : undefined;
        },
      });
      const vouched = await untilFailure(disk, random);
      disk.kill();
      const restarted = disk.afterProcessCrash({ random });
      const reported = await lastAfterOpening(restarted);
      expect(reported).toBeGreaterThanOrEqual(vouched);
      restarted.kill();
      const powered = restarted.afterPowerLoss({ random });
      expect(await lastAfterOpening(powered)).toBe(reported);
    });
  }
});
