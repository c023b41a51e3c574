export {
  CrashableFileSystem,
  type CrashableOptions,
  type DiskCall,
} from './disk/crashable-file-system.js';
export { withoutDatasync, withoutSyncDir } from './disk/faulty-file-system.js';
export { FileSystemError, type FileSystemErrorCode } from './disk/file-system-error.js';
export type { Later } from './disk/later.js';
export { type LogRemains, ModelLog } from './disk/model-log.js';
export { ModelSnapshots, type SnapshotRemains } from './disk/model-snapshots.js';
export { SECTOR_BYTES, type Survival } from './disk/sim-file.js';
export { FileBackedStorage, ModelStorage, type SimStorage, type StorageHost } from './disk/sim-storage.js';
export { DEFAULT_SHAPE, type EnsembleShape, SimEnsemble } from './ensemble.js';
export { type CommittedTxn, Ghost, type Invariant, type Operation, type ServerGhost, type Violation } from './ghost.js';
export { allInvariants } from './invariants/all.js';
export { FAULT_KINDS, type FaultCounts, type FaultKind, Nemesis } from './nemesis.js';
export { FAST_LINK, type LinkQuality } from './network/link.js';
export { SimNetwork } from './network/sim-network.js';
export { SimTransport } from './network/sim-transport.js';
export { Prng } from './prng.js';
export { addTo, main, type RunOptions, runSeed, type Totals, type Verdict } from './run.js';
export { type Micros, Scheduler } from './scheduler.js';
export { SimProcess } from './sim-process.js';
export { SimServer } from './sim-server.js';
export { Trace } from './trace.js';
export { type ClockDrift, steadyClock, VirtualClock } from './virtual-clock.js';
export { Clients, type WorkloadShape } from './workload/clients.js';
export { RegisterMachine, registerMachine } from './workload/register-machine.js';
export { encodeRequest, type RegisterRequest } from './workload/register-requests.js';
