import type { ByteReader } from '@quorate/interfaces';
import { Perms, readAclVector, writeSetACLTxn, ZkErrorCode } from '@quorate/protocol';
import type { ApplyScope } from '../apply/apply-scope.js';
import type { PrepareScope } from '../prepare/prepare-scope.js';
import type { WriteOperation } from './operation.js';
import { isValid } from './paths.js';
import { fits, nextVersion } from './versions.js';

/** setACL: compares with and raises aversion, changes nothing else, fires no watch (T31). */
export const setACL: WriteOperation = {
  prepare(scope: PrepareScope): number {
    const { body } = scope;
    scope.path.read(body);
    const given = readAclVector(body);
    const version = body.i32();
    if (!scope.isSessionOpen()) return ZkErrorCode.sessionExpired;
    if (!isValid(scope.path)) return ZkErrorCode.badArguments;
    const acl = scope.state.policy.fixup(given, scope.idsOf);
    if (acl === undefined) return ZkErrorCode.invalidACL;
    const node = scope.node();
    if (node === undefined) return ZkErrorCode.noNode;
    if (!scope.mayDo(node, Perms.admin)) return ZkErrorCode.noAuth;
    if (!fits(version, node.aversion)) return ZkErrorCode.badVersion;
    const after = scope.change(node);
    after.aversion = nextVersion(node.aversion);
    after.acl = acl;
    writeSetACLTxn(scope.txn, after.path, acl, after.aversion);
    return 0;
  },

  apply(scope: ApplyScope, record: ByteReader): void {
    scope.path.read(record);
    const acl = readAclVector(record) ?? [];
    const version = record.i32();
    const { handle } = scope.path;
    if (handle < 0) {
      scope.result.fail(ZkErrorCode.noNode);
      return;
    }
    scope.state.tree.setAcl(handle, acl, version);
    scope.result.setStat(handle);
  },
};
