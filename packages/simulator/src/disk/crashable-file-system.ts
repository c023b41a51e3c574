import type { FileHandle, FileSystem } from '@quorate/interfaces';
import { Prng } from '../prng.js';
import { imageAfterPowerLoss, imageAfterProcessCrash } from './crash-image.js';
import { FileSystemError, type FileSystemErrorCode } from './file-system-error.js';
import { type Entry, SimDirectory } from './sim-directory.js';
import { SimFile, type Survival } from './sim-file.js';

export type DiskCall =
  | 'mkdir'
  | 'open'
  | 'rename'
  | 'unlink'
  | 'list'
  | 'syncDir'
  | 'size'
  | 'read'
  | 'write'
  | 'datasync'
  | 'truncate'
  | 'close';

export interface CrashableOptions {
  /** Decides what survives and which error sizes are met; `new Prng(0)` unless given. */
  readonly random?: Prng;
  /** Runs `done` when the call is over, never from inside; a microtask unless given. A simulation delays it by virtual time. */
  readonly later?: (call: DiskCall, done: () => void) => void;
  /** Told of every call before it takes effect: to count, or to take a crash image at each. */
  readonly onCall?: (call: DiskCall, path: string) => void;
  /** Makes a call fail. A failing write leaves a prefix behind; a failing datasync loses some of its sectors for good. */
  readonly inject?: (call: DiskCall, path: string) => FileSystemErrorCode | undefined;
}

/**
 * A file system in memory that tells the system's cache from the disk. One object is one process's view of it: after a
 * crash take {@link afterProcessCrash} or {@link afterPowerLoss} for the next process and {@link kill} the old one.
 *
 * Names become durable by `syncDir`, contents and sizes by `datasync`; on a power loss everything else survives or
 * vanishes by chance: sectors of 512 bytes one by one, sizes, creates, renames and unlinks each on its own.
 */
export class CrashableFileSystem implements FileSystem {
  readonly #options: CrashableOptions;
  readonly #random: Prng;
  readonly #root: SimDirectory;
  #calls = 0;
  #dead = false;

  constructor(options: CrashableOptions = {}, root: SimDirectory = new SimDirectory()) {
    this.#options = options;
    this.#random = options.random ?? new Prng(0);
    this.#root = root;
  }

  /** Calls made so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Its process is no more: nothing it still does has an effect, nothing it waits for happens. */
  kill(): void {
    this.#dead = true;
  }

  /** What the next process finds when only this one died. This file system stays as it is. */
  afterProcessCrash(options: CrashableOptions = this.#options): CrashableFileSystem {
    return this.#successor(options, imageAfterProcessCrash(this.#root));
  }

  /**
   * What the next process finds after a power loss at this moment; another call gives another legal outcome. This file
   * system stays as it is. Unless `survival` is given, chance picks how much survives, everything and nothing included.
   */
  afterPowerLoss(options: CrashableOptions = this.#options, survival?: Survival): CrashableFileSystem {
    const rates = [0, 1, 8, 15, 16];
    const chosen = survival ?? { sectorsIn16: this.#random.pick(rates), entriesIn16: this.#random.pick(rates) };
    return this.#successor(options, imageAfterPowerLoss(this.#root, chosen, this.#random));
  }

  #successor(options: CrashableOptions, root: SimDirectory): CrashableFileSystem {
    const next = new CrashableFileSystem({ random: this.#random, ...options }, root);
    next.#calls = this.#calls;
    return next;
  }

  mkdir(path: string): Promise<void> {
    return this.#run('mkdir', path, (call) => {
      let directory = this.#root;
      for (const name of partsOf(path)) {
        let next = directory.entries.get(name);
        if (next === undefined) {
          next = new SimDirectory();
          directory.set(call, name, next);
        }
        if (!(next instanceof SimDirectory)) throw new FileSystemError('ENOTDIR', 'mkdir', path);
        directory = next;
      }
    });
  }

