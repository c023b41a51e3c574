import { OpCode, readAuthPacket, sessionPassword, Xid, ZkErrorCode } from '@quorate/protocol';
import { describe, expect, test } from 'vitest';
import { isZkError } from '../src/index.js';
import { connected, dialled, failure } from './world.js';

describe('handshake', () => {
  test('§1.3: asks for a new session and takes what the server grants', async () => {
    const { client, transport, clock, states } = await dialled({ sessionTimeoutMs: 10_000 });
    const peer = transport.last;
    expect(peer.hello).toEqual({
      protocolVersion: 0,
      lastZxidSeen: 0,
      timeOut: 10_000,
      sessionId: 0n,
      passwd: new Uint8Array(16),
      readOnly: false,
      hasReadOnly: true,
    });
    expect([client.state, client.sessionId]).toEqual(['CONNECTING', 0n]);
    const ready = client.connected();
    await peer.welcome({ timeOut: 8000, sessionId: 7n });
    await ready;
    expect([client.state, client.sessionId, client.sessionTimeoutMs, client.server]).toEqual([
      'CONNECTED',
      7n,
      8000,
      'a:1',
    ]);
    expect(client.sessionPassword).toEqual(sessionPassword(7n));
    expect(states).toEqual(['CONNECTED']);
    await clock.settle();
  });

  test('§4: nothing is sent behind the ConnectRequest before the response; then what waited, in order', async () => {
    const { client, transport, clock } = await dialled();
    void failure(client.exists('/a'));
    void failure(client.getData('/b'));
    await clock.settle();
    const peer = transport.last;
    expect([peer.requests.length, peer.writes]).toEqual([0, 1]);
    await peer.welcome();
    expect(peer.requests.map(({ xid, type }) => [xid, type])).toEqual([
      [1, OpCode.exists],
      [2, OpCode.getData],
    ]);
    expect(peer.writes).toBe(2);
  });

  test('goes on with a session that is given', async () => {
    const { transport } = await dialled({ session: { id: 9n, password: sessionPassword(9n) } });
    expect(transport.last.hello).toMatchObject({ sessionId: 9n, passwd: sessionPassword(9n) });
  });
});

describe('finding a server', () => {
  test('servers are tried in turn, each once per round, after waits that stay within the bound', async () => {
    const servers = ['a:1', 'b:1', 'c:1'];
    const { transport, clock } = await dialled({ servers, backoffMs: { first: 40, most: 100 } });
    for (const server of servers) transport.refusing.add(server);
    await transport.last.close();
    await clock.advance(2000);
    const { dials } = transport;
    expect(dials.length).toBeGreaterThan(20);
    for (let i = 0; i + 2 < dials.length; i++) {
      expect(new Set(dials.slice(i, i + 3).map((dial) => dial.address))).toEqual(new Set(servers));
    }
    const waits = dials.slice(1).map((dial, i) => dial.at - dials[i]!.at);
    expect(Math.max(...waits)).toBeLessThanOrEqual(100);
    expect(Math.max(...waits.slice(0, 2))).toBeLessThanOrEqual(40);
    expect(Math.max(...waits)).toBeGreaterThan(40);
  });

  test('§4: a dial that hangs is given up after timeout / servers', async () => {
    const clockWorld = await dialled({ servers: ['a:1', 'b:1'], sessionTimeoutMs: 1000 });
    const { transport, clock } = clockWorld;
    transport.silent.add('a:1').add('b:1');
    await transport.last.close();
    await clock.advance(60);
    expect([transport.dials.length, transport.aborted]).toEqual([2, 0]);
    await clock.advance(560);
    expect(transport.aborted).toBe(1);
    expect(transport.dials[2]!.at - transport.dials[1]!.at).toBeGreaterThanOrEqual(500);
  });

  test('T22, T23: a server that closes without a word is left for the next', async () => {
    const { transport, clock, client } = await dialled({ servers: ['a:1', 'b:1'] });
    const first = transport.last;
    await first.close();
    await clock.advance(50);
    expect(transport.last.remote).not.toBe(first.remote);
    await transport.last.welcome();
    expect(client.state).toBe('CONNECTED');
  });

  test('a connection that is closed when it is opened is one failed attempt like any other', async () => {
    const { transport, clock } = await dialled();
    transport.stillborn.add('a:1');
    await transport.last.close();
    await clock.advance(500);
    expect(transport.dials.length).toBeGreaterThan(2);
    expect(transport.last.writes).toBe(0);
  });

  test('a connection that arrives after its attempt was given up, or after close, is dropped', async () => {
    const { client, transport, clock } = await dialled({ sessionTimeoutMs: 1000 });
    transport.slow.add('a:1');
    await transport.last.close();
    await clock.advance(1100);
    expect(transport.arrivals.length).toBe(2);
    const [, early, late] = transport.peers;
    transport.arrivals[0]!();
    await clock.settle();
    expect([early!.destroyed, early!.writes]).toEqual([true, 0]);
    await client.close();
    transport.arrivals[1]!();
    await clock.settle();
    expect([late!.destroyed, late!.writes]).toEqual([true, 0]);
  });

  test('after a success the waits are short again', async () => {
    const { transport, clock } = await dialled({ backoffMs: { first: 10, most: 10_000 }, sessionTimeoutMs: 100_000 });
    transport.refusing.add('a:1');
    await transport.last.close();
    await clock.advance(20_000);
    transport.refusing.clear();
    await clock.advance(20_000);
    await transport.last.welcome({ timeOut: 100_000 });
    const peers = transport.peers.length;
    await transport.last.close();
    await clock.advance(10);
    expect(transport.peers.length).toBe(peers + 1);
  });

  test('a handshake without answer is given up after 2/3 of the timeout', async () => {
    const { transport, clock } = await dialled({ servers: ['a:1'], sessionTimeoutMs: 900 });
    await clock.advance(599);
    expect(transport.last.destroyed).toBe(false);
    await clock.advance(60);
    expect(transport.peers[0]!.destroyed).toBe(true);
    expect(transport.peers.length).toBe(2);
  });
});

