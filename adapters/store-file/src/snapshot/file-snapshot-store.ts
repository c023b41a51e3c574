import {
  type FileHandle,
  type FileSystem,
  formatZxid,
  QuorateError,
  type SnapshotInfo,
  type SnapshotReader,
  type SnapshotStore,
  type SnapshotWriter,
  type Zxid,
} from '@quorate/interfaces';
import { errorCode, makeDirectory } from '../directories.js';
import { FileSnapshotWriter, type WriterHost } from './file-snapshot-writer.js';
import { ContentReader, isUnfinished, readFrame, snapshotName, zxidOfName } from './snapshot-format.js';

export interface FileSnapshotStoreOptions {
  readonly fileSystem: FileSystem;
  /** Created with its parents when missing. It belongs to this store alone. */
  readonly directory: string;
}

/** One file per snapshot; an unfinished one has another name. */
export class FileSnapshotStore implements SnapshotStore {
  readonly supports = { permanence: true };
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  readonly #host: WriterHost;
  /** Temporary files of writers at work, by name. */
  readonly #writers = new Map<string, FileSnapshotWriter | null>();
  readonly #readers = new Set<FileSnapshotReader>();
  /** Content lengths of snapshots whose content was verified, or written, by this object. */
  readonly #verified = new Map<Zxid, number>();
  /** Changes of finished files so far: what was verified before one may be another file's content. */
  #changes = 0;
  #begun = 0;
  #ready: Promise<void> | null = null;
  #closed = false;

  constructor(options: FileSnapshotStoreOptions) {
    this.#fileSystem = options.fileSystem;
    this.#directory = options.directory;
    this.#host = {
      fileSystem: this.#fileSystem,
      directory: this.#directory,
      changing: (zxid) => this.#forget(zxid),
      committed: (zxid, bytes) => this.#verified.set(zxid, bytes),
      ended: (writer) => {
        for (const [name, other] of this.#writers) if (other === writer) this.#writers.delete(name);
      },
    };
  }

  async list(): Promise<readonly SnapshotInfo[]> {
    await this.#prepared('list');
    try {
      return await this.#list();
    } catch (error) {
      throw this.#failed('the snapshots could not be listed', error);
    }
  }

  async begin(zxid: Zxid): Promise<SnapshotWriter> {
    await this.#prepared('begin');
    this.#begun += 1;
    const name = `${snapshotName(zxid)}.${this.#begun}.tmp`;
    const path = `${this.#directory}/${name}`;
    this.#writers.set(name, null);
    try {
      const writer = new FileSnapshotWriter(this.#host, zxid, path, await this.#createAnew(name, path));
      this.#writers.set(name, writer);
      return writer;
    } catch (error) {
      this.#writers.delete(name);
      throw this.#failed(`the snapshot of ${formatZxid(zxid)} could not be begun`, error);
    }
  }

  async open(zxid: Zxid): Promise<SnapshotReader> {
    await this.#prepared('open');
    let handle: FileHandle;
    try {
      handle = await this.#fileSystem.open(this.#pathOf(zxid), 'read');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        throw new QuorateError('NO_SUCH_ZXID', `no snapshot of ${formatZxid(zxid)}; list() names those there are`);
      }
      throw this.#failed(`the snapshot of ${formatZxid(zxid)} could not be opened`, error);
    }
    const frame = await readFrame(handle, zxid);
    if (frame === undefined) {
      await handle.close();
      throw corrupt(zxid, 'its header or footer is damaged');
    }
    const reader = new FileSnapshotReader(zxid, frame.length, handle, new ContentReader(handle, frame), (ended) =>
      this.#readers.delete(ended),
    );
    this.#readers.add(reader);
    return reader;
  }

