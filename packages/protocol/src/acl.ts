import type { ByteReader, ByteWriter } from '@quorate/interfaces';
import { readString, readVectorCount, skipBuffer, writeString } from './jute.js';

/** Who someone is: an authentication scheme and what that scheme calls him. */
export interface Id {
  readonly scheme: string;
  readonly id: string;
}

/** One entry of an access control list (spec §1.11). */
export interface Acl {
  /** Bits of {@link Perms}. */
  readonly perms: number;
  readonly scheme: string;
  readonly id: string;
}

export const Perms = { read: 1, write: 2, create: 4, delete: 8, admin: 16, all: 31 } as const;

/** Everybody may do everything: `world:anyone:cdrwa`. Shared and frozen. */
export const OPEN_ACL_UNSAFE: readonly Acl[] = Object.freeze([
  Object.freeze({ perms: Perms.all, scheme: 'world', id: 'anyone' }),
]);

/** Everybody may read: `world:anyone:r`. Shared and frozen. */
export const READ_ACL_UNSAFE: readonly Acl[] = Object.freeze([
  Object.freeze({ perms: Perms.read, scheme: 'world', id: 'anyone' }),
]);

/** {@link OPEN_ACL_UNSAFE} as jute: what nearly every create carries. */
const OPEN_BYTES = [
  0, 0, 0, 1, 0, 0, 0, 31, 0, 0, 0, 5, 119, 111, 114, 108, 100, 0, 0, 0, 6, 97, 110, 121, 111, 110, 101,
] as const;

function isOpenAcl(r: ByteReader): boolean {
  const at = r.offset;
  if (r.end - at < OPEN_BYTES.length) return false;
  const bytes = r.bytes;
  for (let i = 0; i < OPEN_BYTES.length; i++) if (bytes[at + i] !== OPEN_BYTES[i]) return false;
  return true;
}

export function writeAclVector(w: ByteWriter, acl: readonly Acl[] | null): void {
  if (acl === null) {
    w.i32(-1);
    return;
  }
  w.i32(acl.length);
  for (let i = 0; i < acl.length; i++) {
    const entry = acl[i]!;
    w.i32(entry.perms);
    writeString(w, entry.scheme);
    writeString(w, entry.id);
  }
}

/**
 * Reads a vector of ACLs. {@link OPEN_ACL_UNSAFE} itself is returned where the bytes are its own. A null scheme or id reads
 * as the empty string (T68).
 * @throws QuorateError `SHORT_READ`
 */
export function readAclVector(r: ByteReader): readonly Acl[] | null {
  if (isOpenAcl(r)) {
    r.offset += OPEN_BYTES.length;
    return OPEN_ACL_UNSAFE;
  }
  const count = readVectorCount(r, 12);
  if (count < 0) return null;
  const acl: Acl[] = [];
  for (let i = 0; i < count; i++) {
    const perms = r.i32();
    const scheme = readString(r) ?? '';
    acl.push({ perms, scheme, id: readString(r) ?? '' });
  }
  return acl;
}

/** Moves past a vector of ACLs, for readers that keep its bytes. @throws QuorateError `SHORT_READ` */
export function skipAclVector(r: ByteReader): void {
  const count = readVectorCount(r, 12);
  for (let i = 0; i < count; i++) {
    r.skip(4);
    skipBuffer(r);
    skipBuffer(r);
  }
}

export function writeIdVector(w: ByteWriter, ids: readonly Id[] | null): void {
  if (ids === null) {
    w.i32(-1);
    return;
  }
  w.i32(ids.length);
  for (let i = 0; i < ids.length; i++) {
    writeString(w, ids[i]!.scheme);
    writeString(w, ids[i]!.id);
  }
}

/** Null strings read as empty. @throws QuorateError `SHORT_READ` */
export function readIdVector(r: ByteReader): Id[] | null {
  const count = readVectorCount(r, 8);
  if (count < 0) return null;
  const ids: Id[] = [];
  for (let i = 0; i < count; i++) {
    const scheme = readString(r) ?? '';
    ids.push({ scheme, id: readString(r) ?? '' });
  }
  return ids;
}
