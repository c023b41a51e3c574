import type { ByteReader, ByteWriter } from '@quorate/interfaces';
import { Perms, ZkErrorCode } from '@quorate/protocol';
import type { Watcher } from '../api.js';
import { mayDo, writeNodeStat } from './access.js';
import type { ReadOperation, ReadScope } from './operation.js';

function execute(scope: ReadScope, body: ByteReader, watcher: Watcher, out: ByteWriter): number {
  const { path, state } = scope;
  path.read(body);
  const watch = body.u8() !== 0;
  if (path.path === null) return ZkErrorCode.marshallingError;
  const { handle } = path;
  if (handle < 0) return ZkErrorCode.noNode;
  if (!mayDo(state, handle, Perms.read, watcher)) return ZkErrorCode.noAuth;
  if (watch && !scope.inMulti) state.watches.addChild(path.path, watcher);
  state.tree.writeChildren(out, handle);
  return 0;
}

/** getChildren: the names, in no order that a client may rely on. */
export const getChildren: ReadOperation = { execute };

/** getChildren2: the names, then the Stat. */
export const getChildren2: ReadOperation = {
  execute(scope, body, watcher, out) {
    const error = execute(scope, body, watcher, out);
    if (error === 0) writeNodeStat(scope.state, scope.path.handle, out);
    return error;
  },
};
