import {
  AddWatchMode,
  OpCode,
  Perms,
  type SetWatches,
  WatcherType,
  writeAddWatchRequest,
  writeSetWatches,
  writeSetWatches2,
  writeWatcherTypeRequest,
  ZkErrorCode,
} from '@quorate/protocol';
import { digestId, makeIdentity, type Watcher } from '@quorate/znode';
import { beforeEach, describe, expect, test } from 'vitest';
import { body, bytes, Harness, RecordingWatcher } from './harness.js';

let h: Harness;
let w: RecordingWatcher;

beforeEach(() => {
  h = new Harness();
  w = new RecordingWatcher();
});

function events(): string[] {
  return w.take().map((event) => event.slice(0, event.lastIndexOf(' ')));
}

function addWatch(path: string, mode: number, watcher: Watcher = w): number {
  return h.read(
    OpCode.addWatch,
    body((out) => writeAddWatchRequest(out, path, mode)),
    watcher,
  ).error;
}

function watcherOp(opcode: number, path: string, type: number, watcher: Watcher = w): number {
  return h.read(
    opcode,
    body((out) => writeWatcherTypeRequest(out, path, type)),
    watcher,
  ).error;
}

describe('one-shot watches (§2.8)', () => {
  test('T47 exists watches a missing node; getData and getChildren do not', () => {
    h.pathRead(OpCode.getData, '/a', true, w);
    h.pathRead(OpCode.getChildren, '/a', true, w);
    expect(h.machine.watches.size).toBe(0);
    h.pathRead(OpCode.exists, '/a', true, w);
    expect(h.machine.watches.size).toBe(1);
    h.made('/a');
    expect(w.take()).toEqual([`1 /a ${h.zxid}`]);
    expect(h.machine.watches.size).toBe(0);
  });

  test('without the watch flag none is set', () => {
    for (const op of [OpCode.exists, OpCode.getData, OpCode.getChildren, OpCode.getChildren2]) {
      h.pathRead(op, '/', false, w);
    }
    expect(h.machine.watches.size).toBe(0);
  });

  test('setData fires data watches once, with identical content too', () => {
    h.made('/a', { data: bytes('x') });
    h.pathRead(OpCode.getData, '/a', true, w);
    h.setData('/a', bytes('x'));
    h.setData('/a', bytes('y'));
    expect(events()).toEqual(['3 /a']);
  });

  test('T49 create: NodeCreated, then NodeChildrenChanged of the parent', () => {
    h.pathRead(OpCode.getChildren, '/', true, w);
    h.pathRead(OpCode.exists, '/a', true, w);
    h.made('/a');
    expect(events()).toEqual(['1 /a', '4 /']);
  });

  test('T48 T49 delete: NodeDeleted once, then NodeChildrenChanged of the parent', () => {
    h.made('/a');
    h.pathRead(OpCode.getChildren, '/', true, w);
    h.pathRead(OpCode.getChildren, '/a', true, w);
    h.pathRead(OpCode.getData, '/a', true, w);
    h.delete('/a');
    expect(events()).toEqual(['2 /a', '4 /']);
    expect(h.machine.watches.size).toBe(0);
  });

  test('a child watch alone hears of the delete, and not of the create', () => {
    h.made('/a');
    h.pathRead(OpCode.getChildren2, '/a', true, w);
    h.setData('/a', bytes('1'));
    h.delete('/a');
    expect(events()).toEqual(['2 /a']);
    h.made('/a');
    expect(events()).toEqual([]);
  });

  test('T31 setACL and failed writes fire nothing', () => {
    h.made('/a');
    h.pathRead(OpCode.getData, '/a', true, w);
    h.setAcl('/a', [{ perms: 31, scheme: 'world', id: 'anyone' }]);
    h.setData('/a', bytes('1'), 9);
    expect(events()).toEqual([]);
  });

  test('every connection is told once, in order of registration', () => {
    const order: string[] = [];
    const make = (name: string): Watcher => ({ identity: w.identity, notify: () => order.push(name) });
    const [first, second] = [make('first'), make('second')];
    for (const watcher of [first, second, first]) h.pathRead(OpCode.exists, '/a', true, watcher);
    h.made('/a');
    expect(order).toEqual(['first', 'second']);
  });

  test('T54 a connection that closed is told nothing', () => {
    h.pathRead(OpCode.exists, '/a', true, w);
    h.pathRead(OpCode.getChildren, '/', true, w);
    addWatch('/', AddWatchMode.persistentRecursive);
    h.machine.watches.removeWatcher(w);
    expect(h.machine.watches.size).toBe(0);
    h.made('/a');
    expect(events()).toEqual([]);
  });

  test('a watcher may go away while it is told', () => {
    const leaving: Watcher = {
      identity: w.identity,
      notify: () => h.machine.watches.removeWatcher(leaving),
    };
    h.pathRead(OpCode.exists, '/a', true, leaving);
    h.pathRead(OpCode.getChildren, '/', true, leaving);
    h.pathRead(OpCode.exists, '/a', true, w);
    h.made('/a');
    expect(events()).toEqual(['1 /a']);
    expect(h.machine.watches.size).toBe(0);
  });

  test('T53 the parent of a top-level node is /, and the empty path is the root', () => {
    h.pathRead(OpCode.getChildren, '', true, w);
    h.made('/a');
    expect(events()).toEqual(['4 /']);
  });

  test('T55 events are filtered by READ at fire time, and a filtered one-shot watch is used up', () => {
    const user = digestId('user:password');
    const identity = makeIdentity([user]);
    h.made('/a');
    h.pathRead(OpCode.getData, '/a', true, w);
    h.setAcl('/a', [{ perms: Perms.all, ...user }]);
    h.setData('/a', bytes('1'), -1, identity);
    expect(events()).toEqual([]);
    expect(h.machine.watches.size).toBe(0);
    w.identity = identity;
    h.pathRead(OpCode.getData, '/a', true, w);
    h.setData('/a', bytes('2'), -1, identity);
    expect(events()).toEqual(['3 /a']);
  });

  test('T55 on delete the deleted node, and for its parent the parent, decides', () => {
    const user = digestId('user:password');
    h.made('/p');
    h.made('/p/a');
    h.setAcl('/p/a', [{ perms: Perms.all, ...user }]);
    addWatch('/p/a', AddWatchMode.persistent);
    addWatch('/p', AddWatchMode.persistent);
    h.delete('/p/a');
    expect(events()).toEqual(['4 /p']);
  });
});

