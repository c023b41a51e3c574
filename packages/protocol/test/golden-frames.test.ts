import { ByteReader, ByteWriter } from '@quorate/interfaces';
import { describe, expect, test } from 'vitest';
import * as p from '../src/index.js';
import { fromHex, toHex } from './hex.js';

/** Writes one frame and compares; then checks its length and gives a reader on its body. */
function golden(hex: string, write: (w: ByteWriter) => void): ByteReader {
  const expected = fromHex(hex);
  const w = new ByteWriter(1);
  const begun = p.beginFrame(w);
  write(w);
  p.endFrame(w, begun);
  expect(toHex(w.take())).toBe(toHex(expected));
  const r = new ByteReader(expected);
  expect(r.i32()).toBe(r.remaining);
  return r;
}

function done(r: ByteReader): void {
  expect(r.remaining).toBe(0);
}

const ZERO_STAT = '8*00 8*00 8*00 8*00 00000000 ffffffff 00000000 8*00 00000000 00000001 8*00';

describe('§8 golden frames, written and read: handshake', () => {
  const request: p.ConnectRequest = {
    protocolVersion: 0,
    lastZxidSeen: 0,
    timeOut: 30000,
    sessionId: 0n,
    passwd: new Uint8Array(16),
    readOnly: false,
    hasReadOnly: true,
  };

  test('ConnectRequest of a new session', () => {
    const r = golden('0000002d 00000000 8*00 00007530 8*00 00000010 16*00 00', (w) =>
      p.writeConnectRequest(w, request),
    );
    expect(p.readConnectRequest(r)).toEqual(request);
    done(r);
  });

  test('T6: ConnectRequest without the readOnly byte', () => {
    const old = { ...request, hasReadOnly: false };
    const r = golden('0000002c 00000000 8*00 00007530 8*00 00000010 16*00', (w) => p.writeConnectRequest(w, old));
    expect(p.readConnectRequest(r)).toEqual(old);
    done(r);
  });

  test('ConnectResponse of session 0x0100000000000000', () => {
    const response: p.ConnectResponse = {
      protocolVersion: 0,
      timeOut: 30000,
      sessionId: 0x0100000000000000n,
      passwd: p.sessionPassword(0x0100000000000000n),
      readOnly: false,
      hasReadOnly: true,
    };
    const r = golden('00000025 00000000 00007530 0100000000000000 00000010 f22acd4a97e69d6d20a49bb638eadb38 00', (w) =>
      p.writeConnectResponse(w, response),
    );
    expect(p.readConnectResponse(r)).toEqual(response);
    done(r);
    const w = new ByteWriter();
    p.writeConnectResponse(w, { ...response, hasReadOnly: false });
    expect(w.length).toBe(36);
  });

  test('ConnectResponse expired', () => {
    const expired = p.expiredConnectResponse(true);
    const r = golden('00000025 00000000 00000000 8*00 00000010 16*00 00', (w) => p.writeConnectResponse(w, expired));
    expect(p.readConnectResponse(r)).toEqual(expired);
    done(r);
  });
});

describe('§8 golden frames, written and read: headers only', () => {
  test.each([
    ['ping', '00000008 fffffffe 0000000b', p.Xid.ping, p.OpCode.ping],
    ['closeSession', '00000008 00000009 fffffff5', 9, p.OpCode.closeSession],
  ])('%s request', (_name, hex, xid, type) => {
    const r = golden(hex, (w) => p.writeRequestHeader(w, xid, type));
    expect(p.readRequestHeader(r)).toEqual({ xid, type });
    done(r);
  });

  test.each([
    ['ping', '00000010 fffffffe 0000000000000005 00000000', p.Xid.ping, 5, 0],
    ['auth', '00000010 fffffffc 0000000000000000 00000000', p.Xid.auth, 0, 0],
    ['NoNode', '00000010 00000002 0000000000000002 ffffff9b', 2, 2, p.ZkErrorCode.noNode],
    ['unimplemented', '00000010 00000002 ffffffffffffffff fffffffa', 2, -1, p.ZkErrorCode.unimplemented],
  ])('%s reply', (_name, hex, xid, zxid, err) => {
    const r = golden(hex, (w) => p.writeReplyHeader(w, xid, zxid, err));
    expect(p.readReplyHeader(r)).toEqual({ xid, zxid, err });
    done(r);
  });

  test('auth digest "u:p"', () => {
    const auth = fromHex('753a70');
    const r = golden('0000001d fffffffc 00000064 00000000 00000006 646967657374 00000003 753a70', (w) => {
      p.writeRequestHeader(w, p.Xid.auth, p.OpCode.auth);
      p.writeAuthPacket(w, 'digest', auth);
    });
    expect(p.readRequestHeader(r)).toEqual({ xid: p.Xid.auth, type: p.OpCode.auth });
    expect(p.readAuthPacket(r)).toEqual({ type: 0, scheme: 'digest', auth });
    done(r);
  });
});