  open(path: string, mode: 'create' | 'write' | 'read'): Promise<FileHandle> {
    return this.#run('open', path, (call) => {
      const { directory, name } = this.#locate('open', path);
      let entry = directory.entries.get(name);
      if (mode === 'create') {
        if (entry !== undefined) throw new FileSystemError('EEXIST', 'open', path);
        entry = new SimFile();
        directory.set(call, name, entry);
      }
      if (entry === undefined) throw new FileSystemError('ENOENT', 'open', path);
      if (!(entry instanceof SimFile)) throw new FileSystemError('EISDIR', 'open', path);
      return this.#handle(entry, path, mode !== 'read');
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#run('rename', from, (call) => {
      const source = this.#locate('rename', from);
      const target = this.#locate('rename', to);
      const entry = source.directory.entries.get(source.name);
      if (entry === undefined) throw new FileSystemError('ENOENT', 'rename', from);
      const replaced = target.directory.entries.get(target.name);
      if (replaced === entry) return;
      if (replaced instanceof SimDirectory) {
        throw new FileSystemError(entry instanceof SimDirectory ? 'ENOTEMPTY' : 'EISDIR', 'rename', to);
      }
      if (replaced !== undefined && entry instanceof SimDirectory) throw new FileSystemError('ENOTDIR', 'rename', to);
      target.directory.set(call, target.name, entry);
      source.directory.set(call, source.name, undefined);
    });
  }

  unlink(path: string): Promise<void> {
    return this.#run('unlink', path, (call) => {
      const { directory, name } = this.#locate('unlink', path);
      const entry = directory.entries.get(name);
      if (entry === undefined) throw new FileSystemError('ENOENT', 'unlink', path);
      if (entry instanceof SimDirectory) throw new FileSystemError('EISDIR', 'unlink', path);
      directory.set(call, name, undefined);
    });
  }

  list(path: string): Promise<readonly string[]> {
    return this.#run('list', path, () => [...this.#directory('list', path).entries.keys()].sort());
  }

  syncDir(path: string): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (this.#dead) return;
      let error: Error | undefined = this.#begin('syncDir', path);
      let directory: SimDirectory | undefined;
      try {
        directory = this.#directory('syncDir', path);
      } catch (thrown) {
        error ??= thrown as Error;
      }
      const seen = new Set(directory?.changes);
      this.#later('syncDir', () => {
        if (error !== undefined) return reject(error);
        directory?.commit(seen);
        resolve();
      });
    });
  }

  #handle(file: SimFile, path: string, writable: boolean): FileHandle {
    let open = true;
    const usable = (call: DiskCall, writes = false): SimFile => {
      if (!open || (writes && !writable)) throw new FileSystemError('EBADF', call, path);
      return file;
    };
    return {
      size: () => this.#run('size', path, () => usable('size').size),
      read: (position, length) => this.#run('read', path, () => usable('read').read(position, length)),
      write: (bytes, position) => {
        if (this.#dead) return;
        usable('write', true);
        const error = this.#begin('write', path);
        if (error === undefined) return file.write(bytes, position);
        if (bytes.length > 0) file.write(bytes.subarray(0, this.#random.below(bytes.length)), position);
        throw error;
      },
      datasync: (done) => this.#datasync(file, path, open, done),
      truncate: (length) => this.#run('truncate', path, () => usable('truncate', true).truncate(length)),
      close: () => {
        const closing = this.#run('close', path, () => void usable('close'), true);
        open = false;
        return closing;
      },
    };
  }

  #datasync(file: SimFile, path: string, open: boolean, done: (error: Error | null) => void): void {
    if (this.#dead) return;
    const error = open ? this.#begin('datasync', path) : new FileSystemError('EBADF', 'datasync', path);
    const image = open ? file.beginSync() : undefined;
    this.#later('datasync', () => {
      if (image !== undefined) {
        if (error === undefined) file.endSync(image);
        else file.failSync(image, this.#random);
      }
      done(error ?? null);
    });
  }

  /** Counts a call and asks whether it is to fail. */
  #begin(call: DiskCall, path: string): FileSystemError | undefined {
    this.#options.onCall?.(call, path);
    this.#calls += 1;
    const code = this.#options.inject?.(call, path);
    return code === undefined ? undefined : new FileSystemError(code, call, path);
  }

  #later(call: DiskCall, done: () => void): void {
    const guarded = (): void => {
      if (!this.#dead) done();
    };
    if (this.#options.later === undefined) queueMicrotask(guarded);
    else this.#options.later(call, guarded);
  }

  /** One asynchronous call, whose effect comes at its beginning or its end: by chance unless `early` says. */
  #run<T>(call: DiskCall, path: string, effect: (sequence: number) => T, early?: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#dead) return;
      const error = this.#begin(call, path);
      const sequence = this.#calls;
      if (error !== undefined) return this.#later(call, () => reject(error));
      let outcome: (() => void) | undefined;
      const act = (): void => {
        try {
          const result = effect(sequence);
          outcome = () => resolve(result);
        } catch (thrown) {
          outcome = () => reject(thrown);
        }
      };
      if (early ?? this.#random.chance(1, 2)) act();
      this.#later(call, () => {
        if (outcome === undefined) act();
        outcome?.();
      });
    });
  }

  #locate(call: DiskCall, path: string): { directory: SimDirectory; name: string } {
    const parts = partsOf(path);
    const name = parts.pop();
    if (name === undefined) throw new FileSystemError('EISDIR', call, path);
    return { directory: this.#walk(call, path, parts), name };
  }

  #directory(call: DiskCall, path: string): SimDirectory {
    return this.#walk(call, path, partsOf(path));
  }

  #walk(call: DiskCall, path: string, parts: readonly string[]): SimDirectory {
    let entry: Entry = this.#root;
    for (const part of parts) {
      if (!(entry instanceof SimDirectory)) throw new FileSystemError('ENOTDIR', call, path);
      const next: Entry | undefined = entry.entries.get(part);
      if (next === undefined) throw new FileSystemError('ENOENT', call, path);
      entry = next;
    }
    if (!(entry instanceof SimDirectory)) throw new FileSystemError('ENOTDIR', call, path);
    return entry;
  }
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
