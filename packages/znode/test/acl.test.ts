import { createHash } from 'node:crypto';
import { ByteReader } from '@quorate/interfaces';
import {
  type Acl,
  OPEN_ACL_UNSAFE,
  OpCode,
  Perms,
  readIdVector,
  readWhoAmIResponse,
  ZkErrorCode,
} from '@quorate/protocol';
import { AclPolicy, digestId, makeIdentity, saslScheme, standardAclSchemes, withId } from '@quorate/znode';
import { describe, expect, test } from 'vitest';
import { bytes, Harness, LOCAL, RecordingWatcher } from './harness.js';

const policy = new AclPolicy();

function acl(perms: number, scheme: string, id: string): Acl {
  return { perms, scheme, id };
}

function fixup(list: readonly Acl[] | null, ids = LOCAL.ids, with_ = policy) {
  return with_.fixup(list, () => ids);
}

describe('digest ids (§8)', () => {
  test('vectors', () => {
    expect(digestId('super:test').id).toBe('super:D/InIHSb7yEEbrWz8b9l71RjZJU=');
    expect(digestId('user:password').id).toBe('user:tpUq/4Pn5A64fVZyQ0gOJ8ZWqkY=');
    expect(digestId('super:admin').id).toBe('super:xQJmxLMiHGwaqBvst5y6rkB6HQs=');
    expect(digestId(bytes('super:admin'))).toEqual(digestId('super:admin'));
  });

  test('T66 any bytes yield one; SHA-1 is right at every length around its blocks', () => {
    for (let length = 0; length < 140; length++) {
      const text = 'x'.repeat(length);
      const sha1 = createHash('sha1').update(text).digest('base64');
      expect(digestId(text).id).toBe(`${text}:${sha1}`);
    }
    expect(digestId('a:b:c').id.startsWith('a:')).toBe(true);
    expect(digestId(new Uint8Array([0xff, 0x3a, 0x80])).id.startsWith('\ufffd:')).toBe(true);
  });
});

describe('identities', () => {
  test('encoded is vector<Id>; an id is added once', () => {
    const identity = withId(LOCAL, digestId('u:p'));
    expect(readIdVector(new ByteReader(identity.encoded))).toEqual(identity.ids);
    expect(withId(identity, digestId('u:p'))).toBe(identity);
  });
});

describe('fixupACL (§1.11)', () => {
  const invalid: [string, readonly Acl[] | null][] = [
    ['null', null],
    ['empty', []],
    ['world but not anyone', [acl(1, 'world', 'me')]],
    ['unknown scheme', [acl(1, 'nobody', 'x')]],
    ['null scheme', [acl(1, '', '')]],
    ['super is for no ACL', [acl(1, 'super', '')]],
    ['sasl without a provider', [acl(1, 'sasl', 'me')]],
    ['digest without password', [acl(1, 'digest', 'user:')]],
    ['digest of three parts', [acl(1, 'digest', 'a:b:c')]],
    ['digest of one part', [acl(1, 'digest', 'user')]],
    ['ip out of range', [acl(1, 'ip', '1.2.3.256')]],
    ['ip with too many bits', [acl(1, 'ip', '1.2.3.4/33')]],
    ['T65 auth without an authenticated id', [acl(1, 'auth', '')]],
    ['one bad among good ones', [acl(1, 'world', 'anyone'), acl(1, 'ip', 'x')]],
  ];
  for (const [title, list] of invalid) test(`InvalidACL: ${title}`, () => expect(fixup(list)).toBeUndefined());

  test('valid ones are kept in order, duplicates gone', () => {
    const list = [acl(1, 'digest', ':x'), acl(2, 'ip', '10.0.0.0/8'), acl(1, 'digest', ':x'), acl(1, 'ip', '::1')];
    expect(fixup(list)).toEqual([list[0], list[1], list[3]]);
    expect(fixup(OPEN_ACL_UNSAFE)).toBe(OPEN_ACL_UNSAFE);
  });

  test('T65 auth expands to all authenticated ids, never to ip', () => {
    const ids = [...LOCAL.ids, digestId('a:1'), { scheme: 'super', id: '' }, digestId('b:2')];
    expect(fixup([acl(5, 'auth', 'ignored')], ids)).toEqual([
      { perms: 5, ...digestId('a:1') },
      { perms: 5, ...digestId('b:2') },
    ]);
  });

  test('schemes may be added', () => {
    const more = new AclPolicy({ schemes: [...standardAclSchemes, saslScheme] });
    expect(fixup([acl(1, 'sasl', 'me')], [], more)).toEqual([acl(1, 'sasl', 'me')]);
    expect(more.allows([acl(1, 'sasl', 'me')], 1, [{ scheme: 'sasl', id: 'me' }])).toBe(true);
    expect(more.allows([acl(1, 'sasl', 'me')], 1, [{ scheme: 'sasl', id: 'you' }])).toBe(false);
  });
});

