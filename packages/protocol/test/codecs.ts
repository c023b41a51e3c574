import type { ByteReader, ByteWriter } from '@quorate/interfaces';
import fc from 'fast-check';
import * as p from '../src/index.js';

/** One record: how to make values of it, write and read them. */
export interface Codec {
  readonly name: string;
  readonly values: fc.Arbitrary<unknown>;
  write(w: ByteWriter, value: unknown): void;
  read(r: ByteReader): unknown;
  /** How many bytes at the end may be missing: old writers leave them out. */
  readonly optionalTail?: readonly number[];
}

function codec<T>(
  name: string,
  values: fc.Arbitrary<T>,
  write: (w: ByteWriter, value: T) => void,
  read: (r: ByteReader) => T,
  optionalTail: readonly number[] = [],
): Codec {
  return { name, values, write: (w, value) => write(w, value as T), read, optionalTail };
}

const i32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const long = fc.maxSafeInteger();
const text = fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 10 }));
const path = fc.option(text);
const data: fc.Arbitrary<Uint8Array | null> = fc.option(fc.uint8Array({ maxLength: 40 }));
const texts = fc.array(text, { maxLength: 4 });
const entry = fc.record<p.Acl>({ perms: i32, scheme: text, id: text });
const acl = fc.oneof(fc.array(entry, { maxLength: 3 }), fc.constant(p.OPEN_ACL_UNSAFE));
const bool = fc.boolean();

const stat = fc.record<p.Stat>({
  czxid: long,
  mzxid: long,
  ctime: long,
  mtime: long,
  version: i32,
  cversion: i32,
  aversion: i32,
  ephemeralOwner: i64,
  dataLength: i32,
  numChildren: i32,
  pzxid: long,
});

const create = fc.record<p.CreateRequest>({ path, data, acl: fc.option(acl), flags: i32, ttl: fc.constant(-1) });
const createTxn = fc.record<p.CreateTxn>({
  path: text,
  data,
  acl,
  ephemeral: bool,
  parentCVersion: i32,
  ttl: fc.constant(0),
});

const connectFields = { protocolVersion: i32, timeOut: i32, sessionId: i64, readOnly: fc.constant(false) };

const sessionCodecs: readonly Codec[] = [
  codec(
    'ConnectRequest',
    fc.record<p.ConnectRequest>({ ...connectFields, lastZxidSeen: long, passwd: data, hasReadOnly: bool }),
    p.writeConnectRequest,
    p.readConnectRequest,
    [1],
  ),
  codec(
    'ConnectResponse',
    fc.record<p.ConnectResponse>({
      ...connectFields,
      passwd: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      hasReadOnly: bool,
    }),
    p.writeConnectResponse,
    p.readConnectResponse,
    [1],
  ),
  codec(
    'RequestHeader',
    fc.record({ xid: i32, type: i32 }),
    (w, v) => p.writeRequestHeader(w, v.xid, v.type),
    (r) => p.readRequestHeader(r),
  ),
  codec(
    'ReplyHeader',
    fc.record({ xid: i32, zxid: long, err: i32 }),
    (w, v) => p.writeReplyHeader(w, v.xid, v.zxid, v.err),
    (r) => p.readReplyHeader(r),
  ),
  codec(
    'AuthPacket',
    fc.record({ type: fc.constant<number>(0), scheme: text, auth: data }),
    (w, v) => p.writeAuthPacket(w, v.scheme, v.auth),
    (r) => p.readAuthPacket(r) as { type: number; scheme: string; auth: Uint8Array | null },
  ),
  codec('SASL token', data, p.writeSaslToken, p.readSaslToken),
  codec(
    'WhoAmIResponse',
    fc.array(fc.record({ authScheme: text, user: text }), { maxLength: 3 }),
    p.writeWhoAmIResponse,
    p.readWhoAmIResponse,
  ),
  codec(
    'ReconfigRequest',
    fc.record({ joiningServers: path, leavingServers: path, newMembers: path, curConfigId: long }),
    p.writeReconfigRequest,
    p.readReconfigRequest,
  ),
];

const nodeCodecs: readonly Codec[] = [
  codec('Stat', stat, p.writeStat, (r) => p.readStat(r)),
  codec('vector<ACL>', fc.option(acl), p.writeAclVector, p.readAclVector),
  codec(
    'vector<Id>',
    fc.option(fc.array(fc.record<p.Id>({ scheme: text, id: text }), { maxLength: 3 })),
    p.writeIdVector,
    p.readIdVector,
  ),
  codec(
    'CreateRequest',
    create,
    (w, v) => p.writeCreateRequest(w, v.path, v.data, v.acl, v.flags),
    (r) => p.readCreateRequest(r),
  ),
  codec(
    'CreateTTLRequest',
    fc.tuple(create, long).map(([request, ttl]) => ({ ...request, ttl })),
    (w, v) => p.writeCreateTTLRequest(w, v.path, v.data, v.acl, v.flags, v.ttl),
    (r) => p.readCreateTTLRequest(r),
  ),
  codec(
    'Create2Response',
    fc.record({ path: text, stat }),
    (w, v) => p.writeCreate2Response(w, v.path, v.stat),
    (r) => p.readCreate2Response(r),
  ),
  codec('a path', path, p.writePathRecord, p.readPathRecord),
  codec(
    'DeleteRequest, CheckVersionRequest',
    fc.record({ path, version: i32 }),
    (w, v) => p.writePathVersion(w, v.path, v.version),
    (r) => p.readPathVersion(r),
  ),
  codec(
    'ExistsRequest, GetDataRequest, GetChildrenRequest',
    fc.record({ path, watch: bool }),
    (w, v) => p.writePathWatch(w, v.path, v.watch),
    (r) => p.readPathWatch(r),
  ),
  codec(
    'SetDataRequest',
    fc.record({ path, data, version: i32 }),
    (w, v) => p.writeSetDataRequest(w, v.path, v.data, v.version),
    (r) => p.readSetDataRequest(r),
  ),
  codec(
    'SetACLRequest',
    fc.record({ path, acl: fc.option(acl), version: i32 }),
    (w, v) => p.writeSetACLRequest(w, v.path, v.acl, v.version),
    (r) => p.readSetACLRequest(r),
  ),
  codec(
    'GetDataResponse',
    fc.record({ data, stat }),
    (w, v) => p.writeGetDataResponse(w, v.data, v.stat),
    (r) => p.readGetDataResponse(r),
  ),
  codec(
    'GetACLResponse',
    fc.record({ acl, stat }),
    (w, v) => p.writeGetACLResponse(w, v.acl, v.stat),
    (r) => p.readGetACLResponse(r),
  ),
  codec('GetChildrenResponse', texts, p.writeGetChildrenResponse, p.readGetChildrenResponse),
  codec(
    'GetChildren2Response',
    fc.record({ children: texts, stat }),
    (w, v) => p.writeGetChildren2Response(w, v.children, v.stat),
    (r) => p.readGetChildren2Response(r),
  ),
  codec('GetAllChildrenNumberResponse', i32, p.writeGetAllChildrenNumberResponse, p.readGetAllChildrenNumberResponse),
];

