import { Perms, ZkErrorCode } from '@quorate/protocol';
import type { NodeTable } from '../tree/node-table.js';
import { mayDo } from './access.js';
import type { ReadOperation } from './operation.js';

/** getAllChildrenNumber: how many nodes there are below one. */
export const getAllChildrenNumber: ReadOperation = {
  execute(scope, body, watcher, out) {
    const { path, state } = scope;
    path.read(body);
    if (path.path === null) return ZkErrorCode.marshallingError;
    const { handle } = path;
    if (handle < 0) return ZkErrorCode.noNode;
    if (!mayDo(state, handle, Perms.read, watcher)) return ZkErrorCode.noAuth;
    out.i32(countBelow(state.tree, handle));
    return 0;
  },
};

function countBelow(tree: NodeTable, top: number): number {
  let count = 0;
  let at = tree.firstChild(top);
  while (at >= 0) {
    count += 1;
    const child = tree.firstChild(at);
    if (child >= 0) {
      at = child;
      continue;
    }
    while (at !== top && tree.nextSibling(at) < 0) at = tree.parent(at);
    if (at === top) break;
    at = tree.nextSibling(at);
  }
  return count;
}
