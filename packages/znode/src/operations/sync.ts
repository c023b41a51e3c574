import { readString, writeString } from '@quorate/protocol';
import type { ReadOperation } from './operation.js';

/** sync, once the server has caught up: echoes the path, whether there is such a node or not. */
export const sync: ReadOperation = {
  execute(_scope, body, _watcher, out) {
    writeString(out, readString(body) ?? '');
    return 0;
  },
};
