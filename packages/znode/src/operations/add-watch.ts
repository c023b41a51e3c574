import { AddWatchMode, writeErrorResponse, ZkErrorCode } from '@quorate/protocol';
import type { ReadOperation } from './operation.js';

/** addWatch: no look at node, ACL or path; its reply has a body of four bytes (T10). */
export const addWatch: ReadOperation = {
  execute(scope, body, watcher, out) {
    const { path, state } = scope;
    path.read(body);
    const mode = body.i32();
    if (path.path === null) return ZkErrorCode.marshallingError;
    if (mode === AddWatchMode.persistent) state.watches.addPersistent(path.path, watcher);
    else if (mode === AddWatchMode.persistentRecursive) state.watches.addRecursive(path.path, watcher);
    else return ZkErrorCode.marshallingError;
    writeErrorResponse(out, 0);
    return 0;
  },
};
