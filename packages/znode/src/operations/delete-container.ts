import { writeDeleteTxn, ZkErrorCode } from '@quorate/protocol';
import type { PrepareScope } from '../prepare/prepare-scope.js';
import { applyDelete, enterDelete } from './delete.js';
import type { WriteOperation } from './operation.js';
import { isRawPath, isSpecial } from './paths.js';

/**
 * deleteContainer: the sweeper's own, of any type that is swept. No session and no ACL, but the type is asked again
 * whether the node's time has come; BadVersion when it has not.
 */
export const deleteContainer: WriteOperation = {
  prepare(scope: PrepareScope): number {
    scope.path.read(scope.body);
    const { path } = scope.path;
    if (path === null) return ZkErrorCode.marshallingError;
    if (!isRawPath(path) || isSpecial(path)) return ZkErrorCode.badArguments;
    const node = scope.node();
    if (node === undefined) return ZkErrorCode.noNode;
    if (node.childCount > 0) return ZkErrorCode.notEmpty;
    const type = scope.state.types.get(node.type);
    if (type.sweepAt === undefined || type.sweepAt(node) > scope.time) return ZkErrorCode.badVersion;
    const parent = scope.parent();
    if (parent === undefined) return ZkErrorCode.noNode;
    enterDelete(scope, node, parent);
    writeDeleteTxn(scope.txn, path);
    return 0;
  },
  apply: applyDelete,
};
