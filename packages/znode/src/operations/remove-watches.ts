import { WatcherType, ZkErrorCode } from '@quorate/protocol';
import { PERSISTENT, RECURSIVE, STANDARD } from '../watches/watch-set.js';
import type { ReadOperation } from './operation.js';

const ALL = STANDARD | PERSISTENT | RECURSIVE;

/** Modes of the data table and, shifted by eight, of the child table; 0 for no watcher type (spec §2.8). */
function modesOf(type: number): number {
  switch (type) {
    case WatcherType.children:
      return STANDARD << 8;
    case WatcherType.data:
      return STANDARD;
    case WatcherType.any:
      return ALL | (ALL << 8);
    case WatcherType.persistent:
      return PERSISTENT | (PERSISTENT << 8);
    case WatcherType.persistentRecursive:
      return RECURSIVE;
    default:
      return 0;
  }
}

/** removeWatches: NoWatcher when there was none of that type. */
export const removeWatches: ReadOperation = {
  execute(scope, body, watcher) {
    const { path, state } = scope;
    path.read(body);
    const modes = modesOf(body.i32());
    if (path.path === null || modes === 0) return ZkErrorCode.marshallingError;
    const removed = state.watches.remove(path.path, watcher, modes & 0xff, modes >> 8);
    return removed ? 0 : ZkErrorCode.noWatcher;
  },
};

/** checkWatches: the same question, and the watches stay (T56). */
export const checkWatches: ReadOperation = {
  execute(scope, body, watcher) {
    const { path, state } = scope;
    path.read(body);
    const modes = modesOf(body.i32());
    if (path.path === null || modes === 0) return ZkErrorCode.marshallingError;
    const ofData = state.watches.dataModes(path.path, watcher) & modes & 0xff;
    const ofChild = state.watches.childModes(path.path, watcher) & (modes >> 8);
    return (ofData | ofChild) !== 0 ? 0 : ZkErrorCode.noWatcher;
  },
};
