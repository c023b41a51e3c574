/**
 * The few calls that `store-file` needs, small enough to be simulated down to lost sectors and directory entries.
 * Paths are absolute or relative with `/`; errors carry a POSIX `code` (`ENOENT`, `ENOSPC`, `EIO` …).
 */
export interface FileSystem {
  /** FS-1 Creates the directory and its parents; durable only after {@link syncDir} of each parent. */
  mkdir(path: string): Promise<void>;
  /** FS-2 `create`: a new, empty file, `EEXIST` otherwise. `write`: an existing one for reading and writing. `read`: for reading. */
  open(path: string, mode: 'create' | 'write' | 'read'): Promise<FileHandle>;
  /** FS-3 Atomic; replaces `to`; durable only after {@link syncDir}. */
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** FS-4 Names (not paths) in a directory, sorted; `ENOENT` when it does not exist. */
  list(path: string): Promise<readonly string[]>;
  /** FS-5 Makes the directory's entries durable. */
  syncDir(path: string): Promise<void>;
}

export interface FileHandle {
  size(): Promise<number>;
  /** FS-6 At most `length` bytes from `position`; fewer only at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** FS-7 Writes all of `bytes` at `position` into the system's cache, at once; `bytes` may be reused afterwards. @throws on any error */
  write(bytes: Uint8Array, position: number): void;
  /** FS-8 Calls `done` once everything written before this call is on disk; never from inside the call. */
  datasync(done: (error: Error | null) => void): void;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}
