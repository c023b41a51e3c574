import type { FileSystem, LogStore, SnapshotStore } from '@quorate/interfaces';
import { fileStorage } from '@quorate/store-file';
import type { Prng } from '../prng.js';
import { CrashableFileSystem, type DiskCall } from './crashable-file-system.js';
import { FileSystemError, type FileSystemErrorCode } from './file-system-error.js';
import type { Later } from './later.js';
import { type LogRemains, ModelLog } from './model-log.js';
import { ModelSnapshots, type SnapshotRemains } from './model-snapshots.js';

/** What the machine around a store does to it. */
export interface StorageHost {
  readonly random: Prng;
  readonly later: Later;
  onCall(call: DiskCall): void;
  inject(call: DiskCall): FileSystemErrorCode | undefined;
}

/** One server's permanent storage, through all its incarnations. */
export interface SimStorage {
  /** Stores for a new process. */
  mount(): { readonly log: LogStore; readonly snapshots: SnapshotStore };
  /** The process that mounted it died; with `power` the machine's cache is lost too. */
  crash(how: 'process' | 'power'): void;
  /** An empty disk takes the old one's place. */
  replace(): void;
}

/** The contract alone: see {@link ModelLog}. */
export class ModelStorage implements SimStorage {
  readonly #host: StorageHost;
  #log: ModelLog | undefined;
  #remains: LogRemains | undefined;
  #snapshots: SnapshotRemains = new Map();

  constructor(host: StorageHost) {
    this.#host = host;
  }

  mount(): { log: LogStore; snapshots: SnapshotStore } {
    const later: Later = (call, done) => {
      this.#host.onCall(call);
      const code = this.#host.inject(call);
      this.#host.later(call, () => done(code === undefined ? undefined : new FileSystemError(code, call, 'model')));
    };
    this.#log = new ModelLog(this.#host.random, later, this.#remains);
    return { log: this.#log, snapshots: new ModelSnapshots(later, this.#snapshots) };
  }

  crash(): void {
    this.#remains = this.#log?.remains ?? this.#remains;
    this.#log = undefined;
  }

  replace(): void {
    this.#remains = undefined;
    this.#snapshots = new Map();
  }
}

export interface FileStorageShape {
  readonly segmentBytes: number;
  readonly preallocateBytes: number;
  /** Puts a faulty layer between the store and the disk. */
  readonly layer: ((base: FileSystem) => FileSystem) | undefined;
}

/** The real file store over a file system that loses what was not synced. */
export class FileBackedStorage implements SimStorage {
  readonly #host: StorageHost;
  readonly #shape: FileStorageShape;
  #fileSystem: CrashableFileSystem;

  constructor(host: StorageHost, shape: FileStorageShape) {
    this.#host = host;
    this.#shape = shape;
    this.#fileSystem = this.#fresh();
  }

  #fresh(): CrashableFileSystem {
    const { random, later } = this.#host;
    return new CrashableFileSystem({
      random,
      later,
      onCall: (call) => this.#host.onCall(call),
      inject: (call) => this.#host.inject(call),
    });
  }

  mount(): { log: LogStore; snapshots: SnapshotStore } {
    const { layer, segmentBytes, preallocateBytes } = this.#shape;
    const fileSystem = layer === undefined ? this.#fileSystem : layer(this.#fileSystem);
    return fileStorage({ fileSystem, directory: 'data', segmentBytes, preallocateBytes });
  }

  crash(how: 'process' | 'power'): void {
    const old = this.#fileSystem;
    this.#fileSystem = how === 'process' ? old.afterProcessCrash() : old.afterPowerLoss();
    old.kill();
  }

  replace(): void {
    this.#fileSystem.kill();
    this.#fileSystem = this.#fresh();
  }
}
