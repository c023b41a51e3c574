export type { LevelDatabase } from './level-database.js';
export { type LevelStorage, storageOn } from './level-storage.js';
