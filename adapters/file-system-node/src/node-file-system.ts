import {
  close,
  fdatasync,
  fstat,
  fsync,
  ftruncate,
  mkdir,
  open,
  read,
  readdir,
  rename,
  unlink,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import type { FileHandle, FileSystem } from '@quorate/interfaces';

const closeFd = promisify(close);
const openFd = promisify(open);
const syncFd = promisify(fsync);
const truncateFd = promisify(ftruncate);
const statFd = promisify(fstat);
const renamePath = promisify(rename);
const unlinkPath = promisify(unlink);
const makePath = promisify(mkdir);
const listPath = promisify(readdir);

const FLAGS = { create: 'wx+', write: 'r+', read: 'r' } as const;

/** Opening a directory for `fsync` is refused there; its entries are journalled with the files. */
const DIRECTORIES_CANNOT_BE_SYNCED = process.platform === 'win32';

function readOnce(fd: number, into: Uint8Array, at: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, into, at, into.length - at, position, (error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}

class NodeFileHandle implements FileHandle {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  async size(): Promise<number> {
    return (await statFd(this.#fd)).size;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
    let at = 0;
    while (at < length) {
      const count = await readOnce(this.#fd, bytes, at, position + at);
      if (count === 0) return bytes.subarray(0, at);
      at += count;
    }
    return bytes;
  }

  write(bytes: Uint8Array, position: number): void {
    let at = 0;
    while (at < bytes.length) at += writeSync(this.#fd, bytes, at, bytes.length - at, position + at);
  }

  datasync(done: (error: Error | null) => void): void {
    fdatasync(this.#fd, done);
  }

  truncate(length: number): Promise<void> {
    return truncateFd(this.#fd, length);
  }

  close(): Promise<void> {
    return closeFd(this.#fd);
  }
}

class NodeFileSystem implements FileSystem {
  async mkdir(path: string): Promise<void> {
    await makePath(path, { recursive: true });
  }

  async open(path: string, mode: 'create' | 'write' | 'read'): Promise<FileHandle> {
    return new NodeFileHandle(await openFd(path, FLAGS[mode]));
  }

  rename(from: string, to: string): Promise<void> {
    return renamePath(from, to);
  }

  unlink(path: string): Promise<void> {
    return unlinkPath(path);
  }

  async list(path: string): Promise<readonly string[]> {
    return (await listPath(path)).sort();
  }

  async syncDir(path: string): Promise<void> {
    if (DIRECTORIES_CANNOT_BE_SYNCED) return;
    const fd = await openFd(path, 'r');
    try {
      await syncFd(fd);
    } finally {
      await closeFd(fd);
    }
  }
}

/** The machine's own file system. Errors are Node's, with their POSIX `code`. */
export function nodeFileSystem(): FileSystem {
  return new NodeFileSystem();
}
