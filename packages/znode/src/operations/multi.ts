import type { ByteReader, ByteWriter } from '@quorate/interfaces';
import {
  beginMultiTxn,
  beginSubTxn,
  endMultiTxn,
  endSubTxn,
  OpCode,
  readMultiTxn,
  readSubTxn,
  skipAclVector,
  skipBuffer,
  writeMultiEnd,
  writeMultiError,
  writeMultiHeader,
  ZkErrorCode,
} from '@quorate/protocol';
import type { ApplyScope } from '../apply/apply-scope.js';
import type { NodeTypeRegistry } from '../node-types/node-type-registry.js';
import type { PrepareScope } from '../prepare/prepare-scope.js';
import { TXN_CREATE_TYPED } from '../txn/create-record.js';
import { check } from './check.js';
import { create } from './create.js';
import { deleteNode } from './delete.js';
import { deleteContainer } from './delete-container.js';
import { errorOperation } from './error.js';
import type { WriteOperation } from './operation.js';
import { setData } from './set-data.js';

/** What may stand in a multi, by op code of the request and type of the txn. */
function operationOf(type: number): WriteOperation | undefined {
  switch (type) {
    case OpCode.create:
    case OpCode.create2:
    case OpCode.createContainer:
    case OpCode.createTTL:
    case TXN_CREATE_TYPED:
      return create;
    case OpCode.delete:
      return deleteNode;
    case OpCode.deleteContainer:
      return deleteContainer;
    case OpCode.setData:
      return setData;
    case OpCode.check:
      return check;
    case OpCode.error:
      return errorOperation;
    default:
      return undefined;
  }
}

/** What a multi's operations are and where they begin, found before any of them is prepared. */
class MultiPlan {
  readonly opcodes: number[] = [];
  readonly starts: number[] = [];

  /** @returns false when it cannot be decoded (spec §1.7). @throws QuorateError `SHORT_READ` */
  read(r: ByteReader, types: NodeTypeRegistry): boolean {
    this.opcodes.length = 0;
    this.starts.length = 0;
    for (;;) {
      const type = r.i32();
      const done = r.u8() !== 0;
      r.i32();
      if (done) return true;
      this.starts.push(r.offset);
      const opcode = skipOperation(r, type, types);
      if (opcode === undefined) return false;
      this.opcodes.push(opcode);
    }
  }
}

/** @returns what the operation really is; undefined when a multi cannot hold it */
function skipOperation(r: ByteReader, type: number, types: NodeTypeRegistry): number | undefined {
  switch (type) {
    case OpCode.create:
    case OpCode.create2:
    case OpCode.createContainer:
    case OpCode.createTTL:
      return skipCreate(r, type, types);
    case OpCode.setData:
      skipBuffer(r);
      skipBuffer(r);
      r.skip(4);
      return type;
    case OpCode.delete:
    case OpCode.check:
      skipBuffer(r);
      r.skip(4);
      return type;
    default:
      return undefined;
  }
}

function skipCreate(r: ByteReader, type: number, types: NodeTypeRegistry): number | undefined {
  skipBuffer(r);
  skipBuffer(r);
  r.need(4);
  const hasAcl = r.view.getInt32(r.offset) !== -1;
  skipAclVector(r);
  const flags = r.i32();
  if (type === OpCode.createTTL) r.skip(8);
  return hasAcl ? types.opcodeInMulti(type, flags) : undefined;
}

/**
 * multi: all of its operations under one zxid and time, each seeing those before it, or none of them. One that fails
 * makes a txn of error results, the sequence numbers it took given back (spec §2.7, T41-T46).
 */
export class Multi implements WriteOperation {
  readonly #plan = new MultiPlan();

  prepare(scope: PrepareScope): number {
    const plan = this.#plan;
    const { body, txn } = scope;
    if (!plan.read(body, scope.state.types)) return ZkErrorCode.marshallingError;
    const { count } = scope.nodes;
    const begun = txn.length;
    const multi = beginMultiTxn(txn);
    for (let i = 0; i < plan.opcodes.length; i++) {
      body.offset = plan.starts[i]!;
      scope.opcode = plan.opcodes[i]!;
      scope.txnType = scope.opcode;
      const sub = beginSubTxn(txn, 0);
      const error = operationOf(scope.opcode)!.prepare(scope);
      if (error !== 0) {
        scope.nodes.undoTo(count);
        txn.rewind(begun);
        writeFailure(txn, plan.opcodes.length, i, error);
        break;
      }
      txn.patchI32(sub - 8, scope.txnType);
      endSubTxn(txn, sub);
      if (i === plan.opcodes.length - 1) endMultiTxn(txn, multi, plan.opcodes.length);
    }
    scope.opcode = OpCode.multi;
    scope.txnType = OpCode.multi;
    return 0;
  }

  apply(scope: ApplyScope, record: ByteReader): void {
    const { result, sub, header } = scope;
    const { bytes } = result;
    bytes.rewind(0);
    const count = readMultiTxn(record);
    for (let i = 0; i < count; i++) {
      header.type = readSubTxn(record, sub);
      result.clear();
      operationOf(header.type)?.apply(scope, sub);
      writeResult(scope, bytes);
    }
    writeMultiEnd(bytes);
    header.type = OpCode.multi;
    result.clear();
    result.setBytes();
  }
}

/** All results of a failed multi: 0 before the operation that failed, its code, RuntimeInconsistency behind it. */
function writeFailure(txn: ByteWriter, count: number, failed: number, error: number): void {
  const multi = beginMultiTxn(txn);
  for (let i = 0; i < count; i++) {
    const sub = beginSubTxn(txn, OpCode.error);
    txn.i32(i < failed ? ZkErrorCode.ok : i === failed ? error : ZkErrorCode.runtimeInconsistency);
    endSubTxn(txn, sub);
  }
  endMultiTxn(txn, multi, count);
}

/** One result as it stands in the reply (T8, T9). */
function writeResult(scope: ApplyScope, out: ByteWriter): void {
  const { header, result } = scope;
  if (header.type === OpCode.error || result.error !== 0) {
    writeMultiError(out, result.error);
    return;
  }
  writeMultiHeader(out, resultType(scope, header.type), false, 0);
  result.writeBody(out);
}

function resultType(scope: ApplyScope, type: number): number {
  switch (type) {
    case OpCode.createContainer:
    case OpCode.createTTL:
      return OpCode.create2;
    case TXN_CREATE_TYPED:
      return scope.record.opcode === OpCode.create ? OpCode.create : OpCode.create2;
    case OpCode.deleteContainer:
      return OpCode.delete;
    default:
      return type;
  }
}