describe('§8 golden frames, written and read: znodes', () => {
  test('create /a, EPHEMERAL_SEQUENTIAL, and its reply', () => {
    const hex =
      '00000032 00000001 00000001 00000002 2f61 00000001 78 00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65 00000003';
    const r = golden(hex, (w) => {
      p.writeRequestHeader(w, 1, p.OpCode.create);
      p.writeCreateRequest(w, '/a', fromHex('78'), p.OPEN_ACL_UNSAFE, p.CreateMode.ephemeralSequential);
    });
    p.readRequestHeader(r);
    const request = p.readCreateRequest(r);
    expect(request).toEqual({ path: '/a', data: fromHex('78'), acl: p.OPEN_ACL_UNSAFE, flags: 3, ttl: -1 });
    expect(request.acl).toBe(p.OPEN_ACL_UNSAFE);
    done(r);
    const reply = golden('00000020 00000001 0000000000000002 00000000 0000000c 2f6130303030303030303030', (w) => {
      p.writeReplyHeader(w, 1, 2, 0);
      p.writePathRecord(w, '/a0000000000');
    });
    expect(p.readReplyHeader(reply)).toEqual({ xid: 1, zxid: 2, err: 0 });
    expect(p.readPathRecord(reply)).toBe('/a0000000000');
    done(reply);
  });

  test('createTTL /t, PERSISTENT_SEQUENTIAL_WITH_TTL', () => {
    const hex =
      '00000039 00000006 00000015 00000002 2f74 00000000 00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65 00000006 00000000000003e8';
    const empty = new Uint8Array(0);
    const r = golden(hex, (w) => {
      p.writeRequestHeader(w, 6, p.OpCode.createTTL);
      p.writeCreateTTLRequest(w, '/t', empty, p.OPEN_ACL_UNSAFE, p.CreateMode.persistentSequentialWithTtl, 1000);
    });
    p.readRequestHeader(r);
    expect(p.readCreateTTLRequest(r)).toEqual({ path: '/t', data: empty, acl: p.OPEN_ACL_UNSAFE, flags: 6, ttl: 1000 });
    done(r);
  });

  test('getData /a with a watch', () => {
    const r = golden('0000000f 00000002 00000004 00000002 2f61 01', (w) => {
      p.writeRequestHeader(w, 2, p.OpCode.getData);
      p.writePathWatch(w, '/a', true);
    });
    p.readRequestHeader(r);
    expect(p.readPathWatch(r)).toEqual({ path: '/a', watch: true });
    done(r);
  });

  test('T2: exists "/" on a fresh server', () => {
    const stat = { ...p.emptyStat(), cversion: -1, numChildren: 1 };
    const r = golden(`00000054 00000003 0000000000000001 00000000 | ${ZERO_STAT}`, (w) => {
      p.writeReplyHeader(w, 3, 1, 0);
      p.writeStat(w, stat);
    });
    p.readReplyHeader(r);
    expect(p.readStat(r)).toEqual(stat);
    done(r);
  });
});

