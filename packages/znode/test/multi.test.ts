import type { ByteWriter } from '@quorate/interfaces';
import {
  CreateMode,
  OPEN_ACL_UNSAFE,
  OpCode,
  readMultiResponse,
  writeCreateRequest,
  writeCreateTTLRequest,
  writeMultiEnd,
  writeMultiHeader,
  writePathVersion,
  writePathWatch,
  writeSetDataRequest,
  ZkErrorCode,
} from '@quorate/protocol';
import { describe, expect, test } from 'vitest';
import { ALICE, body, bytes, Harness, RecordingWatcher } from './harness.js';

type Part = (w: ByteWriter) => void;

function part(type: number, write: Part): Part {
  return (w) => {
    writeMultiHeader(w, type, false, -1);
    write(w);
  };
}

function create(path: string, flags = 0, type: number = OpCode.create, data: Uint8Array | null = bytes('x')): Part {
  return part(type, (w) => writeCreateRequest(w, path, data, OPEN_ACL_UNSAFE, flags));
}

function createTtl(path: string, flags: number, ttl: number): Part {
  return part(OpCode.createTTL, (w) => writeCreateTTLRequest(w, path, null, OPEN_ACL_UNSAFE, flags, ttl));
}

function remove(path: string, version = -1): Part {
  return part(OpCode.delete, (w) => writePathVersion(w, path, version));
}

function check(path: string, version = -1): Part {
  return part(OpCode.check, (w) => writePathVersion(w, path, version));
}

function set(path: string, version = -1, data = bytes('set')): Part {
  return part(OpCode.setData, (w) => writeSetDataRequest(w, path, data, version));
}

function multi(...parts: Part[]): Uint8Array {
  return body((w) => {
    for (const write of parts) write(w);
    writeMultiEnd(w);
  });
}

function run(h: Harness, ...parts: Part[]) {
  const outcome = h.run(OpCode.multi, multi(...parts));
  return { error: outcome.error, results: outcome.error === 0 ? readMultiResponse(outcome.body) : [] };
}

