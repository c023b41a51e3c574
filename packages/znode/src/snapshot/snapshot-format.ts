import type { ByteReader, ByteWriter } from '@quorate/interfaces';
import { type Acl, readAclVector, readString, writeAclVector, writeString } from '@quorate/protocol';
import type { NodeContent, NodeTable, StoredStat } from '../tree/node-table.js';

/*
 * A snapshot is a run of records, big-endian: u32 length of what follows, u8 kind, fields.
 *
 *   HEAD     u32 magic "QZNS", u32 version, i64 zxid, string[] names of the node types, by number      first
 *   SESSION  i32 high half, i32 low half of the id, i32 timeout (ms)
 *   ACL      vector<ACL>; the first one has number 0, and nodes refer to it by number                  before its use
 *   NODE     i32 number of the ACL, string path, buffer data, u8 type, i64 czxid, mzxid, pzxid, ctime, mtime,
 *            i32 version, cversion, aversion, i32 owner high, i32 owner low                            any order
 *   END      u32 sessions, u32 ACLs, u32 nodes, f64 digest, u32 crc32 of every byte before this field  last
 *
 * A node's children are the nodes whose paths say so. Session and ACL records have the order of first use.
 */

export const MAGIC = 0x515a_4e53;
export const FORMAT_VERSION = 1;

export const HEAD = 1;
export const SESSION = 2;
export const ACL = 3;
export const NODE = 4;
export const END = 5;

/** No record is larger: a longer one can only be damage. */
export const MAX_RECORD_BYTES = 0x4000_0000;

/** @returns what {@link endRecord} wants */
export function beginRecord(out: ByteWriter, kind: number): number {
  const at = out.length;
  out.u32(0);
  out.u8(kind);
  return at;
}

export function endRecord(out: ByteWriter, begun: number): void {
  out.patchI32(begun, out.length - begun - 4);
}

export function writeAclRecord(out: ByteWriter, acl: readonly Acl[]): void {
  const begun = beginRecord(out, ACL);
  writeAclVector(out, acl);
  endRecord(out, begun);
}

/** @param acl number of the node's ACL in this snapshot */
export function writeNodeRecord(out: ByteWriter, tree: NodeTable, handle: number, acl: number): void {
  const begun = beginRecord(out, NODE);
  out.i32(acl);
  writeString(out, tree.path(handle));
  tree.writeData(out, handle);
  out.u8(tree.type(handle));
  out.long(tree.czxid(handle));
  out.long(tree.mzxid(handle));
  out.long(tree.pzxid(handle));
  out.long(tree.ctime(handle));
  out.long(tree.mtime(handle));
  out.i32(tree.version(handle));
  out.i32(tree.cversion(handle));
  out.i32(tree.aversion(handle));
  out.i32(tree.ownerHi(handle));
  out.i32(tree.ownerLo(handle));
  endRecord(out, begun);
}

/** Changes the ACL's number in a NODE record. @param at where the record begins in the run */
export function patchNodeAcl(out: ByteWriter, at: number, acl: number): void {
  out.patchI32(at + 5, acl);
}

/**
 * Reads the fields of a NODE record.
 * @param acls by number
 * @returns its path; undefined when path or ACL is missing
 */
export function readNodeRecord(
  r: ByteReader,
  acls: readonly (readonly Acl[])[],
  content: NodeContent,
  stat: StoredStat,
): string | undefined {
  const acl = acls[r.i32()];
  const path = readString(r);
  const length = r.i32();
  content.source = r;
  content.dataStart = r.offset;
  content.dataLength = length < 0 ? -1 : length;
  r.skip(Math.max(length, 0));
  content.type = r.u8();
  stat.czxid = r.long();
  stat.mzxid = r.long();
  stat.pzxid = r.long();
  stat.ctime = r.long();
  stat.mtime = r.long();
  stat.version = r.i32();
  stat.cversion = r.i32();
  stat.aversion = r.i32();
  content.ownerHi = r.i32();
  content.ownerLo = r.i32();
  if (acl === undefined || path === null || r.remaining !== 0) return undefined;
  content.acl = acl;
  return path;
}

export function readAclRecord(r: ByteReader): readonly Acl[] {
  return readAclVector(r) ?? [];
}
