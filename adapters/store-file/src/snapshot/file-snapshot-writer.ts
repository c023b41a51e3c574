import {
  crc32,
  type FileHandle,
  type FileSystem,
  formatZxid,
  isQuorateError,
  QuorateError,
  type SnapshotWriter,
  type Zxid,
} from '@quorate/interfaces';
import { datasync } from '../datasync.js';
import { errorCode } from '../directories.js';
import { encodeFooter, encodeHeader, snapshotName } from './snapshot-format.js';

const BUFFER_BYTES = 1 << 20;
/** Bytes written between two datasyncs: few large steps keep the page cache small and the disk free for the log. */
const SYNC_STEP_BYTES = 32 << 20;

export interface WriterHost {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  /** The snapshot's name is about to be made, or to be taken away again. */
  changing(zxid: Zxid): void;
  /** The snapshot is on disk under its name. */
  committed(zxid: Zxid, bytes: number): void;
  /** The writer has ended. */
  ended(writer: FileSnapshotWriter): void;
}

type Status = 'writing' | 'committing' | 'committed' | 'failed' | 'aborted';

/** Writes under a temporary name; the commit's rename is what makes the snapshot exist. */
export class FileSnapshotWriter implements SnapshotWriter {
  readonly #host: WriterHost;
  readonly #zxid: Zxid;
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #finalPath: string;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #buffered = 0;
  #written = 0;
  #syncedTo = 0;
  #bytes = 0;
  #crc = 0;
  #status: Status = 'writing';
  #renamed = false;
  #closed = false;
  #committing: Promise<void> = Promise.resolve();

  /** @param path of the temporary file, just created */
  constructor(host: WriterHost, zxid: Zxid, path: string, handle: FileHandle) {
    this.#host = host;
    this.#zxid = zxid;
    this.#path = path;
    this.#handle = handle;
    this.#finalPath = `${host.directory}/${snapshotName(zxid)}`;
    this.#add(encodeHeader(zxid));
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#requireWriting('write');
    try {
      this.#crc = crc32(chunk, this.#crc);
      this.#bytes += chunk.length;
      this.#add(chunk);
      if (this.#written - this.#syncedTo < SYNC_STEP_BYTES) return;
      this.#syncedTo = this.#written;
      await datasync(this.#handle);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  commit(): Promise<void> {
    const committed = this.#commit();
    this.#committing = committed.catch(() => {});
    return committed;
  }

  async abort(): Promise<void> {
    await this.#committing;
    if (this.#status === 'committed' || this.#status === 'aborted') return;
    this.#status = 'aborted';
    try {
      if (!this.#closed) await this.#close();
      await this.#unlink(this.#path);
      if (this.#renamed) {
        this.#host.changing(this.#zxid);
        await this.#unlink(this.#finalPath);
      }
    } finally {
      this.#host.ended(this);
    }
  }

  async #commit(): Promise<void> {
    this.#requireWriting('commit');
    this.#status = 'committing';
    const { fileSystem, directory } = this.#host;
    try {
      this.#add(encodeFooter(this.#zxid, this.#bytes, this.#crc));
      this.#flush();
      await datasync(this.#handle);
      await this.#close();
      this.#host.changing(this.#zxid);
      this.#renamed = true;
      await fileSystem.rename(this.#path, this.#finalPath);
      await fileSystem.syncDir(directory);
    } catch (error) {
      throw this.#failed(error);
    }
    this.#status = 'committed';
    this.#host.committed(this.#zxid, this.#bytes);
    this.#host.ended(this);
  }

  #requireWriting(call: string): void {
    if (this.#status === 'writing') return;
    throw new QuorateError('CLOSED', `${call}: this snapshot of ${formatZxid(this.#zxid)} is ${this.#status}`);
  }

  #add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#buffered === BUFFER_BYTES) this.#flush();
      const count = Math.min(BUFFER_BYTES - this.#buffered, bytes.length - at);
      this.#buffer.set(bytes.subarray(at, at + count), this.#buffered);
      this.#buffered += count;
      at += count;
    }
  }

  #flush(): void {
    this.#handle.write(this.#buffer.subarray(0, this.#buffered), this.#written);
    this.#written += this.#buffered;
    this.#buffered = 0;
  }

  async #close(): Promise<void> {
    this.#closed = true;
    await this.#handle.close();
  }

  async #unlink(path: string): Promise<void> {
    try {
      await this.#host.fileSystem.unlink(path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  #failed(error: unknown): QuorateError {
    this.#status = 'failed';
    if (isQuorateError(error)) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new QuorateError(
      'STORAGE_FAILED',
      `the snapshot of ${formatZxid(this.#zxid)} could not be written: ${reason}`,
      { cause: error },
    );
  }
}
