import type { FileHandle, FileSystem } from '@quorate/interfaces';

function wrapped(base: FileSystem, changes: Partial<FileSystem>): FileSystem {
  return {
    mkdir: (path) => base.mkdir(path),
    open: (path, mode) => base.open(path, mode),
    rename: (from, to) => base.rename(from, to),
    unlink: (path) => base.unlink(path),
    list: (path) => base.list(path),
    syncDir: (path) => base.syncDir(path),
    ...changes,
  };
}

function lyingHandle(base: FileHandle): FileHandle {
  return {
    size: () => base.size(),
    read: (position, length) => base.read(position, length),
    write: (bytes, position) => base.write(bytes, position),
    datasync: (done) => {
      base.size().then(
        () => done(null),
        (error: Error) => done(error),
      );
    },
    truncate: (length) => base.truncate(length),
    close: () => base.close(),
  };
}

/** A disk that says "synced" and syncs nothing: a checker that does not notice is worth nothing. */
export function withoutDatasync(base: FileSystem): FileSystem {
  return wrapped(base, { open: async (path, mode) => lyingHandle(await base.open(path, mode)) });
}

/** A disk whose directories are never made durable although it says so. */
export function withoutSyncDir(base: FileSystem): FileSystem {
  return wrapped(base, {
    syncDir: async (path) => {
      await base.list(path);
    },
  });
}
