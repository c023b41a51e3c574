import type { ByteReader } from '@quorate/interfaces';
import { Perms, skipBuffer, ZkErrorCode } from '@quorate/protocol';
import type { ApplyScope } from '../apply/apply-scope.js';
import type { PendingNode } from '../prepare/pending-node.js';
import type { PrepareScope } from '../prepare/prepare-scope.js';
import { writeRun } from '../tree/copy-bytes.js';
import type { WriteOperation } from './operation.js';
import { isValid } from './paths.js';
import { fits, nextVersion } from './versions.js';

/** setData: the record is the request with the new version in place of the wanted one, so its bytes are copied as they are. */
export const setData: WriteOperation = {
  prepare(scope: PrepareScope): number {
    const { body } = scope;
    const start = body.offset;
    scope.path.read(body);
    const dataStart = body.offset + 4;
    skipBuffer(body);
    const end = body.offset;
    const version = body.i32();
    if (!scope.isSessionOpen()) return ZkErrorCode.sessionExpired;
    if (!isValid(scope.path)) return ZkErrorCode.badArguments;
    const node = scope.node();
    if (node === undefined) return ZkErrorCode.noNode;
    if (!scope.mayDo(node, Perms.write)) return ZkErrorCode.noAuth;
    if (!fits(version, node.version)) return ZkErrorCode.badVersion;
    const refusal = acceptData(scope, node, end - dataStart);
    if (refusal !== 0) return refusal;
    const after = scope.change(node);
    after.version = nextVersion(node.version);
    after.mtime = scope.time;
    writeRun(scope.txn, body, start, end);
    scope.txn.i32(after.version);
    return 0;
  },

  apply(scope: ApplyScope, record: ByteReader): void {
    const { path, state, header } = scope;
    path.read(record);
    const length = record.i32();
    const start = record.offset;
    if (length > 0) record.skip(length);
    const version = record.i32();
    const { handle } = path;
    if (handle < 0) {
      scope.result.fail(ZkErrorCode.noNode);
      return;
    }
    state.tree.setData(handle, record, start, length, version, scope.zxid, header.time);
    scope.dataChanged(handle);
    scope.result.setStat(handle);
  },
};

function acceptData(scope: PrepareScope, node: PendingNode, dataLength: number): number {
  const type = scope.state.types.get(node.type);
  if (type.acceptData === undefined) return 0;
  scope.write.clientHi = scope.clientHi;
  scope.write.clientLo = scope.clientLo;
  scope.write.dataLength = dataLength;
  scope.write.time = scope.time;
  return type.acceptData(node, scope.write);
}
