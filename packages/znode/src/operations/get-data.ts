import { Perms, ZkErrorCode } from '@quorate/protocol';
import { mayDo, writeNodeStat } from './access.js';
import type { ReadOperation } from './operation.js';

/** getData: a data watch only where the node is (T47). */
export const getData: ReadOperation = {
  execute(scope, body, watcher, out) {
    const { path, state } = scope;
    path.read(body);
    const watch = body.u8() !== 0;
    if (path.path === null) return ZkErrorCode.marshallingError;
    const { handle } = path;
    if (handle < 0) return ZkErrorCode.noNode;
    if (!mayDo(state, handle, Perms.read, watcher)) return ZkErrorCode.noAuth;
    if (watch && !scope.inMulti) state.watches.addData(path.path, watcher);
    state.tree.writeData(out, handle);
    writeNodeStat(state, handle, out);
    return 0;
  },
};