describe('a lost connection', () => {
  test('§4: what was sent fails with connectionLoss, the session goes on elsewhere with id, password and last zxid', async () => {
    const { client, transport, peer, clock, states } = await connected({ servers: ['a:1', 'b:1'] });
    const done = client.exists('/a');
    await clock.settle();
    await peer.reply(peer.take().xid, 77, ZkErrorCode.noNode);
    await done;
    const lost = failure(client.setData('/a', 'x'));
    await clock.settle();
    await peer.close();
    const error = await lost;
    expect(isZkError(error, ZkErrorCode.connectionLoss)).toBe(true);
    expect(error).toMatchObject({ path: '/a', message: expect.stringContaining('unknown') });
    expect(client.state).toBe('CONNECTING');
    const later = client.exists('/b');
    await clock.advance(60);
    const next = transport.last;
    expect(next.remote).not.toBe(peer.remote);
    expect(next.hello).toMatchObject({
      sessionId: 0x0100000000000001n,
      passwd: sessionPassword(0x0100000000000001n),
      lastZxidSeen: 77,
    });
    await next.welcome();
    expect(next.requests.length).toBe(1);
    await next.reply(next.take().xid, 78, ZkErrorCode.noNode);
    expect(await later).toBeNull();
    expect(states).toEqual(['CONNECTED', 'CONNECTING', 'CONNECTED']);
  });

  test('§1.4: pings and notifications do not move the last zxid', async () => {
    const { transport, peer, clock } = await connected();
    await peer.reply(Xid.ping, 500);
    await peer.notify(1, '/a', 600);
    await peer.close();
    await clock.advance(60);
    expect(transport.last.hello?.lastZxidSeen).toBe(0);
  });

  test('T16: a reply out of order ends the connection', async () => {
    const { client, peer, clock } = await connected();
    const lost = failure(client.exists('/a'));
    await clock.settle();
    await peer.reply(5, 1);
    expect(await lost).toMatchObject({ code: ZkErrorCode.connectionLoss });
    expect([peer.destroyed, client.state]).toEqual([true, 'CONNECTING']);
  });

  test('a frame beyond the limit ends the connection', async () => {
    const { client, peer } = await connected({ maxResponseBytes: 100 });
    await peer.deliver(Uint8Array.of(0, 0, 0, 101));
    expect([peer.destroyed, client.state]).toEqual([true, 'CONNECTING']);
  });
});

