import {
  CreateMode,
  emptyStat,
  OPEN_ACL_UNSAFE,
  OpCode,
  readCreateRequest,
  readCreateTTLRequest,
  readPathRecord,
  readPathVersion,
  readPathWatch,
  readSetACLRequest,
  readSetDataRequest,
  writeCreate2Response,
  writeGetACLResponse,
  writeGetChildren2Response,
  writeGetChildrenResponse,
  writeGetDataResponse,
  writePathRecord,
  writeStat,
  writeWhoAmIResponse,
  ZkErrorCode,
} from '@quorate/protocol';
import { describe, expect, test } from 'vitest';
import { isZkError } from '../src/index.js';
import { connected, failure } from './world.js';

const STAT = { ...emptyStat(), czxid: 2 ** 33 + 1, version: 3, ephemeralOwner: 0x0100000000000001n };
const TEXT = new TextEncoder().encode('tëxt');

describe('create', () => {
  test.each([
    ['persistent', OpCode.create],
    ['ephemeralSequential', OpCode.create],
    ['container', OpCode.createContainer],
    [42, OpCode.create],
  ] as const)('§1.10: mode %s uses opcode %d', async (mode, opcode) => {
    const { client, peer, clock } = await connected();
    const created = client.create('/a', 'tëxt', { mode });
    await clock.settle();
    const { xid, type, body } = peer.take();
    expect([xid, type]).toEqual([1, opcode]);
    const flags = typeof mode === 'number' ? mode : CreateMode[mode];
    expect(readCreateRequest(body)).toEqual({ path: '/a', data: TEXT, acl: OPEN_ACL_UNSAFE, flags, ttl: -1 });
    await peer.reply(xid, 5, 0, (w) =>
      opcode === OpCode.create ? writePathRecord(w, '/a0000000007') : writeCreate2Response(w, '/a0000000007', STAT),
    );
    await expect(created).resolves.toBe('/a0000000007');
  });

  test('§1.10: modes with a time-to-live use createTTL', async () => {
    const { client, peer, clock } = await connected();
    const acl = [{ perms: 1, scheme: 'ip', id: '10.0.0.1' }];
    const created = client.createWithStat('/a/', null, { mode: 'persistentSequentialWithTtl', ttlMs: 1000, acl });
    await clock.settle();
    const { xid, type, body } = peer.take();
    expect(type).toBe(OpCode.createTTL);
    expect(readCreateTTLRequest(body)).toEqual({ path: '/a/', data: null, acl, flags: 6, ttl: 1000 });
    await peer.reply(xid, 5, 0, (w) => writeCreate2Response(w, '/a/0000000000', STAT));
    await expect(created).resolves.toEqual({ path: '/a/0000000000', stat: STAT });
  });

  test('createWithStat of an ordinary mode uses create2', async () => {
    const { client, peer, clock } = await connected();
    const created = client.createWithStat('/a');
    await clock.settle();
    const { xid, type } = peer.take();
    expect(type).toBe(OpCode.create2);
    await peer.reply(xid, 5, 0, (w) => writeCreate2Response(w, '/a', STAT));
    await expect(created).resolves.toEqual({ path: '/a', stat: STAT });
  });

  test('wrong arguments are refused without a request', async () => {
    const { client, peer, clock } = await connected();
    const errors = await Promise.all(
      [
        client.create('a'),
        client.create('/a/'),
        client.create('/a', null, { mode: 'persistentWithTtl' }),
        client.create('/a', null, { mode: 'persistentWithTtl', ttlMs: 2 ** 40 }),
        client.create('/a', null, { ttlMs: 5 }),
        client.create('/a', null, { mode: 'nosuch' as 'persistent' }),
        client.getData('/a//b'),
        client.create('/a', new Uint8Array(1_048_575)),
      ].map(failure),
    );
    await clock.settle();
    for (const error of errors) expect(isZkError(error, ZkErrorCode.badArguments)).toBe(true);
    expect(peer.requests).toEqual([]);
  });
});

