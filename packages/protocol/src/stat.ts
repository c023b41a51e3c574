import type { ByteReader, ByteWriter } from '@quorate/interfaces';

/** What ZooKeeper tells of a znode besides its data (spec §1.6). Zxids and times are exact below 2^53. */
export interface Stat {
  /** zxid of the txn that created the node. */
  czxid: number;
  /** zxid of the last change of its data. */
  mzxid: number;
  /** When it was created and last changed: the leader's wall clock, ms since 1970. */
  ctime: number;
  mtime: number;
  /** How often data, children, ACL changed; 32-bit signed. */
  version: number;
  cversion: number;
  aversion: number;
  /** Session that owns an ephemeral node; 0 for every other type (T3). */
  ephemeralOwner: bigint;
  /** Bytes of data; 0 for null. */
  dataLength: number;
  numChildren: number;
  /** zxid of the last change of its list of children. */
  pzxid: number;
}

export const STAT_BYTES = 68;

const TWO_32 = 2 ** 32;

export function emptyStat(): Stat {
  return {
    czxid: 0,
    mzxid: 0,
    ctime: 0,
    mtime: 0,
    version: 0,
    cversion: 0,
    aversion: 0,
    ephemeralOwner: 0n,
    dataLength: 0,
    numChildren: 0,
    pzxid: 0,
  };
}

/** Writes the 68 bytes from plain numbers: for tables that hold no Stat object. @param ownerHi high and low 32 bits of ephemeralOwner */
export function writeStatFields(
  w: ByteWriter,
  czxid: number,
  mzxid: number,
  ctime: number,
  mtime: number,
  version: number,
  cversion: number,
  aversion: number,
  ownerHi: number,
  ownerLo: number,
  dataLength: number,
  numChildren: number,
  pzxid: number,
): void {
  w.ensure(STAT_BYTES);
  const view = w.view;
  const at = w.offset;
  view.setInt32(at, Math.floor(czxid / TWO_32));
  view.setUint32(at + 4, czxid >>> 0);
  view.setInt32(at + 8, Math.floor(mzxid / TWO_32));
  view.setUint32(at + 12, mzxid >>> 0);
  view.setInt32(at + 16, Math.floor(ctime / TWO_32));
  view.setUint32(at + 20, ctime >>> 0);
  view.setInt32(at + 24, Math.floor(mtime / TWO_32));
  view.setUint32(at + 28, mtime >>> 0);
  view.setInt32(at + 32, version);
  view.setInt32(at + 36, cversion);
  view.setInt32(at + 40, aversion);
  view.setInt32(at + 44, ownerHi);
  view.setInt32(at + 48, ownerLo);
  view.setInt32(at + 52, dataLength);
  view.setInt32(at + 56, numChildren);
  view.setInt32(at + 60, Math.floor(pzxid / TWO_32));
  view.setUint32(at + 64, pzxid >>> 0);
  w.offset = at + STAT_BYTES;
}

export function writeStat(w: ByteWriter, stat: Stat): void {
  const owner = stat.ephemeralOwner;
  writeStatFields(
    w,
    stat.czxid,
    stat.mzxid,
    stat.ctime,
    stat.mtime,
    stat.version,
    stat.cversion,
    stat.aversion,
    owner === 0n ? 0 : Number(BigInt.asIntN(32, owner >> 32n)),
    owner === 0n ? 0 : Number(BigInt.asIntN(32, owner)),
    stat.dataLength,
    stat.numChildren,
    stat.pzxid,
  );
}

/** @param into filled and returned; a new one by default. @throws QuorateError `SHORT_READ` */
export function readStat(r: ByteReader, into: Stat = emptyStat()): Stat {
  r.need(STAT_BYTES);
  into.czxid = r.long();
  into.mzxid = r.long();
  into.ctime = r.long();
  into.mtime = r.long();
  into.version = r.i32();
  into.cversion = r.i32();
  into.aversion = r.i32();
  into.ephemeralOwner = r.i64();
  into.dataLength = r.i32();
  into.numChildren = r.i32();
  into.pzxid = r.long();
  return into;
}
