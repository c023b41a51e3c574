import { makeZxid } from '@quorate/interfaces';
import { describe, expect, test } from 'vitest';
import { fileLogStore } from '../src/index.js';
import { type Call, MemoryFileSystem } from './memory-file-system.js';
import { openLog } from './workbench.js';

/** A disk on which every `call` fails while `failing`. */
class FailingDisk extends MemoryFileSystem {
  failing = false;

  constructor(call: Call, code: string) {
    super();
    this.fault = (made) => (this.failing && made === call ? code : undefined);
  }
}

describe('LS-2 a disk that fails', () => {
  for (const [what, call, code] of [
    ['a full disk', 'write', 'ENOSPC'],
    ['a write error', 'write', 'EIO'],
    ['a failed datasync', 'datasync', 'EIO'],
  ] as const) {
    test(`${what} is reported once, then the log is silent, and what was vouched for is there`, async () => {
      const disk = new FailingDisk(call, code);
      const open = await openLog(disk, { preallocateBytes: 16 << 10 });
      open.append();
      await open.settle();
      disk.failing = true;
      open.append();
      await open.settle();
      disk.failing = false;
      expect(open.failures).toHaveLength(1);
      expect(open.failures[0]).toMatchObject({ code: 'STORAGE_FAILED', cause: { code } });
      open.log.append(new Uint8Array(0));
      open.log.sync();
      await open.log.close();
      expect(open.durable).toBe(1);
      expect(open.failures).toHaveLength(1);
      const again = await openLog(disk);
      expect(again.recovery.last).toBeGreaterThanOrEqual(makeZxid(1, 1));
      await again.log.close();
    });
  }

  for (const call of ['open', 'syncDir', 'unlink'] as const) {
    test(`${call} that fails when a segment is begun or deleted`, async () => {
      const disk = new FailingDisk(call, 'EIO');
      const open = await openLog(disk, { segmentBytes: 64 << 10 });
      for (let i = 0; i < 8; i++) open.append(20_000);
      await open.settle();
      disk.failing = true;
      open.log.retire(makeZxid(1, 7));
      open.log.truncateAfter(makeZxid(1, 7));
      open.append();
      open.log.truncateAfter(makeZxid(1, 7));
      await open.settle();
      for (let i = 0; i < 50 && open.failures.length === 0; i++) await new Promise((resolve) => setImmediate(resolve));
      expect(open.failures).toHaveLength(1);
      disk.failing = false;
      await open.log.close();
      const again = await openLog(disk);
      expect([makeZxid(1, 7), makeZxid(1, 8)]).toContain(again.recovery.last);
      await again.log.close();
    });
  }

  test('a failure while closing rejects the close', async () => {
    const disk = new FailingDisk('datasync', 'EIO');
    const open = await openLog(disk);
    open.append();
    disk.failing = true;
    await expect(open.log.close()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(open.failures).toHaveLength(1);
  });

  test('a failure while opening rejects the open, and the next one finds everything', async () => {
    const disk = new MemoryFileSystem();
    const first = await openLog(disk);
    first.append(20, 5);
    await first.log.close();
    for (const call of ['open', 'write', 'datasync', 'syncDir'] as const) {
      disk.fault = (made) => (made === call ? 'EIO' : undefined);
      await expect(openLog(disk)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
      disk.fault = () => undefined;
      const again = await openLog(disk);
      expect(again.recovery.last).toBe(makeZxid(1, 5));
      await again.log.close();
    }
  });
});

test('options out of range are refused with their value', () => {
  const fileSystem = new MemoryFileSystem();
  for (const wrong of [{ segmentBytes: 1000 }, { segmentBytes: 2 ** 31 }, { preallocateBytes: -1 }]) {
    expect(() => fileLogStore({ fileSystem, directory: 'log', ...wrong })).toThrowError(
      String(Object.values(wrong)[0]),
    );
  }
});
