import type { FileHandle, FileSystem } from '@quorate/interfaces';
import {
  CrashableFileSystem,
  Prng,
  SECTOR_BYTES,
  type Survival,
  withoutDatasync,
  withoutSyncDir,
} from '@quorate/simulator';
import { describe, expect, test } from 'vitest';

const NOTHING: Survival = { sectorsIn16: 0, entriesIn16: 0 };
const EVERYTHING: Survival = { sectorsIn16: 16, entriesIn16: 16 };

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);
const datasync = (file: FileHandle) =>
  new Promise<void>((resolve, reject) => file.datasync((error) => (error === null ? resolve() : reject(error))));

async function content(fs: FileSystem, path: string): Promise<number[]> {
  const file = await fs.open(path, 'read');
  return [...(await file.read(0, await file.size()))];
}

async function fileWith(fs: FileSystem, path: string, value: Uint8Array): Promise<FileHandle> {
  const file = await fs.open(path, 'create');
  file.write(value, 0);
  return file;
}

describe('as a process sees it', () => {
  test('FS-1 FS-4 creates directories with their parents and lists names in order', async () => {
    const fs = new CrashableFileSystem();
    await fs.mkdir('a/b');
    await fs.mkdir('/a/b');
    await fileWith(fs, 'a/b/z', bytes(1, 1));
    await fileWith(fs, '/a/b/y', bytes(1, 1));
    expect(await fs.list('a/b')).toEqual(['y', 'z']);
    await expect(fs.list('a/c')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('FS-2 create refuses what exists, write and read what does not, read refuses to write', async () => {
    const fs = new CrashableFileSystem();
    await fileWith(fs, 'f', bytes(3, 7));
    await expect(fs.open('f', 'create')).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(fs.open('g', 'write')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(fs.open('g', 'read')).rejects.toMatchObject({ code: 'ENOENT' });
    const reader = await fs.open('f', 'read');
    expect(() => reader.write(bytes(1, 1), 0)).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });

  test('FS-3 rename replaces its target', async () => {
    const fs = new CrashableFileSystem();
    await fileWith(fs, 'old', bytes(1, 1));
    await fileWith(fs, 'new', bytes(1, 2));
    await fs.rename('new', 'old');
    expect(await fs.list('/')).toEqual(['old']);
    expect(await content(fs, 'old')).toEqual([2]);
  });

  test('FS-6 reads fewer bytes only at the end; FS-7 a write beyond the end leaves zeros between; truncate cuts', async () => {
    const fs = new CrashableFileSystem();
    const file = await fileWith(fs, 'f', bytes(2, 9));
    file.write(bytes(1, 5), 4);
    expect(await content(fs, 'f')).toEqual([9, 9, 0, 0, 5]);
    expect([...(await file.read(3, 10))]).toEqual([0, 5]);
    expect([...(await file.read(8, 10))]).toEqual([]);
    await file.truncate(1);
    await file.truncate(3);
    expect(await content(fs, 'f')).toEqual([9, 0, 0]);
  });

  test('FS-7 the bytes given to a write may be reused at once', async () => {
    const fs = new CrashableFileSystem();
    const buffer = bytes(4, 1);
    const file = await fileWith(fs, 'f', buffer);
    buffer.fill(2);
    expect([...(await file.read(0, 4))]).toEqual([1, 1, 1, 1]);
  });

  test('FS-8 datasync never answers from inside the call', async () => {
    const fs = new CrashableFileSystem();
    const file = await fileWith(fs, 'f', bytes(1, 1));
    let inside = true;
    const answered = new Promise<boolean>((resolve) => file.datasync(() => resolve(inside)));
    inside = false;
    expect(await answered).toBe(false);
  });

  test('a closed handle refuses everything', async () => {
    const fs = new CrashableFileSystem();
    const file = await fileWith(fs, 'f', bytes(1, 1));
    await file.close();
    expect(() => file.write(bytes(1, 1), 0)).toThrow(expect.objectContaining({ code: 'EBADF' }));
    await expect(datasync(file)).rejects.toMatchObject({ code: 'EBADF' });
  });
});

describe('power loss', () => {
  test('keeps what was synced, name and content, whatever the chance', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const fs = new CrashableFileSystem({ random: new Prng(seed) });
      const file = await fileWith(fs, 'f', bytes(1300, 1));
      await datasync(file);
      await fs.syncDir('/');
      expect(await content(fs.afterPowerLoss(), 'f')).toEqual([...bytes(1300, 1)]);
    }
  });

  test('FS-1 FS-3 a name that was not synced may be gone although the content was; the old name of a rename may be back', async () => {
    const fs = new CrashableFileSystem();
    const file = await fileWith(fs, 'a', bytes(1, 1));
    await datasync(file);
    expect(await fs.afterPowerLoss({}, NOTHING).list('/')).toEqual([]);
    await fs.syncDir('/');
    await fs.rename('a', 'b');
    expect(await fs.afterPowerLoss({}, NOTHING).list('/')).toEqual(['a']);
    expect(await fs.afterPowerLoss({}, EVERYTHING).list('/')).toEqual(['b']);
    await fs.unlink('b');
    expect(await content(fs.afterPowerLoss({}, NOTHING), 'a')).toEqual([1]);
  });

  test('a directory that was not synced into its parent vanishes with everything in it', async () => {
    const fs = new CrashableFileSystem();
    await fs.mkdir('d');
    await datasync(await fileWith(fs, 'd/f', bytes(1, 1)));
    await fs.syncDir('d');
    expect(await fs.afterPowerLoss({}, NOTHING).list('/')).toEqual([]);
    await fs.syncDir('/');
    expect(await fs.afterPowerLoss({}, NOTHING).list('d')).toEqual(['f']);
  });

  test('any subset of un-synced sectors and any size survives; synced sectors never change', async () => {
    const fs = new CrashableFileSystem({ random: new Prng(3) });
    const file = await fileWith(fs, 'f', bytes(2 * SECTOR_BYTES, 1));
    await datasync(file);
    await fs.syncDir('/');
    file.write(bytes(3 * SECTOR_BYTES, 2), SECTOR_BYTES);
    const seen = new Set<string>();
    for (let i = 0; i < 300; i++) {
      const left = await content(fs.afterPowerLoss({}, { sectorsIn16: 8, entriesIn16: 8 }), 'f');
      expect(left.slice(0, SECTOR_BYTES)).toEqual([...bytes(SECTOR_BYTES, 1)]);
      seen.add(`${left.length}:${[1, 2, 3].map((sector) => left[sector * SECTOR_BYTES])}`);
    }
    expect(seen).toContain('1024:1,,');
    expect(seen).toContain('1024:2,,');
    expect(seen).toContain('2048:1,0,0');
    expect(seen).toContain('2048:1,2,0');
    expect(seen).toContain('2048:2,0,2');
    expect(seen).toContain('2048:2,2,2');
  });

  test('FS-8 a datasync covers what was written before the call, not what came while it ran', async () => {
    const held: (() => void)[] = [];
    const fs = new CrashableFileSystem({
      later: (call, done) => (call === 'datasync' ? held.push(done) : queueMicrotask(done)),
    });
    const file = await fileWith(fs, 'f', bytes(4, 1));
    await fs.syncDir('/');
    const synced = datasync(file);
    file.write(bytes(4, 2), 0);
    held.shift()?.();
    await synced;
    expect(await content(fs.afterPowerLoss({}, NOTHING), 'f')).toEqual([1, 1, 1, 1]);
    expect(await content(fs.afterPowerLoss({}, EVERYTHING), 'f')).toEqual([2, 2, 2, 2]);
  });

  test('a datasync that ends after a later one does not undo it', async () => {
    const held: (() => void)[] = [];
    const fs = new CrashableFileSystem({
      later: (call, done) => (call === 'datasync' ? held.push(done) : queueMicrotask(done)),
    });
    const file = await fileWith(fs, 'f', bytes(4, 1));
    await fs.syncDir('/');
    file.datasync(() => {});
    file.write(bytes(4, 2), 0);
    file.datasync(() => {});
    held[1]!();
    held[0]!();
    expect(await content(fs.afterPowerLoss({}, NOTHING), 'f')).toEqual([2, 2, 2, 2]);
  });
});

describe('process crash', () => {
  test('keeps the cache, and what was not durable can still be lost later', async () => {
    const fs = new CrashableFileSystem();
    await fileWith(fs, 'f', bytes(1, 1));
    const next = fs.afterProcessCrash();
    expect(await content(next, 'f')).toEqual([1]);
    expect(await next.afterPowerLoss({}, NOTHING).list('/')).toEqual([]);
    const file = await next.open('f', 'write');
    await datasync(file);
    await next.syncDir('/');
    expect(await content(next.afterPowerLoss({}, NOTHING), 'f')).toEqual([1]);
  });

  test('a killed process changes nothing and hears nothing', async () => {
    const fs = new CrashableFileSystem();
    const file = await fileWith(fs, 'f', bytes(1, 1));
    let heard = 0;
    file.datasync(() => (heard += 1));
    fs.kill();
    file.write(bytes(1, 2), 0);
    file.datasync(() => (heard += 1));
    fs.list('/').then(
      () => (heard += 1),
      () => (heard += 1),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toBe(0);
    expect(await content(fs.afterProcessCrash(), 'f')).toEqual([1]);
  });
});

describe('injected errors', () => {
  test('a failing write throws with its code and leaves at most a prefix', async () => {
    let fail = false;
    const fs = new CrashableFileSystem({ inject: (call) => (fail && call === 'write' ? 'ENOSPC' : undefined) });
    const file = await fileWith(fs, 'f', bytes(2, 1));
    fail = true;
    expect(() => file.write(bytes(10, 2), 2)).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    const left = await content(fs, 'f');
    expect(left.length).toBeLessThan(12);
    expect(left.slice(0, 2)).toEqual([1, 1]);
    expect(left.slice(2).every((value) => value === 2)).toBe(true);
  });

  test('after a failed datasync the next one succeeds and yet sectors are lost', async () => {
    let fail = true;
    const fs = new CrashableFileSystem({
      random: new Prng(5),
      inject: (call) => (fail && call === 'datasync' ? 'EIO' : undefined),
    });
    const file = await fileWith(fs, 'f', bytes(16 * SECTOR_BYTES, 1));
    await fs.syncDir('/');
    await expect(datasync(file)).rejects.toMatchObject({ code: 'EIO' });
    fail = false;
    file.write(bytes(1, 1), 17 * SECTOR_BYTES);
    await datasync(file);
    const left = await content(fs.afterPowerLoss({}, NOTHING), 'f');
    const sectors = Array.from({ length: 16 }, (_, sector) => left[sector * SECTOR_BYTES]);
    expect(sectors).toContain(0);
    expect(sectors).toContain(1);
    expect(await content(fs, 'f')).toHaveLength(17 * SECTOR_BYTES + 1);
  });

  test('every call is counted and announced', async () => {
    const calls: string[] = [];
    const fs = new CrashableFileSystem({ onCall: (call, path) => calls.push(`${call} ${path}`) });
    const file = await fileWith(fs, 'f', bytes(1, 1));
    await datasync(file);
    await fs.rename('f', 'g');
    expect(calls).toEqual(['open f', 'write f', 'datasync f', 'rename f']);
    expect(fs.calls).toBe(4);
  });
});

describe('faulty variants', () => {
  test('withoutDatasync answers and keeps nothing', async () => {
    const fs = new CrashableFileSystem();
    const file = await fileWith(withoutDatasync(fs), 'f', bytes(1, 1));
    await datasync(file);
    await fs.syncDir('/');
    expect(await content(fs.afterPowerLoss({}, NOTHING), 'f')).toEqual([]);
  });

  test('withoutSyncDir answers and keeps nothing', async () => {
    const fs = new CrashableFileSystem();
    const lying = withoutSyncDir(fs);
    await datasync(await fileWith(lying, 'f', bytes(1, 1)));
    await lying.syncDir('/');
    expect(await fs.afterPowerLoss({}, NOTHING).list('/')).toEqual([]);
  });
});
