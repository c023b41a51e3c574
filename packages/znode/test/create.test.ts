import { CreateMode, emptyStat, OpCode, Perms, readString, ZkErrorCode } from '@quorate/protocol';
import { digestId, makeIdentity } from '@quorate/znode';
import { describe, expect, test } from 'vitest';
import { ALICE, bytes, type CreateOptions, createBody, Harness } from './harness.js';

const CLOSED = 0x0100_0000_0000_0009n;
const NOBODY_ACL = [{ perms: Perms.all, ...digestId('some:body') }];
const READ_ONLY = [{ perms: Perms.read, scheme: 'world', id: 'anyone' }];

function tree(): Harness {
  const h = new Harness();
  h.made('/open');
  h.made('/locked', { acl: READ_ONLY });
  h.made('/eph', { flags: CreateMode.ephemeral });
  h.made('/open/there');
  return h;
}

describe('create: checks in the order of §2.3', () => {
  const cases: [string, string | null, CreateOptions, number][] = [
    ['1 flags beyond 6, before a bad session', '/a', { flags: 7, session: CLOSED }, ZkErrorCode.badArguments],
    ['1 negative flags', '/a', { flags: -1 }, ZkErrorCode.badArguments],
    ['3 TTL flags with plain create', '/a', { flags: 5 }, ZkErrorCode.badArguments],
    ['3 createTTL with ttl 0', '/a', { opcode: 21, flags: 5, ttl: 0 }, ZkErrorCode.badArguments],
    ['3 createTTL beyond 40 bits', '/a', { opcode: 21, flags: 5, ttl: 2 ** 40 }, ZkErrorCode.badArguments],
    ['3 createTTL with plain flags and a ttl', '/a', { opcode: 21, flags: 0, ttl: 5 }, ZkErrorCode.badArguments],
    ['T86 createTTL with plain flags and ttl -1', '/a', { opcode: 21, flags: 0, ttl: -1 }, ZkErrorCode.badArguments],
    ['4 session unknown, before a bad path', 'a', { session: CLOSED }, ZkErrorCode.sessionExpired],
    ['5 no slash, before a bad ACL', 'a', { acl: [] }, ZkErrorCode.badArguments],
    ['5 NUL', '/a\0', { acl: [] }, ZkErrorCode.badArguments],
    ['5 null path', null, {}, ZkErrorCode.marshallingError],
    ['6 empty ACL, before a missing parent', '/no/a', { acl: [] }, ZkErrorCode.invalidACL],
    ['6 null ACL', '/a', { acl: null }, ZkErrorCode.invalidACL],
    ['7 parent missing', '/no/a', {}, ZkErrorCode.noNode],
    ['8 no CREATE on the parent, before a bad name', '/locked/.', {}, ZkErrorCode.noAuth],
    ['9 bad name', '/open/.', {}, ZkErrorCode.badArguments],
    ['9 trailing slash', '/open/', {}, ZkErrorCode.badArguments],
    ['10 exists', '/open/there', {}, ZkErrorCode.nodeExists],
    ['10 the root exists', '/', {}, ZkErrorCode.nodeExists],
    ['11 parent is ephemeral', '/eph/a', {}, ZkErrorCode.noChildrenForEphemerals],
    ['T33 nodes under /zookeeper may be made', '/zookeeper/a', {}, 0],
  ];
  for (const [title, path, options, error] of cases) {
    test(title, () => {
      const h = tree();
      const before = h.machine.digest();
      expect(h.create(path, options).error).toBe(error);
      expect(h.machine.lastApplied).toBe(h.zxid);
      if (error !== 0) expect(h.machine.digest()).toBe(before);
    });
  }

  test('2 TTL flags without extendedTypes are Unimplemented, on every op code (T37)', () => {
    const h = new Harness({ extendedTypes: false });
    expect(h.create('/a', { opcode: OpCode.createTTL, flags: 5, ttl: 5 }).error).toBe(ZkErrorCode.unimplemented);
    expect(h.create('/a', { flags: 6 }).error).toBe(ZkErrorCode.unimplemented);
  });

  test('10 before 11: an existing node is NodeExists even where no child could be (T29)', () => {
    const h = new Harness();
    h.made('/p', { flags: CreateMode.ephemeral });
    h.prepare(OpCode.create, createBody('/p/a'));
    expect(h.applyNext().error).toBe(ZkErrorCode.noChildrenForEphemerals);
    expect(h.create('/p').error).toBe(ZkErrorCode.nodeExists);
  });

  test('T34 a failed create consumes a zxid and is an error txn', () => {
    const h = new Harness();
    const txn = h.prepare(OpCode.create, createBody('/no/a'));
    expect(txn.length).toBe(36);
    expect(new DataView(txn.buffer, txn.byteOffset).getInt32(28)).toBe(OpCode.error);
    expect(h.applyNext().error).toBe(ZkErrorCode.noNode);
    expect(h.machine.lastApplied).toBe(h.zxid);
  });

  test('an undecodable request is MarshallingError and leaves no trace', () => {
    const h = new Harness();
    const before = h.machine.digest();
    const whole = createBody('/a');
    for (let cut = 0; cut < whole.length; cut++) {
      expect(h.run(OpCode.create, whole.subarray(0, cut)).error).toBe(ZkErrorCode.marshallingError);
    }
    expect(h.machine.digest()).toBe(before);
    expect(h.create('/a').error).toBe(0);
  });
});

