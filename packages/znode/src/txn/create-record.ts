import type { ByteReader, ByteWriter } from '@quorate/interfaces';
import {
  type Acl,
  OPEN_ACL_UNSAFE,
  OpCode,
  readAclVector,
  readString,
  skipBuffer,
  writeAclVector,
  writeString,
} from '@quorate/protocol';
import type { NodeTypeRegistry } from '../node-types/node-type-registry.js';
import { writeRun } from '../tree/copy-bytes.js';

/**
 * Txn type of the create of a node whose type is none of ZooKeeper's: path, data, acl, parentCVersion as in
 * CreateContainerTxn, then the op code of the request (i32), the type's name (string), the owner bits (two i32).
 */
export const TXN_CREATE_TYPED = 0x5154;

/** What is left of a create record once path, data and ACL are read. */
export interface CreateRecord {
  path: string;
  /** Where the data is in the reader's bytes. */
  dataStart: number;
  /** -1 for null. */
  dataLength: number;
  acl: readonly Acl[];
  /** Op code that the client is answered by. */
  opcode: number;
  /** Index of the node's type. */
  type: number;
  /** -1: one more than now (a record of old servers). */
  parentCversion: number;
  /** Ms; -1 where the record has none. */
  ttl: number;
  /** Only for a record of ours; the others' owner is what their type makes of session and ttl. */
  ownerHi: number;
  ownerLo: number;
}

export function emptyCreateRecord(): CreateRecord {
  return {
    path: '',
    dataStart: 0,
    dataLength: 0,
    acl: OPEN_ACL_UNSAFE,
    opcode: 0,
    type: 0,
    parentCversion: 0,
    ttl: -1,
    ownerHi: 0,
    ownerLo: 0,
  };
}

/**
 * Writes the record of a create. Path, data and ACL stand in the request as they do in the record.
 * @param request holds the request's data, as a jute buffer, at `[dataAt, dataEnd)`
 */
export function writeCreateRecord(
  out: ByteWriter,
  txnType: number,
  record: CreateRecord,
  types: NodeTypeRegistry,
  request: ByteReader,
  dataAt: number,
  dataEnd: number,
): void {
  writeString(out, record.path);
  writeRun(out, request, dataAt, dataEnd);
  writeAclVector(out, record.acl);
  if (txnType === OpCode.create || txnType === OpCode.create2) {
    out.u8(types.get(record.type).txn?.ephemeral === true ? 1 : 0);
  }
  out.i32(record.parentCversion);
  if (txnType === OpCode.createTTL) out.long(record.ttl);
  if (txnType !== TXN_CREATE_TYPED) return;
  out.i32(record.opcode);
  writeString(out, types.get(record.type).name);
  out.i32(record.ownerHi);
  out.i32(record.ownerLo);
}

/** Reads any create record, from behind its path. @returns false when it names a type that is not registered */
export function readCreateRecord(r: ByteReader, txnType: number, into: CreateRecord, types: NodeTypeRegistry): boolean {
  into.dataStart = r.offset + 4;
  skipBuffer(r);
  into.dataLength = r.offset - into.dataStart;
  if (into.dataLength === 0 && r.view.getInt32(into.dataStart - 4) < 0) into.dataLength = -1;
  into.acl = readAclVector(r) ?? [];
  into.opcode = txnType;
  into.ttl = -1;
  into.ownerHi = 0;
  into.ownerLo = 0;
  let ephemeral = false;
  if (txnType === OpCode.create || txnType === OpCode.create2) ephemeral = r.u8() !== 0;
  into.parentCversion = r.remaining === 0 ? -1 : r.i32();
  if (txnType === OpCode.createTTL) into.ttl = r.long();
  if (txnType !== TXN_CREATE_TYPED) {
    into.type = types.ofTxn(txnType, ephemeral);
    return true;
  }
  into.opcode = r.i32();
  const type = types.indexOf(readString(r) ?? '');
  into.ownerHi = r.i32();
  into.ownerLo = r.i32();
  into.type = type ?? 0;
  return type !== undefined;
}
