import { type ByteReader, type ByteWriter, QuorateError } from '@quorate/interfaces';
import { type Acl, readAclVector, writeAclVector } from './acl.js';
import {
  readBool,
  readBuffer,
  readString,
  readStringVector,
  readVectorCount,
  writeBool,
  writeBuffer,
  writeString,
  writeStringVector,
} from './jute.js';

/*
 * ZooKeeper's own txn records (zab-spec §4.2): TxnHeader, then the record that its type names. They are what a znode
 * txn is in our log and on disk. Readers fill an object given to them; `data` is a view on the reader's bytes. All throw
 * QuorateError `SHORT_READ` when bytes are missing.
 */

export const TXN_HEADER_BYTES = 32;

export interface TxnHeader {
  /** High and low 32 bits (signed) of the session id. */
  clientHi: number;
  clientLo: number;
  cxid: number;
  zxid: number;
  /** Leader's wall clock, ms. */
  time: number;
  /** An `OpCode`. */
  type: number;
}

export function emptyTxnHeader(): TxnHeader {
  return { clientHi: 0, clientLo: 0, cxid: 0, zxid: 0, time: 0, type: 0 };
}

export function writeTxnHeader(
  w: ByteWriter,
  clientHi: number,
  clientLo: number,
  cxid: number,
  zxid: number,
  time: number,
  type: number,
): void {
  w.ensure(TXN_HEADER_BYTES);
  w.i32(clientHi);
  w.i32(clientLo);
  w.i32(cxid);
  w.long(zxid);
  w.long(time);
  w.i32(type);
}

export function readTxnHeader(r: ByteReader, into: TxnHeader = emptyTxnHeader()): TxnHeader {
  r.need(TXN_HEADER_BYTES);
  into.clientHi = r.i32();
  into.clientLo = r.i32();
  into.cxid = r.i32();
  into.zxid = r.long();
  into.time = r.long();
  into.type = r.i32();
  return into;
}

/** The session id of a header, as signed 64 bits. */
export function txnClientId(header: TxnHeader): bigint {
  return (BigInt(header.clientHi) << 32n) | BigInt(header.clientLo >>> 0);
}

/** Record of create, create2, createContainer and createTTL. */
export interface CreateTxn {
  path: string;
  data: Uint8Array | null;
  acl: readonly Acl[];
  /** Only of create and create2. */
  ephemeral: boolean;
  /** The parent's stored cversion after this create; -1: one more than now (a record of old servers). */
  parentCVersion: number;
  /** Milliseconds, only of createTTL; else 0. */
  ttl: number;
}

export function emptyCreateTxn(): CreateTxn {
  return { path: '', data: null, acl: [], ephemeral: false, parentCVersion: 0, ttl: 0 };
}

function readCreateFields(r: ByteReader, into: CreateTxn): void {
  into.path = readString(r) ?? '';
  into.data = readBuffer(r);
  into.acl = readAclVector(r) ?? [];
  into.ephemeral = false;
  into.ttl = 0;
}

export function writeCreateTxn(
  w: ByteWriter,
  path: string,
  data: Uint8Array | null,
  acl: readonly Acl[],
  ephemeral: boolean,
  parentCVersion: number,
): void {
  writeString(w, path);
  writeBuffer(w, data);
  writeAclVector(w, acl);
  writeBool(w, ephemeral);
  w.i32(parentCVersion);
}

/** Reads a record of type create or create2; one that ends before parentCVersion has -1. */
export function readCreateTxn(r: ByteReader, into: CreateTxn = emptyCreateTxn()): CreateTxn {
  readCreateFields(r, into);
  into.ephemeral = readBool(r);
  into.parentCVersion = r.remaining === 0 ? -1 : r.i32();
  return into;
}

export function writeCreateContainerTxn(
  w: ByteWriter,
  path: string,
  data: Uint8Array | null,
  acl: readonly Acl[],
  parentCVersion: number,
): void {
  writeString(w, path);
  writeBuffer(w, data);
  writeAclVector(w, acl);
  w.i32(parentCVersion);
}

export function readCreateContainerTxn(r: ByteReader, into: CreateTxn = emptyCreateTxn()): CreateTxn {
  readCreateFields(r, into);
  into.parentCVersion = r.i32();
  return into;
}

export function writeCreateTTLTxn(
  w: ByteWriter,
  path: string,
  data: Uint8Array | null,
  acl: readonly Acl[],
  parentCVersion: number,
  ttl: number,
): void {
  writeCreateContainerTxn(w, path, data, acl, parentCVersion);
  w.long(ttl);
}

