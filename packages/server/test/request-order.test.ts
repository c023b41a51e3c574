import { ByteReader } from '@quorate/interfaces';
import { readBuffer } from '@quorate/protocol';
import { expect, test } from 'vitest';
import {
  auth,
  closeSession,
  create,
  exists,
  getData,
  Harness,
  ping,
  request,
  setData,
  sync,
} from './support/harness.js';

const X = new Uint8Array([120]);
const Y = new Uint8Array([121]);

test('T16 replies leave in the order of the requests, reads behind writes included', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  client.sendTogether(create(1, '/a', X), getData(2, '/a'), setData(3, '/a', Y), getData(4, '/a'), getData(5, '/none'));
  expect(client.takeSummary()).toEqual([]);
  harness.engine.commit(1);
  const early = client.takeReplies();
  expect(early.map(({ xid }) => xid)).toEqual([1, 2]);
  expect(readBuffer(new ByteReader(early[1]!.body))).toEqual(X);
  harness.engine.commit();
  const late = client.takeReplies();
  expect(late.map(({ xid, err }) => [xid, err])).toEqual([
    [3, 0],
    [4, 0],
    [5, -101],
  ]);
  expect(readBuffer(new ByteReader(late[1]!.body))).toEqual(Y);
});

test('a read with nothing before it is answered in the turn in which it came, whatever other clients wait for', async () => {
  const harness = await Harness.serving();
  const writer = harness.connect();
  const reader = harness.connect();
  writer.send(create(1, '/a', X));
  reader.send(exists(1, '/a'));
  expect(reader.takeSummary()).toEqual(['1:-101']);
  expect(writer.takeSummary()).toEqual([]);
});

test('T5 an error reply is 16 bytes', async () => {
  const client = (await Harness.serving()).connect();
  client.send(getData(7, '/none'));
  expect(client.connection.takeSent().length).toBe(4 + 16);
});

test('T15 T26 a ping is answered at once, with xid -2 whatever came, while a write is under way', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  client.sendTogether(create(1, '/a', X), ping(), request(99, 11));
  expect(client.takeSummary()).toEqual(['-2:0', '-2:0']);
  harness.engine.commit();
  expect(client.takeSummary()).toEqual(['1:0']);
});

test('T26 a ping is answered while the engine takes no writes; they are taken in order once it does', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  harness.engine.congested = true;
  client.sendTogether(create(1, '/a', X), getData(2, '/a'), setData(3, '/a', Y), ping());
  expect(harness.engine.pendingCount).toBe(0);
  expect(client.takeSummary()).toEqual(['-2:0']);
  harness.engine.relieve();
  expect(harness.engine.pendingCount).toBe(2);
  harness.engine.commit();
  expect(client.takeSummary()).toEqual(['1:0', '2:0', '3:0']);
});

test('a write that comes while others of its connection are parked is parked behind them', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  harness.engine.congested = true;
  client.send(create(1, '/a', X));
  harness.engine.congested = false;
  client.send(setData(2, '/a', Y));
  expect(harness.engine.pendingCount).toBe(0);
  harness.engine.relieve();
  harness.engine.commit();
  expect(client.takeSummary()).toEqual(['1:0', '2:0']);
});

test('what a parked write lets in when it is refused at once is taken too', async () => {
  const harness = await Harness.serving('leading', { settings: { maxQueuedRequests: 1 } });
  const client = harness.connect();
  harness.engine.congested = true;
  client.sendTogether(create(1, '/a', X), create(2, '/b', X));
  harness.engine.refusal = new Uint8Array([255, 255, 255, 251]);
  harness.engine.relieve();
  harness.engine.commit();
  expect(client.takeSummary()).toEqual(['1:-5', '2:0']);
});

test('beyond its bound of waiting requests a connection is not read, and goes on when half are answered', async () => {
  const harness = await Harness.serving('leading', { settings: { maxQueuedRequests: 4 } });
  const client = harness.connect();
  client.sendTogether(...[1, 2, 3, 4, 5, 6].map((xid) => create(xid, `/${xid}`, X)));
  expect(harness.engine.pendingCount).toBe(4);
  expect(client.connection.paused).toBe(true);
  harness.engine.commit(1);
  expect(harness.engine.pendingCount).toBe(3);
  harness.engine.commit(1);
  expect(client.connection.paused).toBe(true);
  expect(harness.engine.pendingCount).toBe(4);
  harness.engine.commit();
  expect(client.connection.paused).toBe(false);
  expect(client.takeSummary()).toEqual(['1:0', '2:0', '3:0', '4:0', '5:0', '6:0']);
});