  async drop(zxid: Zxid): Promise<void> {
    await this.#prepared('drop');
    this.#forget(zxid);
    await this.#remove(snapshotName(zxid));
    await this.#fileSystem.syncDir(this.#directory);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const writer of [...this.#writers.values()]) await writer?.abort();
    for (const reader of [...this.#readers]) await reader.close();
  }

  async #prepared(call: string): Promise<void> {
    if (this.#closed) throw new QuorateError('CLOSED', `${call}: this snapshot store is closed`);
    this.#ready ??= makeDirectory(this.#fileSystem, this.#directory);
    try {
      await this.#ready;
    } catch (error) {
      this.#ready = null;
      throw this.#failed(`the directory ${this.#directory} could not be made`, error);
    }
  }

  async #list(): Promise<readonly SnapshotInfo[]> {
    const found: SnapshotInfo[] = [];
    const names = await this.#fileSystem.list(this.#directory);
    // A name seen may not be on disk yet: who made it may have died, or failed, before its syncDir.
    await this.#fileSystem.syncDir(this.#directory);
    for (const name of names) {
      const zxid = zxidOfName(name);
      if (zxid !== undefined) {
        const bytes = this.#verified.get(zxid) ?? (await this.#verify(zxid));
        if (bytes !== undefined) found.push({ zxid, bytes });
      } else if (isUnfinished(name) && !this.#writers.has(name)) await this.#remove(name);
    }
    return found.sort((a, b) => b.zxid - a.zxid);
  }

  #forget(zxid: Zxid): void {
    this.#changes += 1;
    this.#verified.delete(zxid);
  }

  #pathOf(zxid: Zxid): string {
    return `${this.#directory}/${snapshotName(zxid)}`;
  }

  /** A left-over of an earlier process may have the name. */
  async #createAnew(name: string, path: string): Promise<FileHandle> {
    try {
      return await this.#fileSystem.open(path, 'create');
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      await this.#remove(name);
      return await this.#fileSystem.open(path, 'create');
    }
  }

  /** @returns the content's length; undefined when the snapshot is damaged, or gone */
  async #verify(zxid: Zxid): Promise<number | undefined> {
    const changes = this.#changes;
    let handle: FileHandle;
    try {
      handle = await this.#fileSystem.open(this.#pathOf(zxid), 'read');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
    try {
      const frame = await readFrame(handle, zxid);
      if (frame === undefined) return undefined;
      const content = new ContentReader(handle, frame);
      while ((await content.next()) !== null);
      if (!content.holds) return undefined;
      if (changes === this.#changes) this.#verified.set(zxid, frame.length);
      return frame.length;
    } finally {
      await handle.close();
    }
  }

  async #remove(name: string): Promise<void> {
    try {
      await this.#fileSystem.unlink(`${this.#directory}/${name}`);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  #failed(what: string, error: unknown): QuorateError {
    const reason = error instanceof Error ? error.message : String(error);
    return new QuorateError('STORAGE_FAILED', `${what}: ${reason}`, { cause: error });
  }
}

function corrupt(zxid: Zxid, what: string): QuorateError {
  return new QuorateError(
    'CORRUPT_SNAPSHOT',
    `the snapshot of ${formatZxid(zxid)}: ${what}; drop it and use an older one`,
  );
}

class FileSnapshotReader implements SnapshotReader {
  readonly zxid: Zxid;
  readonly bytes: number;
  readonly #handle: FileHandle;
  readonly #content: ContentReader;
  readonly #onClose: (reader: FileSnapshotReader) => void;
  #closed = false;

  constructor(
    zxid: Zxid,
    bytes: number,
    handle: FileHandle,
    content: ContentReader,
    onClose: (reader: FileSnapshotReader) => void,
  ) {
    this.zxid = zxid;
    this.bytes = bytes;
    this.#handle = handle;
    this.#content = content;
    this.#onClose = onClose;
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#closed) throw new QuorateError('CLOSED', 'read: this snapshot reader is closed');
    const piece = await this.#content.next();
    if (piece === null && !this.#content.holds) throw corrupt(this.zxid, 'its content is not what was written');
    return piece;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose(this);
    await this.#handle.close();
  }
}

/** A {@link SnapshotStore} with one file per snapshot in a directory. */
export function fileSnapshotStore(options: FileSnapshotStoreOptions): SnapshotStore {
  return new FileSnapshotStore(options);
}