export function readCreateTTLTxn(r: ByteReader, into: CreateTxn = emptyCreateTxn()): CreateTxn {
  readCreateContainerTxn(r, into);
  into.ttl = r.long();
  return into;
}

/** Record of delete and deleteContainer. */
export function writeDeleteTxn(w: ByteWriter, path: string): void {
  writeString(w, path);
}

export function readDeleteTxn(r: ByteReader): string {
  return readString(r) ?? '';
}

export interface SetDataTxn {
  path: string;
  data: Uint8Array | null;
  /** The node's version after this txn. */
  version: number;
}

/** Record of setData and reconfig. */
export function writeSetDataTxn(w: ByteWriter, path: string, data: Uint8Array | null, version: number): void {
  writeString(w, path);
  writeBuffer(w, data);
  w.i32(version);
}

export function readSetDataTxn(r: ByteReader, into: SetDataTxn = { path: '', data: null, version: 0 }): SetDataTxn {
  into.path = readString(r) ?? '';
  into.data = readBuffer(r);
  into.version = r.i32();
  return into;
}

export interface SetACLTxn {
  path: string;
  acl: readonly Acl[];
  /** The node's aversion after this txn. */
  version: number;
}

export function writeSetACLTxn(w: ByteWriter, path: string, acl: readonly Acl[], version: number): void {
  writeString(w, path);
  writeAclVector(w, acl);
  w.i32(version);
}

export function readSetACLTxn(r: ByteReader, into: SetACLTxn = { path: '', acl: [], version: 0 }): SetACLTxn {
  into.path = readString(r) ?? '';
  into.acl = readAclVector(r) ?? [];
  into.version = r.i32();
  return into;
}

export interface CheckVersionTxn {
  path: string;
  version: number;
}

/** Record of check: only inside a multi. */
export function writeCheckVersionTxn(w: ByteWriter, path: string, version: number): void {
  writeString(w, path);
  w.i32(version);
}

export function readCheckVersionTxn(r: ByteReader, into: CheckVersionTxn = { path: '', version: 0 }): CheckVersionTxn {
  into.path = readString(r) ?? '';
  into.version = r.i32();
  return into;
}

/** @param timeOut negotiated session timeout, ms */
export function writeCreateSessionTxn(w: ByteWriter, timeOut: number): void {
  w.i32(timeOut);
}

export function readCreateSessionTxn(r: ByteReader): number {
  return r.i32();
}

/** @param paths2Delete the session's ephemerals, in the order in which they go */
export function writeCloseSessionTxn(w: ByteWriter, paths2Delete: readonly string[]): void {
  writeStringVector(w, paths2Delete);
}

/** @returns null for the empty record of old servers: whatever the session owns then */
export function readCloseSessionTxn(r: ByteReader): string[] | null {
  return r.remaining === 0 ? null : readStringVector(r);
}

/** @param err a `ZkErrorCode` */
export function writeErrorTxn(w: ByteWriter, err: number): void {
  w.i32(err);
}

export function readErrorTxn(r: ByteReader): number {
  return r.i32();
}

/** Begins a multi's record. @returns what {@link endMultiTxn} wants */
export function beginMultiTxn(w: ByteWriter): number {
  w.i32(0);
  return w.length;
}

/** Begins one sub-record, which is then written straight into the writer. @returns what {@link endSubTxn} wants */
export function beginSubTxn(w: ByteWriter, type: number): number {
  w.i32(type);
  w.i32(0);
  return w.length;
}

export function endSubTxn(w: ByteWriter, begun: number): void {
  w.patchI32(begun - 4, w.length - begun);
}

/** @param count sub-records written since */
export function endMultiTxn(w: ByteWriter, begun: number, count: number): void {
  w.patchI32(begun - 4, count);
}

/** Reads the count of a multi's sub-records; read each with {@link readSubTxn}. */
export function readMultiTxn(r: ByteReader): number {
  return Math.max(readVectorCount(r, 8), 0);
}

/**
 * Reads the head of the next sub-record and points `sub` at its bytes; `r` stands behind it.
 * @returns its type
 */
export function readSubTxn(r: ByteReader, sub: ByteReader): number {
  const type = r.i32();
  const length = r.i32();
  if (length < -1) throw new QuorateError('SHORT_READ', `sub-txn of length ${length}`);
  const start = r.offset;
  r.skip(Math.max(length, 0));
  sub.reset(r.bytes, start, r.offset);
  return type;
}
