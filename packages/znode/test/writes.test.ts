import { ByteReader } from '@quorate/interfaces';
import { OpCode, Perms, readStat, ZkErrorCode } from '@quorate/protocol';
import { digestId, isWriteOperation, makeIdentity } from '@quorate/znode';
import { describe, expect, test } from 'vitest';
import { ALICE, body, bytes, Harness } from './harness.js';

const CLOSED = 0x0100_0000_0000_0009n;
const USER = makeIdentity([digestId('user:password')]);
const USER_ACL = [{ perms: Perms.all, ...digestId('user:password') }];
const READ_ONLY = [{ perms: Perms.read, scheme: 'world', id: 'anyone' }];

function tree(): Harness {
  const h = new Harness();
  h.made('/a');
  h.made('/a/b');
  h.made('/mine', { acl: USER_ACL, identity: USER });
  h.made('/mine/x', { identity: USER });
  h.made('/ro', { acl: READ_ONLY });
  return h;
}

describe('delete: checks in the order of §2.3', () => {
  const cases: [string, string | null, number, number][] = [
    ['no slash', 'a', -1, ZkErrorCode.badArguments],
    ['NUL', '/a\0', -1, ZkErrorCode.badArguments],
    ['null path', null, -1, ZkErrorCode.marshallingError],
    ['T33 the root', '/', -1, ZkErrorCode.badArguments],
    ['T33 /zookeeper', '/zookeeper', -1, ZkErrorCode.badArguments],
    ['T33 /zookeeper/quota', '/zookeeper/quota', -1, ZkErrorCode.badArguments],
    ['T33 /zookeeper/config', '/zookeeper/config', -1, ZkErrorCode.badArguments],
    ['parent missing', '/no/a', -1, ZkErrorCode.noNode],
    ['T30 no DELETE on the parent, though the node is missing', '/mine/no', -1, ZkErrorCode.noAuth],
    ['node missing', '/no', -1, ZkErrorCode.noNode],
    ['version, before children', '/a', 5, ZkErrorCode.badVersion],
    ['children', '/a', 0, ZkErrorCode.notEmpty],
    ['T30 no permission on the node itself is needed', '/ro', 0, 0],
    ['T35 version -1 fits any', '/a/b', -1, 0],
  ];
  for (const [title, path, version, error] of cases) {
    test(title, () => {
      const h = tree();
      const before = h.machine.digest();
      expect(h.delete(path, version)).toBe(error);
      if (error !== 0) expect(h.machine.digest()).toBe(before);
      else expect(h.stat(path!)).toBeUndefined();
    });
  }

  test('a session that is unknown, before everything', () => {
    expect(tree().delete('/', -1, CLOSED)).toBe(ZkErrorCode.sessionExpired);
  });

  test('T32 the parent: pzxid and wire cversion move, mzxid, mtime and version do not', () => {
    const h = tree();
    const before = h.stat('/a')!;
    h.delete('/a/b');
    expect(h.stat('/a')).toEqual({ ...before, cversion: before.cversion + 1, numChildren: 0, pzxid: h.zxid });
  });
});

describe('setData', () => {
  const cases: [string, string | null, number, number][] = [
    ['null path is BadArguments', null, -1, ZkErrorCode.badArguments],
    ['bad path', '/a/', -1, ZkErrorCode.badArguments],
    ['missing', '/no', -1, ZkErrorCode.noNode],
    ['WRITE on the node, before the version', '/ro', 7, ZkErrorCode.noAuth],
    ['version', '/a', 7, ZkErrorCode.badVersion],
    ['allowed on the root', '/', 0, 0],
  ];
  for (const [title, path, version, error] of cases) {
    test(title, () => expect(tree().setData(path, bytes('new'), version).error).toBe(error));
  }

  test('§2.4 version, mzxid and mtime move, and the Stat is answered', () => {
    const h = tree();
    const before = h.stat('/a')!;
    const outcome = h.setData('/a', bytes('longer data'), 0);
    const after = { ...before, version: 1, mzxid: h.zxid, mtime: h.time, dataLength: 11 };
    expect(readStat(outcome.body)).toEqual(after);
    expect(h.getData('/a')).toEqual({ data: 'longer data', stat: after });
  });

  test('data of any length is kept', () => {
    const h = tree();
    for (const length of [0, 1, 15, 16, 17, 64, 65, 128, 129, 1000, 32_768, 32_769, 300_000, 5]) {
      const data = new Uint8Array(length).map((_, i) => (i * 31 + length) & 0x7f);
      h.setData('/a', data);
      const outcome = h.pathRead(OpCode.getData, '/a');
      expect(outcome.body.i32()).toBe(length);
      const read = outcome.body.raw(length);
      expect(read.every((byte, i) => byte === data[i])).toBe(true);
    }
    h.delete('/a/b');
    h.delete('/a');
    expect(h.machine.approximateDataSize).toBe(44 + 5 + 7 + 3 + 3);
  });

  test('proposed versions are compared, not applied ones', () => {
    const h = tree();
    const set = (version: number) =>
      h.prepare(
        OpCode.setData,
        body((w) => {
          w.i32(2);
          w.raw(bytes('/a'));
          w.i32(-1);
          w.i32(version);
        }),
      );
    set(0);
    set(0);
    set(1);
    expect(h.pending.slice().map(() => h.applyNext().error)).toEqual([0, ZkErrorCode.badVersion, 0]);
    expect(h.stat('/a')!.version).toBe(2);
  });
});

