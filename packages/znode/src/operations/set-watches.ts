import type { ByteReader } from '@quorate/interfaces';
import { EventType, readSetWatches, readSetWatches2, type SetWatches } from '@quorate/protocol';
import type { Watcher } from '../api.js';
import type { SharedState } from '../shared-state.js';
import type { ReadOperation } from './operation.js';

/*
 * A client that reconnected gives its watches again, with the last zxid it saw: what it missed it is told at once, with
 * zxid -1 and without a look at ACLs; the rest is registered (spec §2.9, T51, T52).
 */

function restoreDataWatches(state: SharedState, watcher: Watcher, paths: readonly string[], since: number): void {
  const { tree, watches } = state;
  for (const path of paths) {
    const handle = tree.find(path);
    if (handle < 0) watcher.notify(EventType.nodeDeleted, path, -1);
    else if (tree.mzxid(handle) > since) watcher.notify(EventType.nodeDataChanged, path, -1);
    else watches.addData(tree.path(handle), watcher);
  }
}

function restoreExistWatches(state: SharedState, watcher: Watcher, paths: readonly string[]): void {
  for (const path of paths) {
    if (state.tree.find(path) >= 0) watcher.notify(EventType.nodeCreated, path, -1);
    else state.watches.addData(path, watcher);
  }
}

function restoreChildWatches(state: SharedState, watcher: Watcher, paths: readonly string[], since: number): void {
  const { tree, watches } = state;
  for (const path of paths) {
    const handle = tree.find(path);
    if (handle < 0) watcher.notify(EventType.nodeDeleted, path, -1);
    else if (tree.pzxid(handle) > since) watcher.notify(EventType.nodeChildrenChanged, path, -1);
    else watches.addChild(tree.path(handle), watcher);
  }
}

function restore(state: SharedState, watcher: Watcher, given: SetWatches): number {
  const since = given.relativeZxid;
  restoreDataWatches(state, watcher, given.dataWatches, since);
  restoreExistWatches(state, watcher, given.existWatches);
  restoreChildWatches(state, watcher, given.childWatches, since);
  for (const path of given.persistentWatches) state.watches.addPersistent(path, watcher);
  for (const path of given.persistentRecursiveWatches) state.watches.addRecursive(path, watcher);
  return 0;
}

export const setWatches: ReadOperation = {
  execute: (scope, body: ByteReader, watcher) => restore(scope.state, watcher, readSetWatches(body)),
};

/** setWatches with the persistent ones too. */
export const setWatches2: ReadOperation = {
  execute: (scope, body: ByteReader, watcher) => restore(scope.state, watcher, readSetWatches2(body)),
};