describe('keeping alive', () => {
  async function granted(timeOut: number) {
    const world = await dialled();
    await world.transport.last.welcome({ timeOut });
    return { ...world, peer: world.transport.last, start: world.clock.now() };
  }

  test('§4: a ping after a third of the negotiated timeout without sending', async () => {
    const { peer, clock, start } = await granted(3000);
    await clock.advance(999);
    expect(peer.pings).toEqual([]);
    await clock.advance(1);
    await peer.reply(Xid.ping, 0);
    await clock.advance(1500);
    expect(peer.pings).toEqual([start + 1000, start + 2000]);
  });

  test('§4: at least every 10 s', async () => {
    const { peer, clock, start } = await granted(40_000);
    await clock.advance(10_000);
    expect(peer.pings).toEqual([start + 10_000]);
  });

  test('a request sent in time replaces the ping', async () => {
    const { client, peer, clock, start } = await granted(3000);
    await clock.advance(600);
    void failure(client.exists('/a'));
    await clock.advance(900);
    expect(peer.pings).toEqual([]);
    await clock.advance(100);
    expect(peer.pings).toEqual([start + 1600]);
  });

  test('§4: silence of 2/3 of the timeout ends the connection', async () => {
    const { client, peer, clock } = await granted(3000);
    await clock.advance(1999);
    expect(client.state).toBe('CONNECTED');
    await clock.advance(40);
    expect([peer.destroyed, client.state]).toEqual([true, 'CONNECTING']);
  });

  test('after a stall of this machine one turn is given to read what waits', async () => {
    const { client, peer, clock } = await granted(3000);
    for (let stall = 0; stall < 3; stall++) {
      clock.time += 2500;
      await clock.advance(0);
      await peer.reply(Xid.ping, 0);
      await clock.advance(500);
      expect([peer.destroyed, client.state]).toEqual([false, 'CONNECTED']);
    }
  });
});

describe('the end of a session', () => {
  test('T24: a handshake refused means EXPIRED, which is final', async () => {
    const { client, peer, clock, transport, states } = await connected();
    await peer.close();
    const waiting = failure(client.exists('/a'));
    await clock.advance(60);
    await transport.last.expire();
    expect(await waiting).toMatchObject({ code: ZkErrorCode.sessionExpired, path: '/a' });
    expect(states).toEqual(['CONNECTED', 'CONNECTING', 'EXPIRED']);
    expect(await failure(client.getData('/a'))).toMatchObject({ code: ZkErrorCode.sessionExpired });
    expect(await failure(client.connected())).toMatchObject({ code: ZkErrorCode.sessionExpired });
    const dials = transport.dials.length;
    await clock.advance(60_000);
    expect(transport.dials.length).toBe(dials);
    await client.close();
    expect(client.state).toBe('EXPIRED');
  });

  test('§4: without any server for 4/3 of the timeout the client knows it by itself', async () => {
    const { client, peer, clock, transport } = await connected();
    transport.refusing.add('a:1');
    await peer.close();
    await clock.advance(39_999);
    expect(client.state).toBe('CONNECTING');
    await clock.advance(1);
    expect(client.state).toBe('EXPIRED');
  });

  test('a session found again in time does not expire later', async () => {
    const { client, peer, clock, transport } = await connected();
    await peer.close();
    await clock.advance(60);
    await transport.last.welcome();
    for (let i = 0; i < 8; i++) {
      await clock.advance(10_000);
      await transport.last.reply(Xid.ping, 0);
    }
    expect(client.state).toBe('CONNECTED');
  });

  test('§4: a client that never had a session tries without limit', async () => {
    const { client, clock, transport } = await dialled();
    transport.refusing.add('a:1');
    await transport.last.close();
    await clock.advance(200_000);
    expect(client.state).toBe('CONNECTING');
  });

  test('T25: close sends closeSession behind everything asked, and waits for its reply', async () => {
    const { client, peer, clock, states } = await connected();
    const before = client.exists('/a');
    let closed = 0;
    const closing = [client.close(), client.close()].map((done) => done.then(() => void closed++));
    const after = failure(client.exists('/b'));
    await clock.settle();
    expect(peer.requests.map((request) => request.type)).toEqual([OpCode.exists, OpCode.closeSession]);
    expect(await after).toMatchObject({ code: ZkErrorCode.closing });
    await peer.reply(peer.take().xid, 5, ZkErrorCode.noNode);
    expect([await before, closed]).toEqual([null, 0]);
    await peer.reply(peer.take().xid, 6);
    await Promise.all(closing);
    expect([closed, client.state, peer.destroyed]).toEqual([2, 'CLOSED', true]);
    expect(states).toEqual(['CONNECTED', 'CLOSED']);
  });

  test('a connection that breaks while closing ends it too', async () => {
    const { client, peer, clock } = await connected();
    const lost = failure(client.exists('/a'));
    const closing = client.close();
    await clock.settle();
    await peer.close();
    await closing;
    expect(await lost).toMatchObject({ code: ZkErrorCode.connectionLoss });
    expect(client.state).toBe('CLOSED');
  });

  test('close without a connection is over at once; what waited fails, what is dialled is dropped', async () => {
    const { client, transport, clock } = await dialled();
    const waiting = failure(client.exists('/a'));
    await client.close();
    expect(await waiting).toMatchObject({ code: ZkErrorCode.closing });
    expect(transport.last.destroyed).toBe(true);
    await clock.advance(60_000);
    expect(transport.dials.length).toBe(1);
  });

  test('a listener may stop listening', async () => {
    const { client, peer, states } = await connected();
    const heard: string[] = [];
    const stop = client.onState((state) => heard.push(state));
    stop();
    await peer.close();
    expect([heard, states]).toEqual([[], ['CONNECTED', 'CONNECTING']]);
  });
});

