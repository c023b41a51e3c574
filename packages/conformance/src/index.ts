export { clockConformance } from './clock/clock-conformance.js';
export type { ClockConformanceOptions, ClockSubject } from './clock/ticks.js';
export { logStoreConformance } from './log-store/log-store-conformance.js';
export type { LogStoreConformanceOptions, LogStoreSubject } from './log-store/subject.js';
export { type CollectOptions, collect, type Outcome, type Runner } from './runner.js';
export { snapshotStoreConformance } from './snapshot-store/snapshot-store-conformance.js';
export type { SnapshotStoreConformanceOptions, SnapshotStoreSubject } from './snapshot-store/subject.js';
export type { TransportConformanceOptions, TransportSubject } from './transport/bench.js';
export { transportConformance } from './transport/transport-conformance.js';
