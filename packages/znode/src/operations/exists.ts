import { Perms, ZkErrorCode } from '@quorate/protocol';
import { mayDo, writeNodeStat } from './access.js';
import type { ReadOperation } from './operation.js';

/** exists: the one read that leaves a watch on a node that is not there (T47). */
export const exists: ReadOperation = {
  execute(scope, body, watcher, out) {
    const { path, state } = scope;
    path.read(body);
    const watch = body.u8() !== 0;
    if (path.path === null) return ZkErrorCode.marshallingError;
    const { handle } = path;
    if (handle < 0) {
      if (path.path.includes('\0')) return ZkErrorCode.badArguments;
      if (watch) state.watches.addData(path.path, watcher);
      return ZkErrorCode.noNode;
    }
    if (!mayDo(state, handle, Perms.read, watcher)) return ZkErrorCode.noAuth;
    if (watch) state.watches.addData(path.path, watcher);
    writeNodeStat(state, handle, out);
    return 0;
  },
};
