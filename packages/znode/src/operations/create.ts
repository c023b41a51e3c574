import type { ByteReader } from '@quorate/interfaces';
import { QuorateError } from '@quorate/interfaces';
import { type Acl, OpCode, Perms, readAclVector, skipBuffer, validatePath, ZkErrorCode } from '@quorate/protocol';
import type { ApplyScope } from '../apply/apply-scope.js';
import type { CreateForm } from '../node-types/node-type-registry.js';
import type { PendingNode } from '../prepare/pending-node.js';
import type { PrepareScope } from '../prepare/prepare-scope.js';
import { readCreateRecord, TXN_CREATE_TYPED, writeCreateRecord } from '../txn/create-record.js';
import type { WriteOperation } from './operation.js';
import { isRawPath } from './paths.js';

/** create, create2, createContainer and createTTL, of any node type. The checks are in the order of spec §2.3 (T29). */
export const create: WriteOperation = {
  prepare(scope: PrepareScope): number {
    const { body } = scope;
    const { state } = scope;
    const { types, policy } = state;
    scope.path.read(body);
    const dataAt = body.offset;
    skipBuffer(body);
    const dataEnd = body.offset;
    const given = readAclVector(body);
    const flags = body.i32();
    const ttl = scope.opcode === OpCode.createTTL ? body.long() : -1;

    const selected = types.select(scope.opcode, flags);
    if (typeof selected === 'number') return selected;
    const { path, handle } = scope.path;
    const form = path === null ? selected : types.under(path, selected);
    fillInfo(scope, path ?? '', ttl, dataEnd - dataAt - 4);
    const refusal = form.stored.validate?.(scope.create) ?? 0;
    if (refusal !== 0) return refusal;
    if (!scope.isSessionOpen()) return ZkErrorCode.sessionExpired;
    if (path === null) return ZkErrorCode.marshallingError;
    if (handle < 0 && !isRawPath(path)) return ZkErrorCode.badArguments;
    const acl = policy.fixup(given, scope.idsOf);
    if (acl === undefined) return ZkErrorCode.invalidACL;
    const parent = scope.parent();
    if (parent === undefined) return ZkErrorCode.noNode;
    if (!scope.mayDo(parent, Perms.create)) return ZkErrorCode.noAuth;
    const actual = form.selected.nameNode?.(path, parent.cversion) ?? path;
    const present = actual === path ? scope.node() : scope.nodeAt(actual);
    if (present === undefined && validatePath(actual) !== undefined) return ZkErrorCode.badArguments;
    if (present !== undefined) return ZkErrorCode.nodeExists;
    const refused = acceptChild(scope, parent, actual);
    if (refused !== 0) return refused;

    enter(scope, form, actual, actual === path ? handle : state.tree.find(actual), acl, parent);
    writeCreateRecord(scope.txn, scope.txnType, scope.record, types, body, dataAt, dataEnd);
    return 0;
  },

  apply(scope: ApplyScope, r: ByteReader): void {
    const { record, state, header } = scope;
    const { tree, types } = state;
    scope.path.read(r);
    const path = scope.path.path ?? '';
    const known = scope.path.handle;
    if (!readCreateRecord(r, header.type, record, types)) {
      throw new QuorateError(
        'INVARIANT',
        `txn ${scope.zxid} creates ${path} of a node type that is not registered here`,
      );
    }
    const parent = scope.path.parent();
    if (parent < 0) {
      scope.result.fail(ZkErrorCode.noNode);
      return;
    }
    fillContent(scope, path, r);
    const cversion = record.parentCversion === -1 ? tree.cversion(parent) + 1 : record.parentCversion;
    const handle = scope.createNode(path, known, parent, scope.content, cversion);
    if (record.opcode === OpCode.create) scope.result.setPath(handle);
    else scope.result.setPathAndStat(handle);
  },
};

function fillInfo(scope: PrepareScope, path: string, ttl: number, dataLength: number): void {
  const info = scope.create;
  info.path = path;
  info.clientHi = scope.clientHi;
  info.clientLo = scope.clientLo;
  info.ttl = ttl;
  info.dataLength = dataLength;
  info.time = scope.time;
}

function acceptChild(scope: PrepareScope, parent: PendingNode, path: string): number {
  const type = scope.state.types.get(parent.type);
  if (!type.allowsChildren) return ZkErrorCode.noChildrenForEphemerals;
  if (type.acceptChild === undefined) return 0;
  scope.create.path = path;
  return type.acceptChild(parent, scope.create);
}

/** Enters the new node and what it does to its parent, and fills the record of the txn. */
function enter(
  scope: PrepareScope,
  form: CreateForm,
  path: string,
  handle: number,
  acl: readonly Acl[],
  parent: PendingNode,
): void {
  const { bits, record } = scope;
  const parentAfter = scope.change(parent);
  parentAfter.cversion = (parentAfter.cversion + 1) | 0;
  parentAfter.childCount += 1;
  bits.hi = 0;
  bits.lo = 0;
  scope.create.path = path;
  form.stored.owner?.(scope.create, bits);
  const node = scope.nodes.create(path, handle, scope.zxid, form.storedIndex, form.stored.sessionBound);
  node.mtime = scope.time;
  node.ownerHi = bits.hi | 0;
  node.ownerLo = bits.lo | 0;
  node.acl = acl;
  scope.txnType = form.stored.txn === undefined ? TXN_CREATE_TYPED : scope.opcode;
  record.path = path;
  record.acl = acl;
  record.opcode = scope.opcode;
  record.type = form.storedIndex;
  record.parentCversion = parentAfter.cversion;
  record.ttl = scope.create.ttl;
  record.ownerHi = node.ownerHi;
  record.ownerLo = node.ownerLo;
}

function fillContent(scope: ApplyScope, path: string, r: ByteReader): void {
  const { record, info, bits, content, header } = scope;
  content.source = r;
  content.dataStart = record.dataStart;
  content.dataLength = record.dataLength;
  content.acl = record.acl;
  content.type = record.type;
  bits.hi = record.ownerHi;
  bits.lo = record.ownerLo;
  const type = scope.state.types.get(record.type);
  if (type.txn !== undefined && type.owner !== undefined) {
    info.path = path;
    info.clientHi = header.clientHi;
    info.clientLo = header.clientLo;
    info.ttl = record.ttl;
    info.dataLength = Math.max(record.dataLength, 0);
    info.time = header.time;
    type.owner(info, bits);
  }
  content.ownerHi = bits.hi | 0;
  content.ownerLo = bits.lo | 0;
}
