import { sessionPassword } from '@quorate/protocol';
import { expect, test } from 'vitest';
import {
  type Client,
  closeSession,
  connectRequest,
  create,
  exists,
  framesOf,
  Harness,
  ping,
} from './support/harness.js';

const X = new Uint8Array([120]);

test('2.10 a new session is answered only once its txn is applied; high byte of its id = server', async () => {
  const harness = await Harness.serving();
  const client = harness.dial();
  client.send(connectRequest({ timeOut: 10_000 }));
  expect(client.connection.sent).toEqual([]);
  harness.engine.commit();
  const session = client.takeConnectResponse();
  expect(session.timeOut).toBe(10_000);
  expect(session.sessionId >> 56n).toBe(1n);
  expect(session.passwd).toEqual(sessionPassword(session.sessionId));
  const next = harness.connect();
  expect(next.session!.sessionId).toBe(session.sessionId + 1n);
});

test('T6 the read-only byte is answered exactly when it was asked with: 37 or 36 bytes', async () => {
  const harness = await Harness.serving();
  for (const hasReadOnly of [true, false]) {
    const client = harness.dial();
    client.send(connectRequest({ hasReadOnly }));
    harness.engine.commit();
    expect(framesOf(client.connection.takeSent())[0]!.length).toBe(hasReadOnly ? 37 : 36);
  }
});

test.each([
  [1, 4000],
  [10_000, 10_000],
  [90_000, 40_000],
])('T60 a wish of %i ms becomes %i ms with a tick of 2000', async (timeOut, granted) => {
  const client = (await Harness.serving()).connect({ timeOut });
  expect(client.session!.timeOut).toBe(granted);
});

test('T19 requests sent behind the ConnectRequest wait for the session, and nothing precedes its answer', async () => {
  const harness = await Harness.serving();
  const client = harness.dial();
  client.sendTogether(connectRequest(), create(1, '/a', X), ping(), exists(2, '/a'));
  client.send(exists(3, '/a'));
  expect(client.connection.sent).toEqual([]);
  expect(harness.engine.pendingCount).toBe(1);
  harness.engine.commit();
  const [first, ...more] = framesOf(client.connection.takeSent());
  expect(first!.length).toBe(37);
  expect(more.length).toBe(1); // the ping
  harness.engine.commit();
  expect(client.takeSummary()).toEqual(['1:0', '2:0', '3:0']);
});

test('T19 what is sent ahead beyond a bound stays in the socket until there is a session', async () => {
  const harness = await Harness.serving();
  const client = harness.dial();
  client.sendTogether(connectRequest(), create(1, '/a', new Uint8Array(70_000)));
  expect(client.connection.paused).toBe(true);
  harness.engine.commit();
  expect(client.connection.paused).toBe(false);
  harness.engine.commit();
  expect(framesOf(client.connection.takeSent()).length).toBe(2);
});

test('T22 a client that has seen more than this server is closed without a word', async () => {
  const client = (await Harness.serving()).dial();
  client.send(connectRequest({ lastZxidSeen: 2 ** 40 }));
  expect(client.connection.closed).toBe(true);
  expect(client.takeText()).toBe('');
});

test('T23 a server that serves nobody closes as soon as it has read a length', async () => {
  const harness = new Harness();
  await harness.server.start();
  const client = harness.dial();
  client.send(new Uint8Array([0, 0, 0]));
  expect(client.connection.closed).toBe(false);
  client.send(new Uint8Array([45]));
  expect(client.connection.closed).toBe(true);
  expect(client.takeText()).toBe('');
});

test('T23 when the quorum is lost every connection ends, those in the middle of a handshake too', async () => {
  const harness = await Harness.serving('following');
  const open = harness.connect();
  const asking = harness.dial();
  asking.send(connectRequest({ sessionId: 5n, passwd: sessionPassword(5n) }));
  const silent = harness.dial();
  harness.engine.lose();
  for (const client of [open, asking, silent]) {
    expect(client.connection.closed).toBe(true);
    expect(client.takeText()).toBe('');
  }
});

