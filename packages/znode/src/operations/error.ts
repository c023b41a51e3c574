import type { ByteReader } from '@quorate/interfaces';
import { OpCode, ZkErrorCode } from '@quorate/protocol';
import type { ApplyScope } from '../apply/apply-scope.js';
import type { PrepareScope } from '../prepare/prepare-scope.js';
import type { WriteOperation } from './operation.js';

/** The txn of a request that failed: it changes nothing but consumes its zxid (T34). No client can ask for one. */
export const errorOperation: WriteOperation = {
  prepare: () => ZkErrorCode.unimplemented,
  apply(scope: ApplyScope, record: ByteReader): void {
    scope.result.fail(record.i32());
  },
};

/** reconfig: refused as by a server with `reconfigEnabled=false`; its txn, from elsewhere, is that of setData. */
export function refuseReconfig(scope: PrepareScope): number {
  return scope.opcode === OpCode.reconfig ? ZkErrorCode.reconfigDisabled : ZkErrorCode.unimplemented;
}
