import type { ByteReader } from '@quorate/interfaces';
import { Perms, writeDeleteTxn, ZkErrorCode } from '@quorate/protocol';
import type { ApplyScope } from '../apply/apply-scope.js';
import type { PendingNode } from '../prepare/pending-node.js';
import type { PrepareScope } from '../prepare/prepare-scope.js';
import type { WriteOperation } from './operation.js';
import { isRawPath, isSpecial } from './paths.js';
import { fits } from './versions.js';

/** Enters the end of a node, and one child less of its parent. */
export function enterDelete(scope: PrepareScope, node: PendingNode, parent: PendingNode): void {
  scope.change(node).exists = false;
  scope.change(parent).childCount -= 1;
}

/** Removes the node that a delete txn names; one that is gone already is fine. */
export function applyDelete(scope: ApplyScope, record: ByteReader): void {
  scope.path.read(record);
  if (scope.path.handle >= 0) scope.deleteNode(scope.path.handle);
}

export const deleteNode: WriteOperation = {
  prepare(scope: PrepareScope): number {
    scope.path.read(scope.body);
    const version = scope.body.i32();
    const { path } = scope.path;
    if (!scope.isSessionOpen()) return ZkErrorCode.sessionExpired;
    if (path === null) return ZkErrorCode.marshallingError;
    if (!isRawPath(path) || isSpecial(path)) return ZkErrorCode.badArguments;
    const parent = scope.parent();
    if (parent === undefined) return ZkErrorCode.noNode;
    if (!scope.mayDo(parent, Perms.delete)) return ZkErrorCode.noAuth;
    const node = scope.node();
    if (node === undefined) return ZkErrorCode.noNode;
    if (!fits(version, node.version)) return ZkErrorCode.badVersion;
    if (node.childCount > 0) return ZkErrorCode.notEmpty;
    enterDelete(scope, node, parent);
    writeDeleteTxn(scope.txn, path);
    return 0;
  },
  apply: applyDelete,
};