describe('persistent watches', () => {
  test('T50 persistent: created, changed, children changed, deleted once, and it stays', () => {
    expect(addWatch('/a', AddWatchMode.persistent)).toBe(0);
    h.made('/a');
    h.setData('/a', bytes('1'));
    h.made('/a/b');
    h.setData('/a/b', bytes('1'));
    h.delete('/a/b');
    h.delete('/a');
    h.made('/a');
    expect(events()).toEqual(['1 /a', '3 /a', '4 /a', '4 /a', '2 /a', '1 /a']);
  });

  test('T50 recursive: base and everything below, never NodeChildrenChanged', () => {
    addWatch('/a', AddWatchMode.persistentRecursive);
    h.made('/a');
    h.made('/a/b');
    h.made('/a/b/c');
    h.made('/ab');
    h.setData('/a/b/c', bytes('1'));
    h.delete('/a/b/c');
    expect(events()).toEqual(['1 /a', '1 /a/b', '1 /a/b/c', '3 /a/b/c', '2 /a/b/c']);
  });

  test('T50 recursive on / matches everything', () => {
    addWatch('/', AddWatchMode.persistentRecursive);
    h.made('/a');
    h.made('/a/b');
    expect(events()).toEqual(['1 /a', '1 /a/b']);
  });

  test('T48 modes stand together, one event each', () => {
    h.made('/a');
    h.pathRead(OpCode.getData, '/a', true, w);
    addWatch('/a', AddWatchMode.persistent);
    addWatch('/a', AddWatchMode.persistentRecursive);
    addWatch('/', AddWatchMode.persistentRecursive);
    h.setData('/a', bytes('1'));
    expect(events()).toEqual(['3 /a']);
    h.setData('/a', bytes('2'));
    expect(events()).toEqual(['3 /a']);
  });

  test('T10 the reply of addWatch is four bytes of 0; a bad mode is MarshallingError', () => {
    const outcome = h.read(
      OpCode.addWatch,
      body((out) => writeAddWatchRequest(out, '/a', 0)),
      w,
    );
    expect(outcome.body.rest()).toEqual(new Uint8Array(4));
    expect(addWatch('/a', 2)).toBe(ZkErrorCode.marshallingError);
  });
});

