export { type LevelDbStorageOptions, levelStorage } from './leveldb-storage.js';
