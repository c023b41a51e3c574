export type { AbortSignalLike } from './abort.js';
export { ByteReader } from './byte-reader.js';
export { ArenaWriter, ByteWriter } from './byte-writer.js';
export type { Clock, Millis, Timer } from './clock.js';
export { copyBytes } from './copy-bytes.js';
export { crc32, portableCrc32 } from './crc32.js';
export { type ErrorCode, invariant, isQuorateError, QuorateError } from './errors.js';
export type { FileHandle, FileSystem } from './file-system.js';
export {
  BATCH_HEADER_BYTES,
  type BatchInfo,
  BatchWriter,
  checkBatch,
  ENTRY_HEADER_BYTES,
  ENTRY_TXN,
  forEachEntry,
  sliceBatch,
} from './log-batch.js';
export type { EpochEnd, LogRecovery, LogStore, LogStoreEvents } from './log-store.js';
export { Overlay } from './overlay.js';
export { smallSnapshot } from './small-snapshot.js';
export type { SnapshotInfo, SnapshotReader, SnapshotStore, SnapshotWriter } from './snapshot-store.js';
export type {
  PrepareContext,
  SnapshotCut,
  SnapshotRestore,
  StateMachine,
  StateMachineFactory,
} from './state-machine.js';
export type { Address, Connection, ConnectionSink, Listener, Transport, TransportSupports } from './transport.js';
export {
  COUNTER_LIMIT,
  counterOf,
  EPOCH_LIMIT,
  epochOf,
  follows,
  formatZxid,
  makeZxid,
  nextZxid,
  ZXID_ZERO,
  type Zxid,
  zxidFromNumber,
} from './zxid.js';
