import type { ByteReader, ByteWriter } from '@quorate/interfaces';
import { readBuffer, readString, readVectorCount, writeBuffer, writeString } from '../jute.js';

/** Body of an auth packet. `type` is ignored by servers. */
export interface AuthPacket {
  type: number;
  scheme: string | null;
  auth: Uint8Array | null;
}

export function writeAuthPacket(w: ByteWriter, scheme: string, auth: Uint8Array | null): void {
  w.i32(0);
  writeString(w, scheme);
  writeBuffer(w, auth);
}

/** `auth` is a view on the reader's bytes. @throws QuorateError `SHORT_READ` */
export function readAuthPacket(r: ByteReader, into: AuthPacket = { type: 0, scheme: null, auth: null }): AuthPacket {
  into.type = r.i32();
  into.scheme = readString(r);
  into.auth = readBuffer(r);
  return into;
}

/** Body of SASL requests and responses (spec §1.12). */
export function writeSaslToken(w: ByteWriter, token: Uint8Array | null): void {
  writeBuffer(w, token);
}

/** A view on the reader's bytes. @throws QuorateError `SHORT_READ` */
export function readSaslToken(r: ByteReader): Uint8Array | null {
  return readBuffer(r);
}

/** One authenticated id as whoAmI shows it. */
export interface ClientInfo {
  readonly authScheme: string;
  readonly user: string;
}

export function writeWhoAmIResponse(w: ByteWriter, clientInfo: readonly ClientInfo[]): void {
  w.i32(clientInfo.length);
  for (let i = 0; i < clientInfo.length; i++) {
    writeString(w, clientInfo[i]!.authScheme);
    writeString(w, clientInfo[i]!.user);
  }
}

/** Null strings read as empty. @throws QuorateError `SHORT_READ` */
export function readWhoAmIResponse(r: ByteReader): ClientInfo[] {
  const count = readVectorCount(r, 8);
  const clientInfo: ClientInfo[] = [];
  for (let i = 0; i < count; i++) {
    const authScheme = readString(r) ?? '';
    clientInfo.push({ authScheme, user: readString(r) ?? '' });
  }
  return clientInfo;
}

/** Body of reconfig; its response is that of getData. */
export interface ReconfigRequest {
  joiningServers: string | null;
  leavingServers: string | null;
  newMembers: string | null;
  /** -1: whatever the current configuration is. */
  curConfigId: number;
}

export function writeReconfigRequest(w: ByteWriter, request: ReconfigRequest): void {
  writeString(w, request.joiningServers);
  writeString(w, request.leavingServers);
  writeString(w, request.newMembers);
  w.long(request.curConfigId);
}

/** @throws QuorateError `SHORT_READ` */
export function readReconfigRequest(r: ByteReader): ReconfigRequest {
  return {
    joiningServers: readString(r),
    leavingServers: readString(r),
    newMembers: readString(r),
    curConfigId: r.long(),
  };
}
