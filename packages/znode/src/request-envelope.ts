import type { ByteReader, ByteWriter } from '@quorate/interfaces';
import { readVectorCount, skipBuffer } from '@quorate/protocol';
import type { Identity } from './api.js';

/*
 * A client's write on its way to `prepare`, which may be on another server: session id (two i32), xid, op code, the
 * connection's ids (`vector<Id>`), and the request's body as the client sent it, behind its RequestHeader. The body of
 * createSession is the timeout (i32, ms), that of closeSession is empty, that of deleteContainer (the sweeper's,
 * session 0) the path.
 */

/**
 * @param sessionHi high and low 32 bits of the session id; 0 for the server itself
 * @param frame holds the body at `[start, end)`
 */
export function writeEnvelope(
  out: ByteWriter,
  sessionHi: number,
  sessionLo: number,
  xid: number,
  opcode: number,
  identity: Identity,
  frame: Uint8Array,
  start: number,
  end: number,
): void {
  out.ensure(16 + identity.encoded.length + end - start);
  out.i32(sessionHi);
  out.i32(sessionLo);
  out.i32(xid);
  out.i32(opcode);
  out.raw(identity.encoded);
  out.raw(frame, start, end);
}

/** The head of an envelope, without its ids and body. */
export interface EnvelopeHead {
  clientHi: number;
  clientLo: number;
  cxid: number;
  opcode: number;
  /** Where the ids are in the reader's bytes. */
  idsStart: number;
  idsEnd: number;
}

/** Reads the head; `r` then stands at the body. Allocates nothing. @throws QuorateError `SHORT_READ` */
export function readEnvelope(r: ByteReader, into: EnvelopeHead): void {
  into.clientHi = r.i32();
  into.clientLo = r.i32();
  into.cxid = r.i32();
  into.opcode = r.i32();
  into.idsStart = r.offset;
  const count = readVectorCount(r, 8);
  for (let i = 0; i < count; i++) {
    skipBuffer(r);
    skipBuffer(r);
  }
  into.idsEnd = r.offset;
}