describe('§8 golden frames, written and read: multi', () => {
  test('multi {check /a v0, delete /b v-1}', () => {
    const hex =
      '00000037 00000004 0000000e | 0000000d 00 ffffffff 00000002 2f61 00000000 | 00000002 00 ffffffff 00000002 2f62 ffffffff | ffffffff 01 ffffffff';
    const r = golden(hex, (w) => {
      p.writeRequestHeader(w, 4, p.OpCode.multi);
      p.writeMultiHeader(w, p.OpCode.check, false, -1);
      p.writePathVersion(w, '/a', 0);
      p.writeMultiHeader(w, p.OpCode.delete, false, -1);
      p.writePathVersion(w, '/b', -1);
      p.writeMultiEnd(w);
    });
    p.readRequestHeader(r);
    const multi = new p.MultiRequestReader();
    expect(multi.next(r)).toBe(true);
    expect([multi.type, multi.path, multi.version]).toEqual([p.OpCode.check, '/a', 0]);
    expect(multi.next(r)).toBe(true);
    expect([multi.type, multi.path, multi.version]).toEqual([p.OpCode.delete, '/b', -1]);
    expect(multi.next(r)).toBe(false);
    done(r);
  });

  test('its success reply', () => {
    const hex =
      '0000002b 00000004 0000000000000007 00000000 | 0000000d 00 00000000 | 00000002 00 00000000 | ffffffff 01 ffffffff';
    const r = golden(hex, (w) => {
      p.writeReplyHeader(w, 4, 7, 0);
      p.writeMultiHeader(w, p.OpCode.check, false, 0);
      p.writeMultiHeader(w, p.OpCode.delete, false, 0);
      p.writeMultiEnd(w);
    });
    p.readReplyHeader(r);
    expect(p.readMultiResponse(r)).toEqual([
      { type: p.OpCode.check, err: 0 },
      { type: p.OpCode.delete, err: 0 },
    ]);
    done(r);
  });

  test('T41: three operations failing at the second', () => {
    const hex =
      '00000040 00000004 0000000000000007 00000000 | ffffffff 00 00000000 00000000 | ffffffff 00 ffffff9b ffffff9b | ffffffff 00 fffffffe fffffffe | ffffffff 01 ffffffff';
    const codes = [p.ZkErrorCode.ok, p.ZkErrorCode.noNode, p.ZkErrorCode.runtimeInconsistency];
    const r = golden(hex, (w) => {
      p.writeReplyHeader(w, 4, 7, 0);
      for (const code of codes) p.writeMultiError(w, code);
      p.writeMultiEnd(w);
    });
    p.readReplyHeader(r);
    expect(p.readMultiResponse(r)).toEqual(codes.map((err) => ({ type: -1, err })));
    done(r);
  });
});

describe('§8 golden frames, written and read: watches', () => {
  test('notification NodeCreated /a', () => {
    const r = golden('0000001e ffffffff 0000000000000003 00000000 00000001 00000003 00000002 2f61', (w) => {
      p.writeReplyHeader(w, p.Xid.notification, 3, 0);
      p.writeWatcherEvent(w, p.EventType.nodeCreated, p.KeeperState.syncConnected, '/a');
    });
    expect(p.readReplyHeader(r)).toEqual({ xid: -1, zxid: 3, err: 0 });
    expect(p.readWatcherEvent(r)).toEqual({ type: 1, state: 3, path: '/a' });
    done(r);
  });

  test('setWatches with xid -8', () => {
    const r = golden('00000022 fffffff8 00000065 0000000000000007 00000001 00000002 2f61 00000000 00000000', (w) => {
      p.writeRequestHeader(w, p.Xid.setWatches, p.OpCode.setWatches);
      p.writeSetWatches(w, 7, ['/a'], [], []);
    });
    p.readRequestHeader(r);
    expect(p.readSetWatches(r)).toEqual({
      relativeZxid: 7,
      dataWatches: ['/a'],
      existWatches: [],
      childWatches: [],
      persistentWatches: [],
      persistentRecursiveWatches: [],
    });
    done(r);
  });

  test('addWatch /a recursive, and T10: its reply has a body', () => {
    const r = golden('00000012 00000005 0000006a 00000002 2f61 00000001', (w) => {
      p.writeRequestHeader(w, 5, p.OpCode.addWatch);
      p.writeAddWatchRequest(w, '/a', p.AddWatchMode.persistentRecursive);
    });
    p.readRequestHeader(r);
    expect(p.readAddWatchRequest(r)).toEqual({ path: '/a', mode: 1 });
    done(r);
    const reply = golden('00000014 00000005 0000000000000008 00000000 00000000', (w) => {
      p.writeReplyHeader(w, 5, 8, 0);
      p.writeErrorResponse(w, 0);
    });
    p.readReplyHeader(reply);
    expect(p.readErrorResponse(reply)).toBe(0);
    done(reply);
  });
});