describe('create: effects', () => {
  test('§2.4 the new node and its parent', () => {
    const h = new Harness();
    h.made('/p');
    const before = h.stat('/p')!;
    const { path, stat } = h.create2('/p/a', { data: bytes('hello') });
    expect(path).toBe('/p/a');
    expect(stat).toEqual({
      ...emptyStat(),
      czxid: h.zxid,
      mzxid: h.zxid,
      pzxid: h.zxid,
      ctime: h.time,
      mtime: h.time,
      dataLength: 5,
    });
    expect(h.stat('/p/a')).toEqual(stat);
    expect(h.stat('/p')).toEqual({ ...before, cversion: 1, numChildren: 1, pzxid: h.zxid });
  });

  test('T1 wire cversion grows by one with each create and each delete of a child', () => {
    const h = new Harness();
    h.made('/p');
    const seen: number[] = [];
    h.made('/p/a');
    seen.push(h.stat('/p')!.cversion);
    h.made('/p/b');
    seen.push(h.stat('/p')!.cversion);
    h.delete('/p/a');
    seen.push(h.stat('/p')!.cversion);
    h.made('/p/a');
    seen.push(h.stat('/p')!.cversion);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  test('T2 a fresh database', () => {
    const h = new Harness({}, []);
    expect(h.stat('/')).toEqual({ ...emptyStat(), cversion: -1, numChildren: 1 });
    expect(h.stat('')).toEqual(h.stat('/'));
    expect(h.stat('/zookeeper')).toEqual({ ...emptyStat(), cversion: -2, numChildren: 2 });
    expect(h.stat('/zookeeper/config')).toEqual({ ...emptyStat(), aversion: -1 });
    expect(h.stat('/zookeeper/quota')).toEqual(emptyStat());
    expect(h.getData('/zookeeper/config')!.data).toBe('');
    expect(h.getAcl('/zookeeper/config').acl).toEqual(READ_ONLY);
    expect(h.machine.nodeCount).toBe(5);
    expect(h.machine.approximateDataSize).toBe(44);
    expect(h.machine.lastApplied).toBe(0);
  });

  test('the configuration of this server is in /zookeeper/config, version -1, and not in the digest', () => {
    const h = new Harness({ configData: bytes('server.1=a:1:2:participant\nversion=0') }, []);
    expect(h.getData('/zookeeper/config')!.data).toBe('server.1=a:1:2:participant\nversion=0');
    expect(h.stat('/zookeeper/config')!.version).toBe(-1);
    expect(h.machine.digest()).toBe(new Harness({}, []).machine.digest());
  });

  test('T3 ephemeralOwner is the session id, with its sign', () => {
    const h = new Harness();
    h.made('/e', { flags: CreateMode.ephemeral });
    expect(h.stat('/e')!.ephemeralOwner).toBe(ALICE);
    expect(h.machine.ephemeralCount).toBe(1);
  });

  test('T4 null data and empty data are kept apart', () => {
    const h = new Harness();
    h.made('/null', { data: null });
    h.made('/empty', { data: new Uint8Array(0) });
    expect(h.getData('/null')).toMatchObject({ data: null, stat: { dataLength: 0 } });
    expect(h.getData('/empty')).toMatchObject({ data: '', stat: { dataLength: 0 } });
    h.setData('/empty', null);
    expect(h.getData('/empty')!.data).toBeNull();
  });

  test('T38 container flags in a plain create make a persistent node', () => {
    const h = new Harness();
    h.made('/c', { flags: CreateMode.container });
    h.made('/c/a');
    h.delete('/c/a');
    expect(h.machine.sweep(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
  });

  test('create answers with the path alone, the other op codes with path and Stat (T8)', () => {
    const h = new Harness();
    expect(h.create('/a').body.remaining).toBe(6);
    expect(h.create('/b', { opcode: OpCode.create2 }).body.remaining).toBe(6 + 68);
    expect(h.create('/c', { opcode: OpCode.createContainer, flags: 4 }).body.remaining).toBe(6 + 68);
    expect(h.create('/d', { opcode: OpCode.createTTL, flags: 5, ttl: 9 }).body.remaining).toBe(6 + 68);
  });

  test('paths beyond ASCII work as any other', () => {
    const h = new Harness();
    expect(h.made('/ä')).toBe('/ä');
    expect(h.made('/ä/ß€')).toBe('/ä/ß€');
    expect(h.children('/ä')).toEqual(['ß€']);
    h.setData('/ä/ß€', bytes('new'));
    expect(h.getData('/ä/ß€')!.data).toBe('new');
    expect(h.create('/ä').error).toBe(ZkErrorCode.nodeExists);
    expect(h.delete('/ä/ß€')).toBe(0);
    expect(h.create('/\ud83d\ude00').error).toBe(ZkErrorCode.badArguments);
  });

  test('ACL of the node: auth expands to the digest ids of the connection', () => {
    const h = new Harness();
    const identity = makeIdentity([{ scheme: 'ip', id: '10.0.0.1' }, digestId('user:password')]);
    h.made('/a', { acl: [{ perms: 31, scheme: 'auth', id: '' }], identity });
    expect(h.getAcl('/a', identity).acl).toEqual([
      { perms: 31, scheme: 'digest', id: 'user:tpUq/4Pn5A64fVZyQ0gOJ8ZWqkY=' },
    ]);
    expect(h.create('/b', { acl: [{ perms: 31, scheme: 'auth', id: '' }] }).error).toBe(ZkErrorCode.invalidACL);
  });
});

describe('sequential names (§2.5)', () => {
  test('T28 every create under the parent advances the counter, deletes and failures do not', () => {
    const h = new Harness();
    h.made('/p');
    const sequential = { flags: CreateMode.persistentSequential };
    expect(h.made('/p/a', sequential)).toBe('/p/a0000000000');
    h.made('/p/plain');
    expect(h.create('/p/plain').error).toBe(ZkErrorCode.nodeExists);
    expect(h.made('/p/b', { flags: CreateMode.ephemeralSequential })).toBe('/p/b0000000002');
    h.delete('/p/plain');
    expect(h.made('/p/', sequential)).toBe('/p/0000000003');
  });

  test('the first one under the root of a fresh server is 0, and a new parent begins again', () => {
    const h = new Harness();
    expect(h.made('/s', { flags: CreateMode.persistentSequential })).toBe('/s0000000000');
    h.made('/p');
    h.made('/p/x');
    h.delete('/p/x');
    h.delete('/p');
    h.made('/p');
    expect(h.made('/p/n', { flags: CreateMode.persistentSequential })).toBe('/p/n0000000000');
  });

  test('creates that are only proposed count too', () => {
    const h = new Harness();
    for (let i = 0; i < 3; i++) h.prepare(OpCode.create, createBody('/s', { flags: 2 }));
    const names = h.pending.slice().map(() => readString(h.applyNext().body));
    expect(names).toEqual(['/s0000000000', '/s0000000001', '/s0000000002']);
  });

  test('ephemeral sequential nodes go with their session', () => {
    const h = new Harness();
    h.made('/s', { flags: CreateMode.ephemeralSequential });
    h.closeSession(ALICE);
    expect(h.children('/')).toEqual(['zookeeper']);
  });

  test('sequential with a NoAuth parent does not burn a number', () => {
    const h = new Harness();
    h.made('/p', { acl: [...READ_ONLY, ...NOBODY_ACL] });
    expect(h.create('/p/a', { flags: 2 }).error).toBe(ZkErrorCode.noAuth);
    expect(h.stat('/p')!.cversion).toBe(0);
  });
});
