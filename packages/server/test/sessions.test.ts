import { ByteReader, ByteWriter } from '@quorate/interfaces';
import { sessionPassword } from '@quorate/protocol';
import { makeIdentity, writeEnvelope } from '@quorate/znode';
import { expect, test } from 'vitest';
import {
  addTouch,
  beginTouches,
  endTouches,
  forEachTouch,
  readRevalidate,
  writeRevalidate,
  writeVerdict,
} from '../src/sessions/session-codec.js';
import { writeTrailer } from '../src/sessions/session-guard.js';
import { formatSessionId, highOf, lowOf, SessionIds, sessionIdOf } from '../src/sessions/session-id.js';
import { connectRequest, create, Harness, ping } from './support/harness.js';

const X = new Uint8Array([120]);

test('2.10 ids: server in the high byte, 40 bits of milliseconds, then a count', () => {
  const ids = new SessionIds(1, 1_700_000_000_000);
  expect(ids.next().toString(16)).toBe('18bcfe568000000');
  expect(ids.next().toString(16)).toBe('18bcfe568000001');
});

test('ids of servers from 128 on are negative, and printed unsigned', () => {
  const id = new SessionIds(200, 5).next();
  expect(id < 0n).toBe(true);
  expect(formatSessionId(id)).toBe('0xc800000000050000');
  expect(sessionIdOf(highOf(id), lowOf(id))).toBe(id);
});

function touches(...sessions: readonly { id: bigint; timeoutMs: number }[]): Uint8Array {
  const out = new ByteWriter();
  beginTouches(out);
  for (const { id, timeoutMs } of sessions) addTouch(out, { sessionHi: highOf(id), sessionLo: lowOf(id), timeoutMs });
  endTouches(out, sessions.length);
  return out.take();
}

function revalidate(sequence: number, id: bigint): Uint8Array {
  const out = new ByteWriter();
  writeRevalidate(out, { sequence, sessionHi: highOf(id), sessionLo: lowOf(id), timeoutMs: 10_000 });
  return out.take();
}

function verdict(sequence: number, valid: boolean): Uint8Array {
  const out = new ByteWriter();
  writeVerdict(out, sequence, valid);
  return out.take();
}

test('a learner tells its leader at each heartbeat who was heard of since the last one', async () => {
  const harness = await Harness.serving('following');
  const client = harness.connect();
  const quiet = harness.connect();
  harness.engine.listener.onHeartbeat!();
  harness.engine.toLeader.length = 0;
  client.send(ping());
  harness.engine.listener.onHeartbeat!();
  harness.engine.listener.onHeartbeat!();
  expect(harness.engine.toLeader.length).toBe(1);
  const reader = new ByteReader(harness.engine.toLeader[0]!);
  expect(reader.u8()).toBe(1);
  const heard: bigint[] = [];
  forEachTouch(reader, (high, low, timeoutMs) => {
    heard.push(sessionIdOf(high, low));
    expect(timeoutMs).toBe(10_000);
  });
  expect(heard).toEqual([client.session!.sessionId]);
  expect(heard).not.toContain(quiet.session!.sessionId);
});

test('a connection that the server itself does not read counts as heard of', async () => {
  const harness = await Harness.serving('following', { settings: { maxUnsentBytes: 1 } });
  const client = harness.connect();
  client.connection.reads = false;
  client.send(ping());
  harness.engine.toLeader.length = 0;
  harness.engine.listener.onHeartbeat!();
  harness.engine.listener.onHeartbeat!();
  expect(harness.engine.toLeader.length).toBe(2);
});

test('a learner asks its leader before it takes a session over, and answers as told', async () => {
  for (const valid of [true, false]) {
    const harness = await Harness.serving('following');
    const client = harness.dial();
    client.send(connectRequest({ sessionId: 42n, passwd: sessionPassword(42n) }));
    expect(client.connection.sent).toEqual([]);
    const reader = new ByteReader(harness.engine.toLeader[0]!);
    reader.skip(1);
    const { sequence, sessionHi, sessionLo } = readRevalidate(reader);
    expect(sessionIdOf(sessionHi, sessionLo)).toBe(42n);
    harness.engine.listener.onLeaderMessage!(verdict(sequence, valid));
    harness.clock.endTurn();
    expect(client.takeConnectResponse().timeOut).toBe(valid ? 10_000 : 0);
    expect(client.connection.closed).toBe(!valid);
  }
});

test('a verdict for a connection that has gone, and one nobody asked for, change nothing', async () => {
  const harness = await Harness.serving('following');
  const client = harness.dial();
  client.send(connectRequest({ sessionId: 42n, passwd: sessionPassword(42n) }));
  client.connection.close();
  harness.engine.listener.onLeaderMessage!(verdict(1, true));
  harness.engine.listener.onLeaderMessage!(verdict(999, true));
  harness.engine.listener.onLeaderMessage!(new Uint8Array([3, 0]));
  expect(harness.server.connectionCount).toBe(0);
});

