import type { ByteReader } from '@quorate/interfaces';
import { Perms, writeCheckVersionTxn, ZkErrorCode } from '@quorate/protocol';
import type { ApplyScope } from '../apply/apply-scope.js';
import type { PrepareScope } from '../prepare/prepare-scope.js';
import type { WriteOperation } from './operation.js';
import { isValid } from './paths.js';
import { fits } from './versions.js';

/** check: a condition inside a multi, and nowhere else (T46). */
export const check: WriteOperation = {
  prepare(scope: PrepareScope): number {
    scope.path.read(scope.body);
    const version = scope.body.i32();
    if (!scope.isSessionOpen()) return ZkErrorCode.sessionExpired;
    if (!isValid(scope.path)) return ZkErrorCode.badArguments;
    const node = scope.node();
    if (node === undefined) return ZkErrorCode.noNode;
    if (!scope.mayDo(node, Perms.read)) return ZkErrorCode.noAuth;
    if (!fits(version, node.version)) return ZkErrorCode.badVersion;
    writeCheckVersionTxn(scope.txn, node.path, version);
    return 0;
  },

  apply(_scope: ApplyScope, _record: ByteReader): void {
    // It was decided in prepare.
  },
};
