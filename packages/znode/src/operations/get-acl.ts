import { Perms, writeAclVector, ZkErrorCode } from '@quorate/protocol';
import { READ_OR_ADMIN } from '../acl/acl-policy.js';
import { mayDo, writeNodeStat } from './access.js';
import type { ReadOperation } from './operation.js';

/** getACL: digests masked for who may not administer the node (T67). */
export const getACL: ReadOperation = {
  execute(scope, body, watcher, out) {
    const { path, state } = scope;
    path.read(body);
    if (path.path === null) return ZkErrorCode.marshallingError;
    const { handle } = path;
    if (handle < 0) return ZkErrorCode.noNode;
    if (!mayDo(state, handle, READ_OR_ADMIN, watcher)) return ZkErrorCode.noAuth;
    const acl = state.tree.acl(handle);
    writeAclVector(out, mayDo(state, handle, Perms.admin, watcher) ? acl : state.policy.mask(acl));
    writeNodeStat(state, handle, out);
    return 0;
  },
};
