import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileHandle } from '@quorate/interfaces';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeFileSystem } from '../src/index.js';

function datasync(handle: FileHandle): Promise<void> {
  return new Promise((resolve, reject) => {
    handle.datasync((error) => (error === null ? resolve() : reject(error)));
  });
}

describe('nodeFileSystem', () => {
  const fileSystem = nodeFileSystem();
  let directory = '';

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'quorate-fs-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  test('FS-1 mkdir creates the parents and is content when all is there', async () => {
    await fileSystem.mkdir(`${directory}/a/b/c`);
    await fileSystem.mkdir(`${directory}/a/b/c`);
    expect(await fileSystem.list(`${directory}/a/b`)).toEqual(['c']);
  });

  test('FS-2 create makes a new file and refuses an old one; write and read need one', async () => {
    const path = `${directory}/f`;
    await expect(fileSystem.open(path, 'write')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(fileSystem.open(path, 'read')).rejects.toMatchObject({ code: 'ENOENT' });
    const made = await fileSystem.open(path, 'create');
    made.write(new Uint8Array([1, 2, 3]), 0);
    expect(await made.read(0, 3)).toEqual(new Uint8Array([1, 2, 3]));
    await made.close();
    await expect(fileSystem.open(path, 'create')).rejects.toMatchObject({ code: 'EEXIST' });
    const again = await fileSystem.open(path, 'write');
    again.write(new Uint8Array([9]), 1);
    expect(await again.read(0, 100)).toEqual(new Uint8Array([1, 9, 3]));
    await again.close();
    const readOnly = await fileSystem.open(path, 'read');
    expect(() => readOnly.write(new Uint8Array(1), 0)).toThrowError();
    await readOnly.close();
  });

  test('FS-3 rename replaces its target', async () => {
    for (const [name, byte] of [
      ['from', 1],
      ['to', 2],
    ] as const) {
      const handle = await fileSystem.open(`${directory}/${name}`, 'create');
      handle.write(new Uint8Array([byte]), 0);
      await handle.close();
    }
    await fileSystem.rename(`${directory}/from`, `${directory}/to`);
    expect(await fileSystem.list(directory)).toEqual(['to']);
    const handle = await fileSystem.open(`${directory}/to`, 'read');
    expect(await handle.read(0, 9)).toEqual(new Uint8Array([1]));
    await handle.close();
  });

  test('FS-4 list is sorted, and ENOENT where there is no directory', async () => {
    for (const name of ['b', 'a', 'c']) await (await fileSystem.open(`${directory}/${name}`, 'create')).close();
    await fileSystem.unlink(`${directory}/c`);
    expect(await fileSystem.list(directory)).toEqual(['a', 'b']);
    await expect(fileSystem.list(`${directory}/none`)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('FS-5 syncDir works on a directory and fails where there is none', async () => {
    await fileSystem.syncDir(directory);
    await expect(fileSystem.syncDir(`${directory}/none`)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('FS-6 a read is short only at the end of the file', async () => {
    const handle = await fileSystem.open(`${directory}/f`, 'create');
    handle.write(new Uint8Array(10).fill(7), 0);
    expect((await handle.read(4, 100)).length).toBe(6);
    expect((await handle.read(4, 6)).length).toBe(6);
    expect((await handle.read(10, 1)).length).toBe(0);
    expect((await handle.read(50, 1)).length).toBe(0);
    await handle.close();
  });

  test('FS-7 write takes effect at once, anywhere, and leaves the bytes to the caller', async () => {
    const handle = await fileSystem.open(`${directory}/f`, 'create');
    const bytes = new Uint8Array(3 << 20).fill(5);
    handle.write(bytes, 100);
    bytes.fill(6);
    expect(await handle.size()).toBe(100 + (3 << 20));
    const back = await handle.read(0, 4 << 20);
    expect(back.subarray(0, 100).every((byte) => byte === 0)).toBe(true);
    expect(back.subarray(100).every((byte) => byte === 5)).toBe(true);
    await handle.truncate(50);
    expect(await handle.size()).toBe(50);
    await handle.close();
  });

  test('FS-8 datasync calls back, never from inside the call', async () => {
    const handle = await fileSystem.open(`${directory}/f`, 'create');
    handle.write(new Uint8Array(1), 0);
    let inside = true;
    const inCall = new Promise<boolean>((resolve) => {
      handle.datasync(() => resolve(inside));
      inside = false;
    });
    expect(await inCall).toBe(false);
    await datasync(handle);
    await handle.close();
  });
});
