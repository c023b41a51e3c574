import type { ByteReader, ByteWriter } from '@quorate/interfaces';
import { readBool, readBuffer, writeBool, writeBuffer } from './jute.js';

/** A client's first frame (spec §1.3); it has no header. */
export interface ConnectRequest {
  protocolVersion: number;
  /** Highest zxid the client has seen: a server that is behind it must close without a word (T22). */
  lastZxidSeen: number;
  /** Wanted session timeout, ms. */
  timeOut: number;
  /** 0: a new session. */
  sessionId: bigint;
  passwd: Uint8Array | null;
  readOnly: boolean;
  /** Whether the optional last byte was there; the response has it exactly when the request has (T6). */
  hasReadOnly: boolean;
}

/** A server's first frame. `timeOut` 0 says: the session is expired or not yours. */
export interface ConnectResponse {
  protocolVersion: number;
  /** Negotiated session timeout, ms. */
  timeOut: number;
  sessionId: bigint;
  /** Always 16 bytes. */
  passwd: Uint8Array;
  readOnly: boolean;
  hasReadOnly: boolean;
}

const NO_PASSWORD = new Uint8Array(16);

export function writeConnectRequest(w: ByteWriter, request: ConnectRequest): void {
  w.i32(request.protocolVersion);
  w.long(request.lastZxidSeen);
  w.i32(request.timeOut);
  w.i64(request.sessionId);
  writeBuffer(w, request.passwd);
  if (request.hasReadOnly) writeBool(w, request.readOnly);
}

/** `passwd` is a view on the reader's bytes. @throws QuorateError `SHORT_READ` */
export function readConnectRequest(r: ByteReader): ConnectRequest {
  const protocolVersion = r.i32();
  const lastZxidSeen = r.long();
  const timeOut = r.i32();
  const sessionId = r.i64();
  const passwd = readBuffer(r);
  const hasReadOnly = r.remaining > 0;
  const readOnly = hasReadOnly && readBool(r);
  return { protocolVersion, lastZxidSeen, timeOut, sessionId, passwd, readOnly, hasReadOnly };
}

export function writeConnectResponse(w: ByteWriter, response: ConnectResponse): void {
  w.i32(response.protocolVersion);
  w.i32(response.timeOut);
  w.i64(response.sessionId);
  writeBuffer(w, response.passwd);
  if (response.hasReadOnly) writeBool(w, response.readOnly);
}

/** The answer to a session that is expired, unknown or has another password. */
export function expiredConnectResponse(hasReadOnly: boolean, readOnly = false): ConnectResponse {
  return { protocolVersion: 0, timeOut: 0, sessionId: 0n, passwd: NO_PASSWORD, readOnly, hasReadOnly };
}

/** `passwd` is a view on the reader's bytes. @throws QuorateError `SHORT_READ` */
export function readConnectResponse(r: ByteReader): ConnectResponse {
  const protocolVersion = r.i32();
  const timeOut = r.i32();
  const sessionId = r.i64();
  const passwd = readBuffer(r) ?? NO_PASSWORD;
  const hasReadOnly = r.remaining > 0;
  const readOnly = hasReadOnly && readBool(r);
  return { protocolVersion, timeOut, sessionId, passwd, readOnly, hasReadOnly };
}
