import type { DiskCall } from './crashable-file-system.js';

/** Ends a disk call in its own time, in the process that made it, well or badly. */
export type Later = (call: DiskCall, done: (error?: Error) => void) => void;
