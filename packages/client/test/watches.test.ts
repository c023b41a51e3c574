import {
  EventType,
  emptyStat,
  OpCode,
  readAddWatchRequest,
  readSetWatches,
  readSetWatches2,
  readWatcherTypeRequest,
  writeGetChildren2Response,
  writeGetDataResponse,
  writeReplyHeader,
  writeStat,
  writeWatcherEvent,
  Xid,
  ZkErrorCode,
} from '@quorate/protocol';
import { describe, expect, test } from 'vitest';
import type { WatchEvent } from '../src/index.js';
import { framed, type Peer } from './fakes.js';
import { connected, failure, type World } from './world.js';

interface Watching extends World {
  readonly peer: Peer;
  /** `<name> <type> <path>` of every event. */
  readonly seen: string[];
  watcher(name: string): (event: WatchEvent) => void;
}

async function watching(options = {}): Promise<Watching> {
  const world = await connected(options);
  const seen: string[] = [];
  return { ...world, seen, watcher: (name) => (event) => void seen.push(`${name} ${event.type} ${event.path}`) };
}

/** Sets one watch of each kind on /a (data, exist, child), each through its operation. */
async function setAll(world: Watching): Promise<void> {
  const { client, peer, clock, watcher } = world;
  const all = [
    client.getData('/a', { watch: watcher('data') }),
    client.exists('/a', { watch: watcher('exists') }),
    client.exists('/a', { watch: watcher('missing') }),
    client.getChildren('/a', { watch: watcher('child') }),
  ];
  await clock.settle();
  await peer.reply(peer.take().xid, 5, 0, (w) => writeGetDataResponse(w, null, emptyStat()));
  await peer.reply(peer.take().xid, 5, 0, (w) => writeStat(w, emptyStat()));
  await peer.reply(peer.take().xid, 5, ZkErrorCode.noNode);
  await peer.reply(peer.take().xid, 5, 0, (w) => writeGetChildren2Response(w, [], emptyStat()));
  await Promise.all(all);
}

describe('one-shot watches', () => {
  test.each([
    ['nodeCreated', ['data', 'exists', 'missing']],
    ['nodeDataChanged', ['data', 'exists', 'missing']],
    ['nodeDeleted', ['data', 'exists', 'missing', 'child']],
    ['nodeChildrenChanged', ['child']],
  ] as const)('§4: %s calls %j once', async (type, expected) => {
    const world = await watching();
    await setAll(world);
    await world.peer.notify(EventType[type], '/a', 9);
    await world.peer.notify(EventType[type], '/a', 10);
    expect(world.seen).toEqual(expected.map((name) => `${name} ${type} /a`));
  });

  test('T47: a failed getData or getChildren sets none', async () => {
    const { client, peer, clock, seen, watcher } = await watching();
    const reads = [failure(client.getData('/a', { watch: watcher('x') }))];
    reads.push(failure(client.getChildren('/a', { watch: watcher('y') })));
    await clock.settle();
    await peer.reply(peer.take().xid, 5, ZkErrorCode.noNode);
    await peer.reply(peer.take().xid, 5, ZkErrorCode.noNode);
    await Promise.all(reads);
    await peer.notify(EventType.nodeCreated, '/a');
    await peer.notify(EventType.nodeDeleted, '/a');
    expect(seen).toEqual([]);
  });

  test('T20: the event is told before the result that shows the change, though both come in one chunk', async () => {
    const world = await watching();
    await setAll(world);
    const { client, clock, peer, seen } = world;
    const read = client.getData('/a').then(() => void seen.push('read'));
    await clock.settle();
    const event = framed((w) => {
      writeReplyHeader(w, Xid.notification, 6, 0);
      writeWatcherEvent(w, EventType.nodeDataChanged, 3, '/a');
    });
    const reply = framed((w) => {
      writeReplyHeader(w, peer.take().xid, 6, 0);
      writeGetDataResponse(w, null, emptyStat());
    });
    await peer.deliver(Uint8Array.from([...event, ...reply]));
    await read;
    expect(seen.at(-1)).toBe('read');
    expect(seen.length).toBe(4);
  });

  test('T56: events that nobody waits for, and types that are unknown, are ignored', async () => {
    const { client, peer } = await watching();
    await peer.notify(EventType.nodeCreated, '/x');
    await peer.notify(99, '/x');
    expect(client.state).toBe('CONNECTED');
  });

  test('events carry type, path without chroot, zxid and state', async () => {
    const { client, peer, clock } = await watching({ chroot: '/app' });
    const events: WatchEvent[] = [];
    const reads = [
      client.exists('/a', { watch: (event) => events.push(event) }),
      client.exists('/', { watch: (event) => events.push(event) }),
    ];
    await clock.settle();
    await peer.reply(peer.take().xid, 5, ZkErrorCode.noNode);
    await peer.reply(peer.take().xid, 5, ZkErrorCode.noNode);
    await Promise.all(reads);
    await peer.notify(EventType.nodeCreated, '/app', 8);
    await peer.notify(EventType.nodeCreated, '/app/a', 9);
    expect(events).toEqual([
      { type: 'nodeCreated', path: '/', zxid: 8, state: 'CONNECTED' },
      { type: 'nodeCreated', path: '/a', zxid: 9, state: 'CONNECTED' },
    ]);
  });

  test('at the end of the session every watcher is told once that nothing more comes', async () => {
    const world = await watching();
    await setAll(world);
    await world.peer.close();
    expect(world.seen).toEqual([]);
    await world.clock.advance(60);
    await world.transport.last.expire();
    expect(world.seen.sort()).toEqual(['child none /a', 'data none /a', 'exists none /a', 'missing none /a']);
  });
});