describe('multi (§2.7)', () => {
  test('T43 T45 later operations see earlier ones; one zxid and one time for all', () => {
    const h = new Harness();
    const { error, results } = run(
      h,
      create('/a', 0, OpCode.create2, null),
      create('/a/b'),
      set('/a', 0),
      create('/a/s', CreateMode.persistentSequential),
      check('/a/b', 0),
      remove('/a/b', 0),
    );
    expect(error).toBe(0);
    expect(results.map((r) => [r.type, r.err, r.path])).toEqual([
      [15, 0, '/a'],
      [1, 0, '/a/b'],
      [5, 0, undefined],
      [1, 0, '/a/s0000000001'],
      [13, 0, undefined],
      [2, 0, undefined],
    ]);
    expect(results[0]!.stat).toMatchObject({ czxid: h.zxid, version: 0, dataLength: 0, numChildren: 0 });
    expect(results[2]!.stat).toMatchObject({ czxid: h.zxid, version: 1, mtime: h.time, numChildren: 1 });
    expect(h.stat('/a')).toMatchObject({ czxid: h.zxid, pzxid: h.zxid, version: 1, cversion: 3, numChildren: 1 });
  });

  test('T8 T9 types of the results', () => {
    const h = new Harness();
    const { results } = run(
      h,
      create('/a'),
      create('/b', 0, OpCode.create2),
      create('/c', CreateMode.container, OpCode.createContainer),
      createTtl('/d', CreateMode.persistentWithTtl, 5),
    );
    expect(results.map((r) => r.type)).toEqual([1, 15, 15, 15]);
  });

  test('T41 a failing operation: 0 before it, its code, -2 behind it, all of type -1; nothing is applied', () => {
    const h = new Harness();
    h.made('/p');
    const before = h.machine.digest();
    const { error, results } = run(h, create('/p/s', 2), create('/no/a'), set('/p'), remove('/p'));
    expect(error).toBe(0);
    expect(results).toEqual([0, -101, -2, -2].map((err) => ({ type: -1, err })));
    expect(h.machine.digest()).toBe(before);
    expect(h.machine.lastApplied).toBe(h.zxid);
    expect(h.made('/p/s', { flags: 2 })).toBe('/p/s0000000000');
  });

  test('a failed multi takes back what it entered, even while another change of the same nodes is pending', () => {
    const h = new Harness();
    h.made('/p');
    h.prepare(
      OpCode.setData,
      body((w) => writeSetDataRequest(w, '/p', bytes('1'), 0)),
    );
    h.prepare(OpCode.multi, multi(create('/p/s', 2), set('/p', 1), check('/p', 9)));
    h.prepare(
      OpCode.setData,
      body((w) => writeSetDataRequest(w, '/p', bytes('2'), 1)),
    );
    expect(h.pending.slice().map(() => h.applyNext().error)).toEqual([0, 0, 0]);
    expect(h.stat('/p')).toMatchObject({ version: 2, cversion: 0 });
  });

  test('an empty one consumes a zxid and answers with the terminator alone', () => {
    const h = new Harness();
    const outcome = h.run(OpCode.multi, multi());
    expect(outcome.error).toBe(0);
    expect(outcome.body.rest()).toEqual(new Uint8Array([255, 255, 255, 255, 1, 255, 255, 255, 255]));
    expect(h.machine.lastApplied).toBe(h.zxid);
  });

  const undecodable: [string, Part][] = [
    ['flags outside 0..6', create('/b', 7)],
    ['TTL flags in a plain create', create('/b', 5)],
    ['null ACL', part(OpCode.create, (w) => writeCreateRequest(w, '/b', null, null, 0))],
    ['a read', part(OpCode.getData, (w) => writePathWatch(w, '/', false))],
    ['setACL', part(OpCode.setACL, (w) => w.i32(0))],
    ['deleteContainer', part(OpCode.deleteContainer, (w) => w.i32(-1))],
    ['a short operation', part(OpCode.delete, (w) => w.i32(100))],
  ];
  for (const [title, bad] of undecodable) {
    test(`MarshallingError for the whole: ${title}`, () => {
      const h = new Harness();
      expect(run(h, create('/a'), bad, create('/c')).error).toBe(ZkErrorCode.marshallingError);
      expect(h.stat('/a')).toBeUndefined();
      expect(h.create('/a').error).toBe(0);
    });
  }

  test('§1.7 container flags turn a create into createContainer, createTTL with plain flags is a create', () => {
    const h = new Harness();
    const { results } = run(h, create('/c', CreateMode.container), createTtl('/p', 0, -1));
    expect(results.map((r) => r.type)).toEqual([15, 1]);
    h.made('/c/x');
    h.delete('/c/x');
    expect(h.machine.sweep(h.time, 10)).toEqual(['/c']);
  });

  test('createTTL with a bad ttl or bad flags is an error of that operation only', () => {
    const h = new Harness();
    expect(run(h, createTtl('/t', 5, 0)).results).toEqual([{ type: -1, err: -8 }]);
    expect(run(h, createTtl('/t', 9, 4)).results).toEqual([{ type: -1, err: -8 }]);
  });

  test('T44 check: version -1 checks existence', () => {
    const h = new Harness();
    h.made('/a');
    expect(run(h, check('/a')).results).toEqual([{ type: 13, err: 0 }]);
    expect(run(h, check('/a', 1)).results).toEqual([{ type: -1, err: -103 }]);
    expect(run(h, check('/b')).results).toEqual([{ type: -1, err: -101 }]);
    expect(run(h, check('b')).results).toEqual([{ type: -1, err: -8 }]);
  });

  test('a session that is gone fails the first operation', () => {
    const h = new Harness();
    h.closeSession(ALICE);
    expect(run(h, create('/a'), create('/b')).results.map((r) => r.err)).toEqual([-112, -2]);
  });

  test('ephemerals of a multi go with the session', () => {
    const h = new Harness();
    h.prepare(OpCode.multi, multi(create('/p'), create('/e', 1)));
    h.prepare(OpCode.closeSession, new Uint8Array(0));
    h.applyNext();
    h.applyNext();
    expect(h.children('/').sort()).toEqual(['p', 'zookeeper']);
  });

  test('watches fire per operation, in order', () => {
    const h = new Harness();
    h.made('/a');
    const w = new RecordingWatcher();
    h.pathRead(OpCode.getChildren, '/', true, w);
    h.pathRead(OpCode.getData, '/a', true, w);
    h.pathRead(OpCode.exists, '/b', true, w);
    run(h, set('/a'), create('/b'), remove('/a'));
    expect(w.take()).toEqual([`3 /a ${h.zxid}`, `1 /b ${h.zxid}`, `4 / ${h.zxid}`]);
  });
});

describe('multiRead', () => {
  test('each part has its result or error, and none sets a watch', () => {
    const h = new Harness();
    h.made('/a', { data: bytes('d') });
    const outcome = h.read(
      OpCode.multiRead,
      multi(
        part(OpCode.getData, (w) => writePathWatch(w, '/a', true)),
        part(OpCode.getChildren, (w) => writePathWatch(w, '/no', true)),
        part(OpCode.getChildren, (w) => writePathWatch(w, '/', true)),
      ),
    );
    const results = readMultiResponse(outcome.body);
    expect(results.map((r) => [r.type, r.err])).toEqual([
      [4, 0],
      [-1, -101],
      [8, 0],
    ]);
    expect(results[0]!.data).toEqual(bytes('d'));
    expect(results[2]!.children).toEqual(['zookeeper', 'a']);
    expect(h.machine.watches.size).toBe(0);
  });

  test('anything else in it is MarshallingError, and later reads watch again', () => {
    const h = new Harness();
    const bad = multi(
      part(OpCode.getData, (w) => writePathWatch(w, '/', true)),
      remove('/a'),
    );
    const outcome = h.read(OpCode.multiRead, bad);
    expect(outcome.error).toBe(ZkErrorCode.marshallingError);
    expect(outcome.body.remaining).toBe(0);
    h.pathRead(OpCode.getData, '/', true);
    expect(h.machine.watches.size).toBe(1);
  });
});
