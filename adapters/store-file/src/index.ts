export { type FileStorage, fileStorage } from './file-storage.js';
export { type FileLogStoreOptions, fileLogStore } from './log/file-log-store.js';
export { type FileSnapshotStoreOptions, fileSnapshotStore } from './snapshot/file-snapshot-store.js';
