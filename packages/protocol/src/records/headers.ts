import type { ByteReader, ByteWriter } from '@quorate/interfaces';

export interface RequestHeader {
  xid: number;
  /** An `OpCode`, or any number a hostile client likes. */
  type: number;
}

export interface ReplyHeader {
  xid: number;
  zxid: number;
  /** A `ZkErrorCode`. When it is not 0 nothing follows, but for a failed SASL step. */
  err: number;
}

export const REPLY_HEADER_BYTES = 16;

const TWO_32 = 2 ** 32;

export function writeRequestHeader(w: ByteWriter, xid: number, type: number): void {
  w.i32(xid);
  w.i32(type);
}

/** @throws QuorateError `SHORT_READ` */
export function readRequestHeader(r: ByteReader, into: RequestHeader = { xid: 0, type: 0 }): RequestHeader {
  r.need(8);
  into.xid = r.i32();
  into.type = r.i32();
  return into;
}

export function writeReplyHeader(w: ByteWriter, xid: number, zxid: number, err: number): void {
  w.ensure(REPLY_HEADER_BYTES);
  const view = w.view;
  const at = w.offset;
  view.setInt32(at, xid);
  view.setInt32(at + 4, Math.floor(zxid / TWO_32));
  view.setUint32(at + 8, zxid >>> 0);
  view.setInt32(at + 12, err);
  w.offset = at + REPLY_HEADER_BYTES;
}

/** @throws QuorateError `SHORT_READ` */
export function readReplyHeader(r: ByteReader, into: ReplyHeader = { xid: 0, zxid: 0, err: 0 }): ReplyHeader {
  r.need(REPLY_HEADER_BYTES);
  into.xid = r.i32();
  into.zxid = r.long();
  into.err = r.i32();
  return into;
}