describe('other operations', () => {
  test('delete', async () => {
    const { client, peer, clock } = await connected();
    const deleted = client.delete('/a', 3);
    await clock.settle();
    const { xid, type, body } = peer.take();
    expect(type).toBe(OpCode.delete);
    expect(readPathVersion(body)).toEqual({ path: '/a', version: 3 });
    await peer.reply(xid, 5);
    await expect(deleted).resolves.toBeUndefined();
  });

  test('exists: a Stat, or null when there is no node', async () => {
    const { client, peer, clock } = await connected();
    const both = [client.exists('/a'), client.exists('/b')];
    await clock.settle();
    const first = peer.take();
    expect(first.type).toBe(OpCode.exists);
    expect(readPathWatch(first.body)).toEqual({ path: '/a', watch: false });
    await peer.reply(first.xid, 5, 0, (w) => writeStat(w, STAT));
    await peer.reply(peer.take().xid, 5, ZkErrorCode.noNode);
    expect(await Promise.all(both)).toEqual([STAT, null]);
  });

  test('T4: getData keeps null and empty apart; its bytes are its own', async () => {
    const { client, peer, clock } = await connected();
    const reads = [client.getData('/a'), client.getData('/b'), client.getData('/c')];
    await clock.settle();
    for (const data of [Uint8Array.of(1, 2), new Uint8Array(0), null]) {
      await peer.reply(peer.take().xid, 5, 0, (w) => writeGetDataResponse(w, data, STAT));
    }
    expect((await Promise.all(reads)).map((read) => read.data)).toEqual([Uint8Array.of(1, 2), new Uint8Array(0), null]);
  });

  test('setData', async () => {
    const { client, peer, clock } = await connected();
    const set = client.setData('/a', 'tëxt', 2);
    await clock.settle();
    const { xid, type, body } = peer.take();
    expect(type).toBe(OpCode.setData);
    expect(readSetDataRequest(body)).toEqual({ path: '/a', data: TEXT, version: 2 });
    await peer.reply(xid, 5, 0, (w) => writeStat(w, STAT));
    await expect(set).resolves.toEqual(STAT);
  });

  test('getChildren', async () => {
    const { client, peer, clock } = await connected();
    const read = client.getChildren('/a');
    await clock.settle();
    const { xid, type } = peer.take();
    expect(type).toBe(OpCode.getChildren2);
    await peer.reply(xid, 5, 0, (w) => writeGetChildren2Response(w, ['x', 'y'], STAT));
    await expect(read).resolves.toEqual({ children: ['x', 'y'], stat: STAT });
  });

  test('getACL and setACL', async () => {
    const { client, peer, clock } = await connected();
    const acl = [{ perms: 31, scheme: 'digest', id: 'u:x' }];
    const got = client.getACL('/a');
    const set = client.setACL('/a', acl, 1);
    await clock.settle();
    await peer.reply(peer.take().xid, 5, 0, (w) => writeGetACLResponse(w, acl, STAT));
    const { xid, body } = peer.take();
    expect(readSetACLRequest(body)).toEqual({ path: '/a', acl, version: 1 });
    await peer.reply(xid, 6, 0, (w) => writeStat(w, STAT));
    await expect(got).resolves.toEqual({ acl, stat: STAT });
    await expect(set).resolves.toEqual(STAT);
  });

  test('sync, getAllChildrenNumber, getEphemerals, whoAmI', async () => {
    const { client, peer, clock } = await connected();
    const all = Promise.all([
      client.sync('/a'),
      client.getAllChildrenNumber('/a'),
      client.getEphemerals(),
      client.whoAmI(),
    ]);
    await clock.settle();
    expect(peer.requests.map((request) => request.type)).toEqual([
      OpCode.sync,
      OpCode.getAllChildrenNumber,
      OpCode.getEphemerals,
      OpCode.whoAmI,
    ]);
    await peer.reply(peer.take().xid, 5, 0, (w) => writePathRecord(w, '/a'));
    await peer.reply(peer.take().xid, 5, 0, (w) => w.i32(7));
    await peer.reply(peer.take().xid, 5, 0, (w) => writeGetChildrenResponse(w, ['/e']));
    await peer.reply(peer.take().xid, 5, 0, (w) => writeWhoAmIResponse(w, [{ authScheme: 'ip', user: '::1' }]));
    expect(await all).toEqual([undefined, 7, ['/e'], [{ authScheme: 'ip', user: '::1' }]]);
  });

  test('an error reply rejects with its code, its name and the path asked for', async () => {
    const { client, peer, clock } = await connected();
    const error = failure(client.getData('/a'));
    await clock.settle();
    await peer.reply(peer.take().xid, 5, ZkErrorCode.noNode);
    expect(await error).toMatchObject({ code: -101, name: 'noNode', path: '/a', message: 'noNode for /a' });
  });

  test('a reply that is too short rejects its request, and the others go on', async () => {
    const { client, peer, clock } = await connected();
    const bad = failure(client.getData('/a'));
    const good = client.exists('/b');
    await clock.settle();
    await peer.reply(peer.take().xid, 5);
    await peer.reply(peer.take().xid, 5, ZkErrorCode.noNode);
    expect(await bad).toMatchObject({ code: 'SHORT_READ' });
    expect(await good).toBeNull();
  });
});