const setWatches = {
  relativeZxid: long,
  dataWatches: texts,
  existWatches: texts,
  childWatches: texts,
  persistentWatches: fc.constant<string[]>([]),
  persistentRecursiveWatches: fc.constant<string[]>([]),
};

const watchCodecs: readonly Codec[] = [
  codec(
    'WatcherEvent',
    fc.record({ type: i32, state: i32, path: text }),
    (w, v) => p.writeWatcherEvent(w, v.type, v.state, v.path),
    (r) => p.readWatcherEvent(r),
  ),
  codec(
    'SetWatches',
    fc.record<p.SetWatches>(setWatches),
    (w, v) => p.writeSetWatches(w, v.relativeZxid, v.dataWatches, v.existWatches, v.childWatches),
    p.readSetWatches,
  ),
  codec(
    'SetWatches2',
    fc.record<p.SetWatches>({ ...setWatches, persistentWatches: texts, persistentRecursiveWatches: texts }),
    p.writeSetWatches2,
    p.readSetWatches2,
  ),
  codec(
    'AddWatchRequest',
    fc.record({ path, mode: i32 }),
    (w, v) => p.writeAddWatchRequest(w, v.path, v.mode),
    (r) => p.readAddWatchRequest(r),
  ),
  codec(
    'CheckWatchesRequest, RemoveWatchesRequest',
    fc.record({ path, type: i32 }),
    (w, v) => p.writeWatcherTypeRequest(w, v.path, v.type),
    (r) => p.readWatcherTypeRequest(r),
  ),
  codec('ErrorResponse', i32, p.writeErrorResponse, p.readErrorResponse),
];

const txnCodecs: readonly Codec[] = [
  codec(
    'TxnHeader',
    fc.record<p.TxnHeader>({ clientHi: i32, clientLo: i32, cxid: i32, zxid: long, time: long, type: i32 }),
    (w, v) => p.writeTxnHeader(w, v.clientHi, v.clientLo, v.cxid, v.zxid, v.time, v.type),
    (r) => p.readTxnHeader(r),
  ),
  codec(
    'CreateTxn',
    createTxn,
    (w, v) => p.writeCreateTxn(w, v.path, v.data, v.acl, v.ephemeral, v.parentCVersion),
    (r) => p.readCreateTxn(r),
    [4],
  ),
  codec(
    'CreateContainerTxn',
    createTxn.map((txn) => ({ ...txn, ephemeral: false })),
    (w, v) => p.writeCreateContainerTxn(w, v.path, v.data, v.acl, v.parentCVersion),
    (r) => p.readCreateContainerTxn(r),
  ),
  codec(
    'CreateTTLTxn',
    fc.tuple(createTxn, long).map(([txn, ttl]) => ({ ...txn, ephemeral: false, ttl })),
    (w, v) => p.writeCreateTTLTxn(w, v.path, v.data, v.acl, v.parentCVersion, v.ttl),
    (r) => p.readCreateTTLTxn(r),
  ),
  codec('DeleteTxn', text, p.writeDeleteTxn, p.readDeleteTxn),
  codec(
    'SetDataTxn',
    fc.record({ path: text, data, version: i32 }),
    (w, v) => p.writeSetDataTxn(w, v.path, v.data, v.version),
    (r) => p.readSetDataTxn(r),
  ),
  codec(
    'SetACLTxn',
    fc.record({ path: text, acl, version: i32 }),
    (w, v) => p.writeSetACLTxn(w, v.path, v.acl, v.version),
    (r) => p.readSetACLTxn(r),
  ),
  codec(
    'CheckVersionTxn',
    fc.record({ path: text, version: i32 }),
    (w, v) => p.writeCheckVersionTxn(w, v.path, v.version),
    (r) => p.readCheckVersionTxn(r),
  ),
  codec('CreateSessionTxn', i32, p.writeCreateSessionTxn, p.readCreateSessionTxn),
  {
    ...codec(
      'CloseSessionTxn',
      fc.array(text, { maxLength: 3 }),
      p.writeCloseSessionTxn,
      (r) => p.readCloseSessionTxn(r) ?? [],
    ),
    optionalTail: [-1],
  },
  codec('ErrorTxn', i32, p.writeErrorTxn, p.readErrorTxn),
];

export const CODECS: readonly Codec[] = [...sessionCodecs, ...nodeCodecs, ...watchCodecs, ...txnCodecs];