describe('setACL', () => {
  const cases: [string, string, number, number][] = [
    ['bad path', '/a/', -1, ZkErrorCode.badArguments],
    ['missing', '/no', -1, ZkErrorCode.noNode],
    ['ADMIN on the node, before the version', '/ro', 7, ZkErrorCode.noAuth],
    ['T31 version is compared with aversion', '/a', 1, ZkErrorCode.badVersion],
    ['fine', '/a', 0, 0],
  ];
  for (const [title, path, version, error] of cases) {
    test(title, () => expect(tree().setAcl(path, READ_ONLY, version).error).toBe(error));
  }

  test('a bad ACL comes before a missing node', () => {
    expect(tree().setAcl('/no', []).error).toBe(ZkErrorCode.invalidACL);
  });

  test('T31 only aversion moves', () => {
    const h = tree();
    h.setData('/a', bytes('1'));
    const before = h.stat('/a')!;
    const outcome = h.setAcl('/a', READ_ONLY);
    expect(readStat(outcome.body)).toEqual({ ...before, aversion: 1 });
    expect(h.setData('/a', bytes('2')).error).toBe(ZkErrorCode.noAuth);
  });

  test('a proposed ACL holds for what is proposed after it', () => {
    const h = tree();
    h.prepare(
      OpCode.setACL,
      body((w) => {
        w.i32(2);
        w.raw(bytes('/a'));
        w.i32(1);
        w.i32(Perms.read);
        w.i32(5);
        w.raw(bytes('world'));
        w.i32(6);
        w.raw(bytes('anyone'));
        w.i32(-1);
      }),
    );
    h.prepare(
      OpCode.delete,
      body((w) => {
        w.i32(4);
        w.raw(bytes('/a/b'));
        w.i32(-1);
      }),
    );
    expect([h.applyNext().error, h.applyNext().error]).toEqual([0, ZkErrorCode.noAuth]);
  });
});

describe('other requests', () => {
  test('reconfig is refused as where it is not enabled', () => {
    expect(tree().run(OpCode.reconfig, new Uint8Array(0)).error).toBe(ZkErrorCode.reconfigDisabled);
  });

  test('T46 check alone is no operation', () => {
    expect(isWriteOperation(OpCode.check)).toBe(false);
    expect(tree().run(OpCode.check, new Uint8Array(0)).error).toBe(ZkErrorCode.unimplemented);
  });

  test('writes are told from reads', () => {
    for (const op of [1, 2, 5, 7, 14, 15, 16, 19, 20, 21, -10, -11]) expect(isWriteOperation(op)).toBe(true);
    for (const op of [0, 3, 4, 6, 8, 9, 11, 12, 17, 18, 22, 100, 101, 105, 106, 107]) {
      expect(isWriteOperation(op)).toBe(false);
    }
  });

  test('a txn of an unknown type halts the server', () => {
    const h = tree();
    const txn = h.prepare(
      OpCode.delete,
      body((w) => w.i32(-1)),
    );
    const bad = txn.slice();
    new DataView(bad.buffer).setInt32(28, 99);
    expect(() => h.machine.apply(h.pending[0]!.zxid, new ByteReader(bad))).toThrow(/type 99/);
  });

  test('session 0 may do nothing but sweep', () => {
    expect(tree().delete('/a/b', -1, 0n)).toBe(ZkErrorCode.sessionExpired);
    expect(tree().delete('/a/b', -1, ALICE)).toBe(0);
  });
});
