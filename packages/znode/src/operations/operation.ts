import type { ByteReader, ByteWriter } from '@quorate/interfaces';
import type { Watcher } from '../api.js';
import type { ApplyScope } from '../apply/apply-scope.js';
import type { PrepareScope } from '../prepare/prepare-scope.js';
import type { SharedState } from '../shared-state.js';
import type { PathReader } from '../tree/path-reader.js';

/** One kind of write: what `prepare` makes of a request, and what `apply` makes of the txn. */
export interface WriteOperation {
  /**
   * Reads the request from `scope.body`, checks it against the state to come, writes the txn's record to `scope.txn` and
   * enters what it changes into the overlay. May throw `SHORT_READ`; whatever it wrote and entered is then undone.
   * @returns 0, or the error code with nothing entered
   */
  prepare(scope: PrepareScope): number;
  /** Installs the record at `record`, twice if need be, and says in `scope.result` what a client is to hear. */
  apply(scope: ApplyScope, record: ByteReader): void;
}

/** What reads work with. */
export interface ReadScope {
  readonly state: SharedState;
  readonly path: PathReader;
  /** Inside a multiRead, whose parts set no watches. */
  inMulti: boolean;
}

/** One kind of read. */
export interface ReadOperation {
  /** As `ReadOperations.execute` of api.ts; may throw `SHORT_READ`, and leave a part of a body behind with an error. */
  execute(scope: ReadScope, body: ByteReader, watcher: Watcher, out: ByteWriter): number;
}