test('a client that does not take its replies is not read until it does', async () => {
  const harness = await Harness.serving('leading', { settings: { maxUnsentBytes: 100 } });
  const client = harness.connect();
  client.send(create(1, '/a', new Uint8Array(200)));
  harness.engine.commit();
  client.connection.reads = false;
  client.send(getData(2, '/a'));
  expect(client.connection.paused).toBe(true);
  client.send(getData(3, '/a'));
  expect(client.takeSummary()).toEqual(['1:0', '2:0']);
  client.connection.drain();
  harness.clock.endTurn();
  expect(client.takeSummary()).toEqual(['3:0']);
});

test('reads that waited for a write stop being answered while the client takes nothing', async () => {
  const harness = await Harness.serving('leading', { settings: { maxUnsentBytes: 10_000 } });
  const client = harness.connect();
  const large = new Uint8Array(140_000);
  client.sendTogether(create(1, '/a', large), ...[2, 3, 4, 5].map((xid) => getData(xid, '/a')));
  client.connection.reads = false;
  harness.engine.commit();
  expect(client.takeReplies().map(({ xid }) => xid)).toEqual([1, 2, 3]);
  client.connection.drain();
  harness.clock.endTurn();
  expect(client.takeReplies().map(({ xid }) => xid)).toEqual([4, 5]);
});

test('T17 auth is answered in order behind a pending write, T18 and in force for a write sent right behind it', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  client.sendTogether(create(1, '/a', X), auth(-4, 'digest', 'u:p'), create(2, '/b', X));
  expect(client.takeSummary()).toEqual([]);
  harness.engine.commit();
  expect(harness.tree.idCounts.slice(-2)).toEqual([1, 2]);
  const replies = client.takeReplies();
  expect(replies.map(({ xid, err }) => [xid, err])).toEqual([
    [1, 0],
    [-4, 0],
    [2, 0],
  ]);
  expect(replies[1]!.zxid).toBe(0);
});

test('T18 a read that waits is executed with the ids its client had when it came', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  client.sendTogether(create(1, '/a', X), request(2, 107), auth(-4, 'digest', 'u:p'), request(3, 107));
  harness.engine.commit();
  const counts = client.takeReplies().filter(({ body }) => body.length === 4);
  expect(counts.map(({ xid, body }) => [xid, new ByteReader(body).i32()])).toEqual([
    [2, 1],
    [3, 2],
  ]);
});

test('T66 an unknown scheme is AuthFailed, in order, and ends the connection', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  client.sendTogether(create(1, '/a', X), auth(-4, 'kerberos', 'x'), create(2, '/b', X));
  harness.engine.commit();
  expect(client.takeSummary()).toEqual(['1:0', '-4:-115']);
  expect(client.connection.closed).toBe(true);
  expect(harness.tree.nodes.has('/b')).toBe(false);
});

test('the super digest makes its owner super', async () => {
  const harness = await Harness.serving('leading', { settings: { superDigest: 'super:D/InIHSb7yEEbrWz8b9l71RjZJU=' } });
  const client = harness.connect();
  client.send(auth(-4, 'digest', 'super:test'), request(1, 107));
  expect(new ByteReader(client.takeReplies()[1]!.body).i32()).toBe(3);
});

test.each([0, 10, 13, 20, -1, -10, 23, 99, 108, 1_000_000, -2_000_000_000])(
  'T46 T85 opcode %i is Unimplemented with zxid -1, and ends the connection behind what came before',
  async (opcode) => {
    const harness = await Harness.serving();
    const client = harness.connect();
    client.sendTogether(create(1, '/a', X), request(2, opcode), create(3, '/b', X));
    harness.engine.commit();
    const replies = client.takeReplies();
    expect(replies.map(({ xid, err }) => [xid, err])).toEqual([
      [1, 0],
      [2, -6],
    ]);
    expect(replies[1]!.zxid).toBe(-1);
    expect(client.connection.closed).toBe(true);
    expect(harness.tree.nodes.has('/b')).toBe(false);
  },
);

test('2.3 reconfig is a write: the state machine refuses it', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  client.send(request(1, 16), ping());
  expect(harness.engine.pendingCount).toBe(1);
});

