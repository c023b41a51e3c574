export { type Command, type EnsembleArguments, parseCommand } from './arguments.js';
export { lockDirectory } from './lock-file.js';
export { type Output, stamped } from './output.js';
export { run } from './run.js';
