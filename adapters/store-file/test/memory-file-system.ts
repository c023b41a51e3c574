import type { FileHandle, FileSystem } from '@quorate/interfaces';

export type Call = 'open' | 'write' | 'datasync' | 'syncDir' | 'unlink';

function posix(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** One directory in memory. `fault` names the error of a call that is to fail. */
export class MemoryFileSystem implements FileSystem {
  files: Map<string, Uint8Array>;
  fault: (call: Call, path: string) => string | undefined = () => undefined;

  constructor(files: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.files = new Map([...files].map(([name, bytes]) => [name, bytes.slice()]));
  }

  async mkdir(): Promise<void> {}

  async open(path: string, mode: 'create' | 'write' | 'read'): Promise<FileHandle> {
    this.#check('open', path);
    const name = nameOf(path);
    const exists = this.files.has(name);
    if (mode === 'create' && exists) throw posix('EEXIST', path);
    if (mode !== 'create' && !exists) throw posix('ENOENT', path);
    if (!exists) this.files.set(name, new Uint8Array(0));
    return this.#handle(name, path);
  }

  async rename(from: string, to: string): Promise<void> {
    this.files.set(nameOf(to), this.files.get(nameOf(from))!);
    this.files.delete(nameOf(from));
  }

  async unlink(path: string): Promise<void> {
    this.#check('unlink', path);
    if (!this.files.delete(nameOf(path))) throw posix('ENOENT', path);
  }

  async list(): Promise<readonly string[]> {
    return [...this.files.keys()].sort();
  }

  async syncDir(path: string): Promise<void> {
    this.#check('syncDir', path);
  }

  #check(call: Call, path: string): void {
    const code = this.fault(call, path);
    if (code !== undefined) throw posix(code, path);
  }

  #handle(name: string, path: string): FileHandle {
    const bytes = (): Uint8Array => this.files.get(name)!;
    const resize = (length: number): void => {
      const next = new Uint8Array(length);
      next.set(bytes().subarray(0, length));
      this.files.set(name, next);
    };
    return {
      size: async () => bytes().length,
      read: async (position, length) => bytes().slice(position, position + length),
      write: (source, position) => {
        this.#check('write', path);
        if (position + source.length > bytes().length) resize(position + source.length);
        bytes().set(source, position);
      },
      datasync: (done) => {
        const code = this.fault('datasync', path);
        setImmediate(() => done(code === undefined ? null : posix(code, path)));
      },
      truncate: async (length) => resize(length),
      close: async () => {},
    };
  }
}
