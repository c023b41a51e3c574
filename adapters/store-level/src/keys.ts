import { type Zxid, zxidFromNumber } from '@quorate/interfaces';

/*
 * Keys, in the order of their bytes:
 *
 *   01                              format version, u32
 *   02                              log base, i64
 *   03                              the peer's small state
 *   10 zxid                         log batch whose first entry is zxid
 *   20 zxid                         record of a finished snapshot
 *   21 zxid u32 generation u32 n    its n-th piece of content
 */

export const KEY_VERSION = new Uint8Array([0x01]);
export const KEY_BASE = new Uint8Array([0x02]);
export const KEY_STATE = new Uint8Array([0x03]);
export const BATCHES_FROM = new Uint8Array([0x10]);
export const BATCHES_UNTIL = new Uint8Array([0x11]);
export const SNAPSHOTS_FROM = new Uint8Array([0x20]);
export const SNAPSHOTS_UNTIL = new Uint8Array([0x21]);
export const PIECES_FROM = new Uint8Array([0x21]);
export const PIECES_UNTIL = new Uint8Array([0x22]);

function zxidKey(prefix: number, zxid: Zxid, bytes: number): Uint8Array {
  const key = new Uint8Array(bytes);
  key[0] = prefix;
  new DataView(key.buffer).setBigUint64(1, BigInt(zxid));
  return key;
}

export function batchKey(first: Zxid): Uint8Array {
  return zxidKey(0x10, first, 9);
}

export function snapshotKey(zxid: Zxid): Uint8Array {
  return zxidKey(0x20, zxid, 9);
}

export function pieceKey(zxid: Zxid, generation: number, piece: number): Uint8Array {
  const key = zxidKey(0x21, zxid, 17);
  const view = new DataView(key.buffer);
  view.setUint32(9, generation);
  view.setUint32(13, piece);
  return key;
}

export function zxidOfKey(key: Uint8Array): Zxid {
  return zxidFromNumber(Number(new DataView(key.buffer, key.byteOffset, key.byteLength).getBigUint64(1)));
}

export function generationOfKey(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset, key.byteLength).getUint32(9);
}

export function encodeZxid(zxid: Zxid): Uint8Array {
  const value = new Uint8Array(8);
  new DataView(value.buffer).setBigUint64(0, BigInt(zxid));
  return value;
}

export function decodeZxid(value: Uint8Array): Zxid {
  return zxidFromNumber(Number(new DataView(value.buffer, value.byteOffset, value.byteLength).getBigUint64(0)));
}
