import type { ByteReader, ByteWriter } from '@quorate/interfaces';
import { type Acl, readAclVector, writeAclVector } from '../acl.js';
import {
  readBool,
  readBuffer,
  readString,
  readStringVector,
  writeBool,
  writeBuffer,
  writeString,
  writeStringVector,
} from '../jute.js';
import { emptyStat, readStat, type Stat, writeStat } from '../stat.js';

/*
 * Requests and responses about znodes (spec §1.6). Every reader takes an object to fill, so that one can serve a whole
 * connection; every `data` it yields is a view on the reader's bytes. Paths may be null on the wire: the server answers
 * those with an error. All readers throw QuorateError `SHORT_READ` when bytes are missing.
 */

/** Body of create, create2 and createContainer, and of createTTL with its `ttl` in ms (-1 for the others). */
export interface CreateRequest {
  path: string | null;
  data: Uint8Array | null;
  acl: readonly Acl[] | null;
  /** A `CreateMode`, or a registered type's own flag. */
  flags: number;
  ttl: number;
}

export function emptyCreateRequest(): CreateRequest {
  return { path: null, data: null, acl: null, flags: 0, ttl: -1 };
}

export function writeCreateRequest(
  w: ByteWriter,
  path: string | null,
  data: Uint8Array | null,
  acl: readonly Acl[] | null,
  flags: number,
): void {
  writeString(w, path);
  writeBuffer(w, data);
  writeAclVector(w, acl);
  w.i32(flags);
}

export function readCreateRequest(r: ByteReader, into: CreateRequest = emptyCreateRequest()): CreateRequest {
  into.path = readString(r);
  into.data = readBuffer(r);
  into.acl = readAclVector(r);
  into.flags = r.i32();
  into.ttl = -1;
  return into;
}

export function writeCreateTTLRequest(
  w: ByteWriter,
  path: string | null,
  data: Uint8Array | null,
  acl: readonly Acl[] | null,
  flags: number,
  ttl: number,
): void {
  writeCreateRequest(w, path, data, acl, flags);
  w.long(ttl);
}

export function readCreateTTLRequest(r: ByteReader, into: CreateRequest = emptyCreateRequest()): CreateRequest {
  readCreateRequest(r, into);
  into.ttl = r.long();
  return into;
}

export interface PathStat {
  path: string;
  stat: Stat;
}

export function writeCreate2Response(w: ByteWriter, path: string, stat: Stat): void {
  writeString(w, path);
  writeStat(w, stat);
}

export function readCreate2Response(r: ByteReader, into: PathStat = { path: '', stat: emptyStat() }): PathStat {
  into.path = readString(r) ?? '';
  readStat(r, into.stat);
  return into;
}

/**
 * Body that is one path: getACL, sync, getAllChildrenNumber, getEphemerals (a prefix), and the responses of create and sync.
 */
export function writePathRecord(w: ByteWriter, path: string | null): void {
  writeString(w, path);
}

export function readPathRecord(r: ByteReader): string | null {
  return readString(r);
}

/** Body that is a path and a version: delete and check. */
export interface PathVersion {
  path: string | null;
  version: number;
}

export function writePathVersion(w: ByteWriter, path: string | null, version: number): void {
  writeString(w, path);
  w.i32(version);
}

export function readPathVersion(r: ByteReader, into: PathVersion = { path: null, version: 0 }): PathVersion {
  into.path = readString(r);
  into.version = r.i32();
  return into;
}

/** Body that is a path and whether to watch: exists, getData, getChildren, getChildren2. */
export interface PathWatch {
  path: string | null;
  watch: boolean;
}

export function writePathWatch(w: ByteWriter, path: string | null, watch: boolean): void {
  writeString(w, path);
  writeBool(w, watch);
}

export function readPathWatch(r: ByteReader, into: PathWatch = { path: null, watch: false }): PathWatch {
  into.path = readString(r);
  into.watch = readBool(r);
  return into;
}

export interface SetDataRequest {
  path: string | null;
  data: Uint8Array | null;
  version: number;
}

export function writeSetDataRequest(
  w: ByteWriter,
  path: string | null,
  data: Uint8Array | null,
  version: number,
): void {
  writeString(w, path);
  writeBuffer(w, data);
  w.i32(version);
}

export function readSetDataRequest(
  r: ByteReader,
  into: SetDataRequest = { path: null, data: null, version: 0 },
): SetDataRequest {
  into.path = readString(r);
  into.data = readBuffer(r);
  into.version = r.i32();
  return into;
}

export interface SetACLRequest {
  path: string | null;
  acl: readonly Acl[] | null;
  version: number;
}

export function writeSetACLRequest(
  w: ByteWriter,
  path: string | null,
  acl: readonly Acl[] | null,
  version: number,
): void {
  writeString(w, path);
  writeAclVector(w, acl);
  w.i32(version);
}

export function readSetACLRequest(
  r: ByteReader,
  into: SetACLRequest = { path: null, acl: null, version: 0 },
): SetACLRequest {
  into.path = readString(r);
  into.acl = readAclVector(r);
  into.version = r.i32();
  return into;
}

export interface DataStat {
  data: Uint8Array | null;
  stat: Stat;
}

/** Response of getData and of reconfig. */
export function writeGetDataResponse(w: ByteWriter, data: Uint8Array | null, stat: Stat): void {
  writeBuffer(w, data);
  writeStat(w, stat);
}

export function readGetDataResponse(r: ByteReader, into: DataStat = { data: null, stat: emptyStat() }): DataStat {
  into.data = readBuffer(r);
  readStat(r, into.stat);
  return into;
}

export interface AclStat {
  acl: readonly Acl[];
  stat: Stat;
}

export function writeGetACLResponse(w: ByteWriter, acl: readonly Acl[], stat: Stat): void {
  writeAclVector(w, acl);
  writeStat(w, stat);
}

export function readGetACLResponse(r: ByteReader, into: AclStat = { acl: [], stat: emptyStat() }): AclStat {
  into.acl = readAclVector(r) ?? [];
  readStat(r, into.stat);
  return into;
}

/** Response of getChildren and of getEphemerals: never null (T7). */
export function writeGetChildrenResponse(w: ByteWriter, children: readonly string[]): void {
  writeStringVector(w, children);
}

export function readGetChildrenResponse(r: ByteReader): string[] {
  return readStringVector(r) ?? [];
}

export interface ChildrenStat {
  children: string[];
  stat: Stat;
}

export function writeGetChildren2Response(w: ByteWriter, children: readonly string[], stat: Stat): void {
  writeStringVector(w, children);
  writeStat(w, stat);
}

export function readGetChildren2Response(
  r: ByteReader,
  into: ChildrenStat = { children: [], stat: emptyStat() },
): ChildrenStat {
  into.children = readStringVector(r) ?? [];
  readStat(r, into.stat);
  return into;
}

/** Response of getAllChildrenNumber. */
export function writeGetAllChildrenNumberResponse(w: ByteWriter, totalNumber: number): void {
  w.i32(totalNumber);
}

export function readGetAllChildrenNumberResponse(r: ByteReader): number {
  return r.i32();
}
