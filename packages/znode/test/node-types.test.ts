import { CreateMode, OpCode, ZkErrorCode } from '@quorate/protocol';
import {
  containerType,
  makeStandardNodeTypes,
  type NodeType,
  persistent,
  sequential,
  standardNodeTypes,
  TXN_CREATE_TYPED,
  znodeStateMachine,
} from '@quorate/znode';
import { describe, expect, test } from 'vitest';
import { ALICE, BOB, bytes, createBody, Harness } from './harness.js';

const CONTAINER = { opcode: OpCode.createContainer, flags: CreateMode.container };

function ttl(ms: number) {
  return { opcode: OpCode.createTTL, flags: CreateMode.persistentWithTtl, ttl: ms };
}

describe('containers (§2.6)', () => {
  test('T3 ephemeralOwner is not shown', () => {
    const h = new Harness();
    h.create('/c', CONTAINER);
    expect(h.stat('/c')!.ephemeralOwner).toBe(0n);
  });

  test('createContainer makes a container whatever the flags say, sequential ones too', () => {
    const h = new Harness();
    for (const flags of [0, 1, 4]) expect(h.create(`/c${flags}`, { ...CONTAINER, flags }).error).toBe(0);
    for (const flags of [2, 3]) expect(h.create('/s', { ...CONTAINER, flags }).error).toBe(0);
    expect(h.children('/').filter((name) => name.startsWith('s'))).toEqual(['s0000000003', 's0000000004']);
    h.closeSession(ALICE);
    expect(h.machine.sweep(h.time + 300_001, 10).length).toBe(5);
    for (const flags of [5, 6]) expect(h.create('/t', { ...CONTAINER, flags }).error).toBe(-8);
  });

  test('may be swept once its last child is gone, not before', () => {
    const h = new Harness();
    h.create('/c', CONTAINER);
    h.made('/c/a');
    expect(h.machine.sweep(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
    expect(h.sweep('/c')).toBe(ZkErrorCode.notEmpty);
    h.delete('/c/a');
    expect(h.machine.sweep(h.time, 10)).toEqual(['/c']);
    expect(h.sweep('/c')).toBe(0);
    expect(h.stat('/c')).toBeUndefined();
    expect(h.machine.sweep(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
  });

  test('T36 one that was never used: after five minutes, or as the option says', () => {
    const h = new Harness();
    h.create('/c', CONTAINER);
    expect(h.machine.sweep(h.time + 300_000, 10)).toEqual([]);
    expect(h.sweep('/c')).toBe(ZkErrorCode.badVersion);
    expect(h.machine.sweep(h.time + 300_001, 10)).toEqual(['/c']);
    const never = new Harness({ nodeTypes: makeStandardNodeTypes({ maxNeverUsedMs: 0 }) });
    never.create('/c', CONTAINER);
    expect(never.machine.sweep(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
    expect(containerType({ maxNeverUsedMs: 5 }).name).toBe('container');
  });

  test('one that is due is given again by the next call, until it is gone', () => {
    const h = new Harness();
    for (const path of ['/a', '/b', '/c']) h.create(path, CONTAINER);
    const later = h.time + 400_000;
    expect(h.machine.sweep(later, 2)).toEqual(['/a', '/b']);
    expect(h.machine.sweep(later, 2)).toEqual(['/c']);
    expect(h.machine.sweep(later, 2)).toEqual([]);
    expect(h.machine.sweep(later + 1, 9).sort()).toEqual(['/a', '/b', '/c']);
  });
});

describe('TTL nodes (§2.6)', () => {
  test('T37 swept when unmodified for longer than the ttl; setData refreshes', () => {
    const h = new Harness();
    h.create('/t', ttl(100));
    expect(h.stat('/t')!.ephemeralOwner).toBe(0n);
    expect(h.machine.sweep(h.time + 100, 10)).toEqual([]);
    h.time += 90;
    h.setData('/t', bytes('again'));
    expect(h.machine.sweep(h.time + 100, 10)).toEqual([]);
    expect(h.sweep('/t')).toBe(ZkErrorCode.badVersion);
    expect(h.machine.sweep(h.time + 101, 10)).toEqual(['/t']);
    h.time += 200;
    expect(h.sweep('/t')).toBe(0);
  });

  test('children keep it, and their end does not refresh it', () => {
    const h = new Harness();
    h.create('/t', ttl(10));
    h.made('/t/a');
    h.time += 1000;
    expect(h.machine.sweep(h.time, 10)).toEqual([]);
    h.delete('/t/a');
    expect(h.machine.sweep(h.time, 10)).toEqual(['/t']);
  });

  test('the whole range of 40 bits, and sequential names', () => {
    const h = new Harness();
    const longest = 2 ** 40 - 1;
    expect(h.create('/t', ttl(longest)).error).toBe(0);
    expect(h.machine.sweep(h.time + longest, 10)).toEqual([]);
    expect(h.machine.sweep(h.time + longest + 1, 10)).toEqual(['/t']);
    expect(h.create('/s', { ...ttl(5), flags: 6 }).error).toBe(0);
    expect(h.children('/')).toContain('s0000000001');
  });

  test('many creates and deletes leave no trace in the index of candidates', () => {
    const h = new Harness();
    for (let i = 0; i < 3000; i++) {
      h.create('/t', ttl(1e9));
      h.delete('/t');
    }
    h.create('/u', ttl(1));
    h.made('/v');
    expect(h.machine.sweep(Number.MAX_SAFE_INTEGER, 10)).toEqual(['/u']);
  });

  test('deleteContainer: no session, but the type is asked; BadVersion for what is never swept', () => {
    const h = new Harness();
    h.made('/p');
    h.made('/e', { flags: CreateMode.ephemeral });
    expect(h.sweep('/p')).toBe(ZkErrorCode.badVersion);
    expect(h.sweep('/e')).toBe(ZkErrorCode.badVersion);
    expect(h.sweep('/no')).toBe(ZkErrorCode.noNode);
    expect(h.sweep('/')).toBe(ZkErrorCode.badArguments);
  });
});

/** Held by one session at a time for as long as its data says nothing else; sessions of others may not write to it. */
const lease: NodeType = {
  name: 'lease',
  selectedBy: [{ flags: [7] }],
  allowsChildren: false,
  sessionBound: false,
  showsOwner: true,
  validate: (create) => (create.dataLength > 3 ? ZkErrorCode.badArguments : 0),
  owner(create, bits) {
    bits.hi = create.clientHi;
    bits.lo = create.clientLo;
  },
  acceptData: (node, write) =>
    node.ownerHi === write.clientHi && node.ownerLo === write.clientLo ? 0 : ZkErrorCode.noAuth,
  sweepAt: (node) => node.mtime + 5000,
};

const queue: NodeType = {
  name: 'queue',
  selectedBy: [],
  allowsChildren: true,
  sessionBound: false,
  showsOwner: false,
  acceptChild: (parent) => (parent.childCount < 2 ? 0 : ZkErrorCode.quotaExceeded),
};

const OPTIONS = {
  nodeTypes: [...standardNodeTypes, queue, lease, sequential(lease, [{ flags: [8] }])],
  childTypes: { '/leases': 'lease', '/queues': 'queue' },
};

describe('node types of others', () => {
  test('a flag of its own selects it; its txn is ours; unregistered flags stay BadArguments', () => {
    const h = new Harness(OPTIONS);
    const txn = h.prepare(OpCode.create2, createBody('/l', { flags: 7 }));
    expect(new DataView(txn.buffer, txn.byteOffset).getInt32(28)).toBe(TXN_CREATE_TYPED);
    expect(h.applyNext().error).toBe(0);
    expect(h.stat('/l')!.ephemeralOwner).toBe(ALICE);
    expect(h.made('/l', { flags: 8 })).toBe('/l0000000001');
    expect(h.create('/m', { flags: 9 }).error).toBe(ZkErrorCode.badArguments);
    expect(h.create('/m', { flags: 7, data: bytes('long') }).error).toBe(ZkErrorCode.badArguments);
    expect(h.create('/l/a').error).toBe(ZkErrorCode.noChildrenForEphemerals);
  });

  test('a parent may give its children a type, so that plain clients can use it', () => {
    const h = new Harness(OPTIONS);
    h.made('/leases');
    expect(h.create('/leases/a', { data: bytes('l') }).body.remaining).toBe(4 + 9);
    expect(h.made('/leases/s', { flags: 2 })).toBe('/leases/s0000000001');
    expect(h.stat('/leases/a')!.ephemeralOwner).toBe(ALICE);
    h.made('/leases/e', { flags: 1 });
    h.made('/leases/e2', { flags: 1, session: BOB });
    h.closeSession(ALICE);
    expect(h.children('/leases')).toEqual(['a', 's0000000001', 'e2']);
    expect(h.machine.sweep(h.time + 5000, 10)).toEqual(['/leases/a', '/leases/s0000000001']);
  });

  test('it may refuse data and children', () => {
    const h = new Harness(OPTIONS);
    h.made('/l', { flags: 7, session: BOB });
    expect(h.setData('/l', bytes('x')).error).toBe(ZkErrorCode.noAuth);
    h.made('/queues');
    h.made('/queues/q');
    for (const name of ['a', 'b', 'c']) h.prepare(OpCode.create, createBody(`/queues/q/${name}`));
    expect(h.pending.slice().map(() => h.applyNext().error)).toEqual([0, 0, ZkErrorCode.quotaExceeded]);
  });

  test('it survives a snapshot, and a server without it refuses the snapshot', () => {
    const h = new Harness(OPTIONS);
    h.made('/l', { flags: 7 });
    const clone = h.clone();
    expect(clone.digest()).toBe(h.machine.digest());
    expect(clone.sweep(h.time + 5000, 10)).toEqual(['/l']);
    const stock = znodeStateMachine();
    const cut = h.machine.snapshot();
    const restore = stock.restore(cut.zxid);
    for (let piece = cut.next(); piece !== null; piece = cut.next()) restore.write(piece);
    expect(() => restore.end()).toThrow(/type that is not among/);
  });

  test('SM-1 a hook that throws refuses its request only and leaves no trace', () => {
    const broken: NodeType = {
      ...queue,
      name: 'broken',
      selectedBy: [{ flags: [7] }],
      owner: () => {
        throw new Error('no owner');
      },
    };
    const h = new Harness({ nodeTypes: [...standardNodeTypes, broken] });
    h.prepare(OpCode.create, createBody('/a'));
    expect(() => h.prepare(OpCode.create, createBody('/b', { flags: 7 }))).toThrow('no owner');
    h.zxid -= 1;
    h.prepare(OpCode.create, createBody('/s', { flags: 2 }));
    expect(h.applyNext().error).toBe(0);
    expect(h.applyNext().error).toBe(0);
    expect(h.children('/')).toEqual(['zookeeper', 'a', 's0000000001']);
  });

  test('identity names what is not standard', () => {
    expect(znodeStateMachine().identity).toBe('znode/1');
    expect(znodeStateMachine(OPTIONS).identity).toBe('znode/1 +lease +queue');
    expect(znodeStateMachine({ extendedTypes: false }).identity).toBe('znode/1 -ttl');
  });

  const bad: [string, () => unknown, RegExp][] = [
    [
      'two with one name',
      () => znodeStateMachine({ nodeTypes: [...standardNodeTypes, lease, { ...lease }] }),
      /named "lease"/,
    ],
    [
      'two with one flag',
      () => znodeStateMachine({ nodeTypes: [...standardNodeTypes, lease, { ...lease, name: 'b' }] }),
      /both claim flag 7/,
    ],
    [
      'a flag of ZooKeeper’s',
      () => znodeStateMachine({ nodeTypes: [...standardNodeTypes, { ...lease, selectedBy: [{ flags: [3] }] }] }),
      /flags below 7/,
    ],
    [
      'a txn of another',
      () => znodeStateMachine({ nodeTypes: [...standardNodeTypes, { ...persistent, name: 'mine', selectedBy: [] }] }),
      /claims a txn/,
    ],
    ['no standard types', () => znodeStateMachine({ nodeTypes: [lease] }), /standardNodeTypes/],
    ['an unknown child type', () => znodeStateMachine({ childTypes: { '/a': 'lease' } }), /not among nodeTypes/],
  ];
  for (const [title, make, message] of bad) test(`refused: ${title}`, () => expect(make).toThrow(message));
});