describe('authentication', () => {
  const auth = new TextEncoder().encode('u:p');

  test('T65: every connection is told every identity before any request', async () => {
    const { client, peer, clock, transport } = await connected({ auth: [{ scheme: 'digest', auth: 'u:p' }] });
    const first = peer.take();
    expect([first.xid, first.type]).toEqual([Xid.auth, OpCode.auth]);
    expect(readAuthPacket(first.body)).toEqual({ type: 0, scheme: 'digest', auth });
    await peer.reply(Xid.auth, 0);
    const added = client.addAuth('digest', auth);
    await clock.settle();
    await peer.reply(Xid.auth, 0);
    await added;
    await peer.close();
    void failure(client.exists('/a'));
    await clock.advance(60);
    await transport.last.welcome();
    expect(transport.last.requests.map((request) => request.type)).toEqual([OpCode.auth, OpCode.auth, OpCode.exists]);
  });

  test('addAuth while connecting waits for the connection', async () => {
    const { client, transport } = await dialled();
    const added = client.addAuth('digest', 'u:p');
    await transport.last.welcome();
    await transport.last.reply(Xid.auth, 0);
    await expect(added).resolves.toBeUndefined();
  });

  test('T17: the reply may overtake those of earlier requests', async () => {
    const { client, peer, clock } = await connected();
    const read = client.exists('/a');
    const added = client.addAuth('digest', 'u:p');
    await clock.settle();
    await peer.reply(Xid.auth, 0);
    await added;
    await peer.reply(1, 5, ZkErrorCode.noNode);
    expect(await read).toBeNull();
  });

  test('T66: a refused addAuth rejects and is not repeated; the session goes on', async () => {
    const { client, peer, clock, transport } = await connected();
    const refused = failure(client.addAuth('nosuch', 'x'));
    await clock.settle();
    await peer.reply(Xid.auth, 0, ZkErrorCode.authFailed);
    expect(await refused).toMatchObject({ code: ZkErrorCode.authFailed });
    await peer.close();
    await clock.advance(60);
    await transport.last.welcome();
    expect(transport.last.requests).toEqual([]);
    expect(client.state).toBe('CONNECTED');
  });

  test('T66: an identity given at the start that is refused closes the client, with the reason', async () => {
    const reasons: unknown[] = [];
    const onState = (_state: string, error?: Error): void => void reasons.push(error?.name);
    const { client, peer } = await connected({ auth: [{ scheme: 'nosuch', auth: 'x' }], onState });
    await peer.reply(Xid.auth, 0, ZkErrorCode.authFailed);
    expect(client.state).toBe('CLOSED');
    expect(reasons).toEqual([undefined, 'authFailed']);
    expect(await failure(client.exists('/a'))).toMatchObject({ code: ZkErrorCode.authFailed });
  });
});