describe('after a reconnect (§2.9)', () => {
  test('watches are set again relative to the last zxid, in front of what waits', async () => {
    const world = await watching();
    await setAll(world);
    const { client, clock, peer, transport, seen } = world;
    await peer.close();
    void failure(client.exists('/b'));
    await clock.advance(60);
    const next = transport.last;
    await next.welcome();
    const first = next.take();
    expect([first.xid, first.type]).toEqual([Xid.setWatches, OpCode.setWatches]);
    expect(readSetWatches(first.body)).toMatchObject({
      relativeZxid: 5,
      dataWatches: ['/a'],
      existWatches: ['/a'],
      childWatches: ['/a'],
    });
    expect(next.take().type).toBe(OpCode.exists);
    await next.notify(EventType.nodeDataChanged, '/a');
    await next.reply(Xid.setWatches, 5);
    expect(seen).toEqual(['data nodeDataChanged /a', 'exists nodeDataChanged /a', 'missing nodeDataChanged /a']);
  });

  test('watches that were used up are not set again', async () => {
    const world = await watching();
    await setAll(world);
    await world.peer.notify(EventType.nodeDeleted, '/a');
    await world.peer.close();
    await world.clock.advance(60);
    await world.transport.last.welcome();
    expect(world.transport.last.requests).toEqual([]);
  });

  test('§4: many watches go in batches of at most 128 KiB of paths', async () => {
    const { client, clock, peer, transport, watcher } = await watching();
    const name = 'n'.repeat(1000);
    const reads = Array.from({ length: 300 }, (_, i) => client.exists(`/${name}${i}`, { watch: watcher('x') }));
    await clock.settle();
    for (let i = 0; i < 300; i++) await peer.reply(peer.take().xid, 5, ZkErrorCode.noNode);
    await Promise.all(reads);
    await peer.close();
    await clock.advance(60);
    await transport.last.welcome();
    const batches = transport.last.requests.map((request) => readSetWatches(request.body).existWatches);
    expect(batches.length).toBeGreaterThan(1);
    expect(batches.flat().length).toBe(300);
    for (const batch of batches) expect(batch.join('').length).toBeLessThanOrEqual(131_072);
  });

  test('a refusal of setWatches ends the connection', async () => {
    const world = await watching();
    await setAll(world);
    await world.peer.close();
    await world.clock.advance(60);
    await world.transport.last.welcome();
    await world.transport.last.reply(Xid.setWatches, 5, ZkErrorCode.marshallingError);
    expect(world.client.state).toBe('CONNECTING');
  });
});

describe('watches that stay', () => {
  async function added(world: Watching, path: string, name: string, recursive: boolean) {
    const adding = world.client.addWatch(path, world.watcher(name), { recursive });
    await world.clock.settle();
    const { xid, type, body } = world.peer.take();
    expect(type).toBe(OpCode.addWatch);
    expect(readAddWatchRequest(body)).toEqual({ path, mode: recursive ? 1 : 0 });
    await world.peer.reply(xid, 5, 0, (w) => w.i32(0));
    return adding;
  }

  test('T50: a persistent one sees the node and its list of children, a recursive one all below and no lists', async () => {
    const world = await watching();
    await added(world, '/a', 'one', false);
    await added(world, '/a', 'deep', true);
    await added(world, '/', 'all', true);
    for (const [type, path] of [
      [EventType.nodeDataChanged, '/a'],
      [EventType.nodeChildrenChanged, '/a'],
      [EventType.nodeCreated, '/a/b/c'],
      [EventType.nodeDeleted, '/ab'],
      [EventType.nodeDataChanged, '/a'],
    ] as const) {
      await world.peer.notify(type, path);
    }
    expect(world.seen).toEqual([
      'one nodeDataChanged /a',
      'deep nodeDataChanged /a',
      'all nodeDataChanged /a',
      'one nodeChildrenChanged /a',
      'deep nodeCreated /a/b/c',
      'all nodeCreated /a/b/c',
      'all nodeDeleted /ab',
      'one nodeDataChanged /a',
      'deep nodeDataChanged /a',
      'all nodeDataChanged /a',
    ]);
  });

  test('they are set again with setWatches2', async () => {
    const world = await watching();
    await added(world, '/a', 'one', false);
    await added(world, '/b', 'deep', true);
    await world.peer.close();
    await world.clock.advance(60);
    await world.transport.last.welcome();
    const { type, body } = world.transport.last.take();
    expect(type).toBe(OpCode.setWatches2);
    expect(readSetWatches2(body)).toMatchObject({ persistentWatches: ['/a'], persistentRecursiveWatches: ['/b'] });
  });

  test('the last one of a path to end tells the server', async () => {
    const world = await watching();
    const endOne = await added(world, '/a', 'one', true);
    const endTwo = await added(world, '/a', 'two', true);
    await endOne();
    expect(world.peer.requests).toEqual([]);
    const ending = endTwo();
    await world.clock.settle();
    const { xid, type, body } = world.peer.take();
    expect(type).toBe(OpCode.removeWatches);
    expect(readWatcherTypeRequest(body)).toEqual({ path: '/a', type: 5 });
    await world.peer.reply(xid, 6, ZkErrorCode.noWatcher);
    await expect(ending).resolves.toBeUndefined();
    await world.peer.notify(EventType.nodeCreated, '/a/b');
    expect(world.seen).toEqual([]);
  });
});