test('1.12 without SASL every token is answered OK with a null token', async () => {
  const client = (await Harness.serving()).connect();
  client.send(request(5, 102, (out) => out.i32(-1)));
  const [reply] = client.takeReplies();
  expect([reply!.xid, reply!.zxid, reply!.err, [...reply!.body]]).toEqual([5, 0, 0, [255, 255, 255, 255]]);
});

test('2.13 sync echoes its path once the barrier is confirmed, and later reads wait for nothing but writes and syncs', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  client.sendTogether(sync(1, '/a'), exists(2, '/a'), ping());
  expect(client.takeSummary()).toEqual(['-2:0']);
  harness.engine.confirmBarrier();
  const [first, second] = client.takeReplies();
  expect([first!.xid, first!.err, [...first!.body]]).toEqual([1, 0, [0, 0, 0, 2, 47, 97]]);
  expect(second!.xid).toBe(2);
});

test('a write settled behind an unconfirmed sync waits with its reply; T21 no zxid goes back', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  const other = harness.connect();
  client.sendTogether(sync(1, '/'), create(2, '/a', X));
  harness.engine.commit();
  expect(client.takeSummary()).toEqual([]);
  other.send(create(1, '/b', X));
  harness.engine.commit();
  harness.engine.confirmBarrier();
  const replies = client.takeReplies();
  expect(replies.map(({ xid }) => xid)).toEqual([1, 2]);
  expect(replies[1]!.zxid).toBeGreaterThanOrEqual(replies[0]!.zxid);
  expect([...replies[1]!.body]).toEqual([0, 0, 0, 2, 47, 97]);
});

test('T25 closeSession is answered behind what came before, then the socket ends and nothing after it is read', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  client.sendTogether(create(1, '/a', X), closeSession(2), create(3, '/b', X));
  harness.engine.commit();
  expect(client.takeSummary()).toEqual(['1:0', '2:0']);
  expect(client.connection.closed).toBe(true);
  expect(harness.tree.nodes.has('/b')).toBe(false);
  expect(harness.tree.sessionTable.size).toBe(0);
});

test('T20 the event comes before the reply of the write that caused it, on the same and on other connections', async () => {
  const harness = await Harness.serving();
  const writer = harness.connect();
  const watcher = harness.connect();
  writer.send(exists(1, '/a', true));
  watcher.send(exists(1, '/a', true));
  writer.takeSummary();
  watcher.takeSummary();
  writer.sendTogether(create(2, '/a', X), getData(3, '/a'));
  harness.engine.commit();
  expect(writer.takeSummary()).toEqual(['event 1 /a', '2:0', '3:0']);
  expect(watcher.takeSummary()).toEqual(['event 1 /a']);
});

test('2.9 the events of setWatches come before its reply, which is header-only', async () => {
  const client = (await Harness.serving()).connect();
  client.send(
    request(-8, 101, (out) => {
      out.long(0);
      out.i32(1);
      out.i32(2);
      out.raw(new Uint8Array([47, 97]));
      out.i32(0);
      out.i32(0);
    }),
  );
  const replies = client.takeReplies();
  expect(replies.map(({ xid, zxid, body }) => [xid, zxid === -1, body.length])).toEqual([
    [-1, true, 14],
    [-8, false, 0],
  ]);
});

test('T54 a closed connection watches nothing any more', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  client.send(exists(1, '/a', true));
  client.connection.close();
  harness.clock.endTurn();
  expect([...harness.tree.watchers.get('/a')!]).toEqual([]);
});

test('one turn is one write to the socket', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  client.sendTogether(exists(1, '/a'), exists(2, '/b'), exists(3, '/c'));
  expect(client.connection.sent.length).toBe(1);
});

test('when the leader is lost the outcome of a write is unknown: the connection ends without a reply', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  client.sendTogether(create(1, '/a', X), getData(2, '/a'));
  harness.engine.lose();
  expect(client.takeSummary()).toEqual([]);
  expect(client.connection.closed).toBe(true);
});

test('outstanding counts what the engine has, and forgets what a closed connection waited for', async () => {
  const harness = await Harness.serving('leading', { settings: { fourLetterWords: ['*'] } });
  const client = harness.connect();
  client.sendTogether(create(1, '/a', X), create(2, '/b', X));
  client.connection.close();
  harness.clock.endTurn();
  const admin = harness.dial();
  admin.send(Buffer.from('srvr'));
  expect(admin.takeText()).toContain('Outstanding: 0\n');
  harness.engine.commit();
  expect(harness.tree.nodes.size).toBe(2);
});