describe('removeWatches and checkWatches', () => {
  test('NoWatcher, bad types, and each type by itself', () => {
    h.made('/a');
    expect(watcherOp(OpCode.removeWatches, '/a', WatcherType.any)).toBe(ZkErrorCode.noWatcher);
    expect(watcherOp(OpCode.removeWatches, '/a', 9)).toBe(ZkErrorCode.marshallingError);
    expect(watcherOp(OpCode.checkWatches, '/a', 0)).toBe(ZkErrorCode.marshallingError);
    h.pathRead(OpCode.getData, '/a', true, w);
    h.pathRead(OpCode.getChildren, '/a', true, w);
    addWatch('/a', AddWatchMode.persistent);
    addWatch('/a', AddWatchMode.persistentRecursive);
    const types = [WatcherType.children, WatcherType.data, WatcherType.persistent, WatcherType.persistentRecursive];
    for (const type of types) {
      expect(watcherOp(OpCode.checkWatches, '/a', type)).toBe(0);
      expect(watcherOp(OpCode.removeWatches, '/a', type)).toBe(0);
      expect(watcherOp(OpCode.checkWatches, '/a', type)).toBe(ZkErrorCode.noWatcher);
      expect(watcherOp(OpCode.removeWatches, '/a', type)).toBe(ZkErrorCode.noWatcher);
    }
    expect(h.machine.watches.size).toBe(0);
  });

  test('any removes all modes from both tables, of this connection only, and sends no event', () => {
    const other = new RecordingWatcher();
    h.made('/a');
    h.pathRead(OpCode.getData, '/a', true, other);
    h.pathRead(OpCode.getChildren, '/a', true, w);
    addWatch('/a', AddWatchMode.persistent);
    addWatch('/a', AddWatchMode.persistentRecursive);
    expect(watcherOp(OpCode.removeWatches, '/a', WatcherType.any)).toBe(0);
    h.made('/a/b');
    h.setData('/a', bytes('1'));
    expect(events()).toEqual([]);
    expect(other.events.length).toBe(1);
  });
});

describe('setWatches (§2.9)', () => {
  const NONE: readonly string[] = [];

  function setWatches(since: number, data = NONE, exist = NONE, child = NONE): number {
    return h.read(
      OpCode.setWatches,
      body((out) => writeSetWatches(out, since, data, exist, child)),
      w,
    ).error;
  }

  test('T52 data: deleted, changed, or registered', () => {
    h.made('/same');
    h.made('/changed');
    const since = h.zxid;
    h.setData('/changed', bytes('1'));
    expect(setWatches(since, ['/gone', '/changed', '/same'])).toBe(0);
    expect(w.take()).toEqual(['2 /gone -1', '3 /changed -1']);
    h.setData('/same', bytes('1'));
    expect(events()).toEqual(['3 /same']);
  });

  test('T52 exist: created whenever it exists, else registered', () => {
    h.made('/old');
    setWatches(h.zxid, NONE, ['/old', '/new']);
    expect(w.take()).toEqual(['1 /old -1']);
    h.made('/new');
    expect(events()).toEqual(['1 /new']);
  });

  test('T52 child: deleted, changed by create or delete, or registered', () => {
    for (const path of ['/same', '/created', '/deleted', '/deleted/x']) h.made(path);
    const since = h.zxid;
    h.made('/created/x');
    h.delete('/deleted/x');
    setWatches(since, NONE, NONE, ['/created', '/deleted', '/gone', '/same']);
    expect(w.take()).toEqual(['4 /created -1', '4 /deleted -1', '2 /gone -1']);
    h.made('/same/x');
    expect(events()).toEqual(['4 /same']);
  });

  test('T51 persistent ones are registered without catch-up', () => {
    h.made('/a');
    const watches: SetWatches = {
      relativeZxid: 0,
      dataWatches: [],
      existWatches: [],
      childWatches: [],
      persistentWatches: ['/a'],
      persistentRecursiveWatches: ['/b'],
    };
    h.read(
      OpCode.setWatches2,
      body((out) => writeSetWatches2(out, watches)),
      w,
    );
    expect(events()).toEqual([]);
    h.made('/a/x');
    h.made('/b');
    h.made('/b/x');
    expect(events()).toEqual(['4 /a', '1 /b', '1 /b/x']);
  });
});