test('T63 a write through the server that a session has left is not executed: its connection ends without a reply', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  const id = client.session!.sessionId;
  harness.engine.listener.onLearnerMessage!(2, revalidate(1, id));
  expect(harness.engine.toLearner.map(({ id: to, bytes }) => [to, [...bytes]])).toEqual([[2, [3, 0, 0, 0, 1, 1]]]);
  client.send(create(1, '/a', X));
  harness.engine.commit();
  expect(harness.tree.nodes.has('/a')).toBe(false);
  expect(client.takeText()).toBe('');
  expect(client.connection.closed).toBe(true);
});

test('T63 a session that comes back to its first server may write there again', async () => {
  const harness = await Harness.serving();
  const id = harness.connect().session!.sessionId;
  harness.engine.listener.onLearnerMessage!(2, revalidate(1, id));
  const back = harness.dial();
  back.send(connectRequest({ sessionId: id, passwd: sessionPassword(id) }));
  back.takeConnectResponse();
  back.send(create(1, '/a', X));
  harness.engine.commit();
  expect(back.takeSummary()).toEqual(['1:0']);
});

test('an unknown session is refused to a learner', async () => {
  const harness = await Harness.serving();
  harness.engine.listener.onLearnerMessage!(2, revalidate(7, 4711n));
  expect([...harness.engine.toLearner[0]!.bytes]).toEqual([3, 0, 0, 0, 7, 0]);
});

test('T24 the leader ends a session nobody was heard of, and its connection closes without a word', async () => {
  const harness = await Harness.serving();
  const client = harness.connect({ timeOut: 4000 });
  harness.clock.advance(4000);
  expect(harness.engine.pendingCount).toBe(0);
  harness.clock.advance(2500);
  expect(harness.engine.pendingCount).toBe(1);
  harness.engine.commit();
  expect(client.connection.closed).toBe(true);
  expect(client.takeText()).toBe('');
  expect(harness.tree.sessionTable.size).toBe(0);
});

test('pings keep a session, through this server and through a learner', async () => {
  const harness = await Harness.serving();
  const here = harness.connect({ timeOut: 4000 });
  const elsewhere = harness.connect({ timeOut: 4000 });
  for (let second = 0; second < 20; second++) {
    harness.clock.advance(1000);
    here.send(ping());
    harness.engine.listener.onLearnerMessage!(2, touches({ id: elsewhere.session!.sessionId, timeoutMs: 4000 }));
  }
  expect(harness.engine.pendingCount).toBe(0);
});

test('a learner closes the connection of a session whose end it applies', async () => {
  const harness = await Harness.serving('following');
  const client = harness.connect();
  const id = client.session!.sessionId;
  const out = new ByteWriter();
  writeEnvelope(out, highOf(id), lowOf(id), 0, -11, makeIdentity([]), new Uint8Array(0), 0, 0);
  writeTrailer(out, highOf(id), lowOf(id), 0);
  harness.engine.applyForeign(out.take());
  expect(client.connection.closed).toBe(true);
  expect(client.takeText()).toBe('');
});

test('T62 a new leader gives every session its full timeout', async () => {
  const harness = await Harness.serving('following');
  harness.tree.sessionTable.set(9n, { id: 9n, timeoutMs: 6000 });
  harness.clock.advance(60_000);
  harness.engine.become('leading');
  harness.clock.advance(6000);
  expect(harness.engine.pendingCount).toBe(0);
  harness.clock.advance(2500);
  expect(harness.engine.pendingCount).toBe(1);
});

test('T63 a new leadership knows nothing of where sessions were before: whoever has a connection may write', async () => {
  const harness = await Harness.serving();
  const id = harness.connect().session!.sessionId;
  harness.engine.listener.onLearnerMessage!(2, revalidate(1, id));
  harness.engine.lose();
  harness.engine.become('leading');
  const out = new ByteWriter();
  writeEnvelope(out, highOf(id), lowOf(id), 0, -11, makeIdentity([]), new Uint8Array(0), 0, 0);
  writeTrailer(out, highOf(id), lowOf(id), 3);
  harness.engine.applyForeign(out.take());
  expect(harness.tree.sessionTable.has(id)).toBe(false);
});

test('a leader that loses its role expires nobody', async () => {
  const harness = await Harness.serving();
  harness.connect({ timeOut: 4000 });
  harness.engine.lose();
  harness.engine.become('following');
  harness.clock.advance(60_000);
  expect(harness.engine.pendingCount).toBe(0);
});

test('what a server hears about sessions while it does not lead is ignored', async () => {
  const harness = await Harness.serving('following');
  harness.engine.listener.onLearnerMessage!(2, revalidate(1, 5n));
  harness.engine.listener.onLearnerMessage!(2, new Uint8Array([1, 0]));
  expect(harness.engine.toLearner).toEqual([]);
});

test('the streams of a server tell of its role and its sessions', async () => {
  const harness = new Harness();
  const seen: string[] = [];
  harness.server.observables.status$.subscribe(({ role, serving }) => seen.push(`${role} ${serving}`));
  harness.server.observables.sessions$.subscribe(({ type }) => seen.push(type));
  await harness.server.start();
  harness.engine.become('leading');
  harness.connect({ timeOut: 4000 });
  harness.clock.advance(7000);
  harness.engine.commit();
  expect(seen).toEqual(['looking false', 'leading true', 'opened', 'expired', 'closed']);
});