test('T27 a connection without a handshake is closed after ten seconds, one with a session is not', async () => {
  const harness = await Harness.serving();
  const first = harness.dial();
  harness.clock.advance(5000);
  const second = harness.dial();
  const client = harness.connect();
  harness.clock.advance(4999);
  expect(first.connection.closed).toBe(false);
  harness.clock.advance(1);
  expect(first.connection.closed).toBe(true);
  expect(second.connection.closed).toBe(false);
  harness.clock.advance(5000);
  expect(second.connection.closed).toBe(true);
  expect(client.connection.closed).toBe(false);
});

test('2.17 connections beyond maxClientCnxns of one address are closed at once; another address and a freed place are not', async () => {
  const harness = await Harness.serving('leading', { settings: { maxClientConnections: 2 } });
  const first = harness.dial('10.0.0.1:1');
  harness.dial('10.0.0.1:2');
  expect(harness.dial('10.0.0.1:3').connection.destroyed).toBe(true);
  expect(harness.dial('10.0.0.2:1').connection.destroyed).toBe(false);
  first.connection.close();
  expect(harness.dial('10.0.0.1:4').connection.destroyed).toBe(false);
});

test('T58 a wrong password is answered with zeros, T59 and does not touch the connection that has the session', async () => {
  const harness = await Harness.serving();
  const owner = harness.connect();
  const thief = harness.dial();
  thief.send(connectRequest({ sessionId: owner.session!.sessionId, passwd: new Uint8Array(16) }));
  const answer = thief.takeConnectResponse();
  expect([answer.timeOut, answer.sessionId, answer.passwd.length]).toEqual([0, 0n, 16]);
  expect(thief.connection.closed).toBe(true);
  expect(owner.connection.closed).toBe(false);
});

function comeBack(harness: Harness, sessionId: bigint, timeOut = 10_000): Client {
  const client = harness.dial();
  client.send(connectRequest({ sessionId, passwd: sessionPassword(sessionId), timeOut }));
  return client;
}

test('2.10 a session that comes back on the same server takes the place of its older connection', async () => {
  const harness = await Harness.serving();
  const older = harness.connect();
  const newer = comeBack(harness, older.session!.sessionId);
  expect(newer.takeConnectResponse().sessionId).toBe(older.session!.sessionId);
  expect(older.connection.closed).toBe(true);
  older.connection.close();
  newer.send(ping());
  expect(newer.takeSummary()).toEqual(['-2:0']);
});

test('an unknown session is expired: zeros, then the end', async () => {
  const harness = await Harness.serving();
  const client = comeBack(harness, 77n);
  expect(client.takeConnectResponse().timeOut).toBe(0);
  expect(client.connection.closed).toBe(true);
});

test('T25 after closeSession the session is unknown', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  client.send(closeSession(1));
  harness.engine.commit();
  expect(comeBack(harness, client.session!.sessionId).takeConnectResponse().timeOut).toBe(0);
});

test('a client that leaves before its session is made leaves no trace but the session', async () => {
  const harness = await Harness.serving();
  const client = harness.dial();
  client.send(connectRequest());
  client.connection.close();
  harness.engine.commit();
  expect(client.connection.sent).toEqual([]);
  expect(harness.server.connectionCount).toBe(0);
  expect(harness.tree.sessionTable.size).toBe(1);
});

test('a client that is silent for its timeout and more is closed, one held back by the server is not', async () => {
  const harness = await Harness.serving('following', { settings: { maxUnsentBytes: 1 } });
  const silent = harness.connect();
  const stuck = harness.connect();
  stuck.connection.reads = false;
  stuck.send(exists(1, '/a'));
  expect(stuck.connection.paused).toBe(true);
  harness.clock.advance(40_000);
  expect(silent.connection.closed).toBe(true);
  expect(stuck.connection.closed).toBe(false);
});

test('a stall of this process closes no client as silent', async () => {
  const harness = await Harness.serving('following');
  const client = harness.connect();
  harness.clock.stall(3_600_000, () => client.send(ping()));
  harness.clock.advance(9_000);
  expect(client.connection.closed).toBe(false);
});