describe('checkACL (§1.11)', () => {
  const user = digestId('user:password');
  const ip = (id: string) => [{ scheme: 'ip', id }];
  const cases: [string, readonly Acl[], number, readonly { scheme: string; id: string }[], boolean][] = [
    ['an empty list allows', [], Perms.admin, [], true],
    ['world:anyone with the bit', [acl(1, 'world', 'anyone')], Perms.read, [], true],
    ['world:anyone without it', [acl(1, 'world', 'anyone')], Perms.write, [], false],
    ['any of several bits', [acl(16, 'world', 'anyone')], Perms.read | Perms.admin, [], true],
    ['digest equal', [{ perms: 31, ...user }], Perms.read, [user], true],
    ['digest other', [{ perms: 31, ...user }], Perms.read, [digestId('user:wrong')], false],
    ['super', [acl(0, 'world', 'anyone')], Perms.admin, [{ scheme: 'super', id: '' }], true],
    ['ip equal', [acl(1, 'ip', '10.1.2.3')], 1, ip('10.1.2.3'), true],
    ['ip in range', [acl(1, 'ip', '10.1.0.0/15')], 1, ip('10.0.255.3'), true],
    ['ip out of range', [acl(1, 'ip', '10.1.0.0/16')], 1, ip('10.2.0.0'), false],
    ['ip /0 is everyone of the family', [acl(1, 'ip', '0.0.0.0/0')], 1, ip('9.9.9.9'), true],
    ['T69 both spellings of an IPv6 address', [acl(1, 'ip', '::1')], 1, ip('0:0:0:0:0:0:0:1'), true],
    ['IPv6 range', [acl(1, 'ip', 'fe80::/10')], 1, ip('FEBF::1'), true],
    ['families must match', [acl(1, 'ip', '::/0')], 1, ip('1.2.3.4'), false],
    ['an address that is none', [acl(1, 'ip', '::/0')], 1, ip('1:2'), false],
    ['a scheme without provider', [acl(1, 'x', 'y')], 1, [{ scheme: 'x', id: 'y' }], false],
  ];
  for (const [title, list, perms, ids, allowed] of cases) {
    test(title, () => expect(policy.allows(list, perms, ids)).toBe(allowed));
  }

  test('skipAcl allows all; superDigest is a super user', () => {
    const locked = [acl(0, 'world', 'anyone')];
    expect(new AclPolicy({ skipAcl: true }).allows(locked, 31, [])).toBe(true);
    const superDigest = 'super:D/InIHSb7yEEbrWz8b9l71RjZJU=';
    expect(new AclPolicy({ superDigest }).allows(locked, 31, [digestId('super:test')])).toBe(true);
    expect(new AclPolicy({ superDigest }).allows(locked, 31, [digestId('super:no')])).toBe(false);
  });
});

describe('ACLs in requests', () => {
  const alice = makeIdentity([digestId('alice:1')]);
  const reader = makeIdentity([digestId('reader:1')]);
  const list = [
    { perms: Perms.all, ...digestId('alice:1') },
    { perms: Perms.read, ...digestId('reader:1') },
    { perms: Perms.write, scheme: 'ip', id: '127.0.0.1' },
  ];

  function secret(): Harness {
    const h = new Harness();
    h.made('/s', { acl: list, identity: alice });
    return h;
  }

  test('reads need READ, and are NoNode before NoAuth', () => {
    const h = secret();
    const stranger = new RecordingWatcher(makeIdentity([]));
    for (const op of [OpCode.getData, OpCode.exists, OpCode.getChildren, OpCode.getChildren2]) {
      expect(h.pathRead(op, '/s', true, stranger).error).toBe(ZkErrorCode.noAuth);
      expect(h.pathRead(op, '/no', false, stranger).error).toBe(ZkErrorCode.noNode);
      expect(h.pathRead(op, '/s', false, new RecordingWatcher(reader)).error).toBe(0);
    }
    expect(h.machine.watches.size).toBe(0);
  });

  test('T67 getACL: READ or ADMIN; digests masked without ADMIN', () => {
    const h = secret();
    expect(h.getAcl('/s').error).toBe(ZkErrorCode.noAuth);
    expect(h.getAcl('/s', alice).acl).toEqual(list);
    expect(h.getAcl('/s', reader).acl.map((entry) => entry.id)).toEqual(['alice:x', 'reader:x', '127.0.0.1']);
  });

  test('the ids of each request count, one after the other', () => {
    const h = secret();
    for (const [identity, error] of [
      [LOCAL, 0],
      [reader, -102],
      [alice, 0],
      [LOCAL, 0],
      [reader, -102],
    ] as const) {
      expect(h.setData('/s', bytes('1'), -1, identity).error).toBe(error);
    }
  });

  test('ACLs that fall out of use are forgotten, and those in use are not', () => {
    const h = new Harness();
    for (let i = 0; i < 50; i++) {
      h.made(`/n${i}`, { acl: [acl(31, 'ip', `10.0.0.${i}`)] });
      if (i % 2 === 0)
        h.setAcl(`/n${i}`, [acl(31, 'ip', '10.0.0.0/8')], 0, makeIdentity([{ scheme: 'ip', id: `10.0.0.${i}` }]));
    }
    for (let i = 0; i < 50; i++) {
      const seen = h.getAcl(`/n${i}`, makeIdentity([{ scheme: 'ip', id: `10.0.0.${i}` }]));
      expect(seen.acl).toEqual([acl(31, 'ip', i % 2 === 0 ? '10.0.0.0/8' : `10.0.0.${i}`)]);
    }
  });

  test('whoAmI shows every id, digests without their hash', () => {
    const h = new Harness();
    const identity = makeIdentity([...LOCAL.ids, digestId('user:password'), { scheme: 'super', id: '' }]);
    const outcome = h.read(OpCode.whoAmI, new Uint8Array(0), new RecordingWatcher(identity));
    expect(readWhoAmIResponse(outcome.body)).toEqual([
      { authScheme: 'ip', user: '127.0.0.1' },
      { authScheme: 'digest', user: 'user' },
      { authScheme: 'super', user: '' },
    ]);
  });
});