describe('chroot', () => {
  test('is put before every path and taken off every result', async () => {
    const { client, peer, clock } = await connected({ chroot: '/app' });
    const created = client.create('/a');
    const root = client.exists('/');
    const ephemerals = client.getEphemerals();
    await clock.settle();
    const create = peer.take();
    expect(readCreateRequest(create.body).path).toBe('/app/a');
    await peer.reply(create.xid, 5, 0, (w) => writePathRecord(w, '/app/a'));
    const exists = peer.take();
    expect(readPathWatch(exists.body).path).toBe('/app');
    await peer.reply(exists.xid, 5, ZkErrorCode.noNode);
    const own = peer.take();
    expect(readPathRecord(own.body)).toBe('/app/');
    await peer.reply(own.xid, 5, 0, (w) => writeGetChildrenResponse(w, ['/app/e', '/app']));
    expect(await created).toBe('/a');
    expect(await root).toBeNull();
    expect(await ephemerals).toEqual(['/e', '/']);
  });

  test('/ is none; a wrong one is refused at once', async () => {
    const { client, peer, clock } = await connected({ chroot: '/' });
    void failure(client.exists('/a'));
    await clock.settle();
    expect(readPathWatch(peer.take().body).path).toBe('/a');
    await expect(connected({ chroot: 'app' })).rejects.toMatchObject({ code: 'BAD_CONFIG' });
    await expect(connected({ servers: [] })).rejects.toMatchObject({ code: 'BAD_CONFIG' });
    await expect(connected({ sessionTimeoutMs: 0 })).rejects.toMatchObject({ code: 'BAD_CONFIG' });
  });
});

test('one write per turn: requests of one turn share it', async () => {
  const { client, peer, clock } = await connected();
  const before = peer.writes;
  for (let i = 0; i < 10; i++) void failure(client.exists('/a'));
  await clock.settle();
  expect(peer.requests.map((request) => request.xid)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(peer.writes - before).toBe(1);
});

test('while the connection takes no more, requests wait for its drain', async () => {
  const { client, peer, clock } = await connected();
  peer.accepting = false;
  void failure(client.exists('/a'));
  await clock.settle();
  void failure(client.exists('/b'));
  void failure(client.exists('/c'));
  await clock.settle();
  expect(peer.requests.length).toBe(1);
  peer.drain();
  expect(peer.requests.length).toBe(3);
});
