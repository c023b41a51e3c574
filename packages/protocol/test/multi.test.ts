import { ByteReader, ByteWriter, isQuorateError } from '@quorate/interfaces';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as p from '../src/index.js';

const DATA = Uint8Array.of(1, 2);
const { OpCode } = p;

/** One of each sub-operation. */
function everyOperation(): Uint8Array {
  const w = new ByteWriter();
  for (const type of [OpCode.create, OpCode.create2, OpCode.createContainer]) {
    p.writeMultiHeader(w, type, false, -1);
    p.writeCreateRequest(w, `/c${type}`, DATA, p.OPEN_ACL_UNSAFE, 2);
  }
  p.writeMultiHeader(w, OpCode.createTTL, false, -1);
  p.writeCreateTTLRequest(w, '/ttl', null, null, 5, 77);
  p.writeMultiHeader(w, OpCode.delete, false, -1);
  p.writePathVersion(w, '/d', 4);
  p.writeMultiHeader(w, OpCode.setData, false, -1);
  p.writeSetDataRequest(w, '/s', DATA, 5);
  p.writeMultiHeader(w, OpCode.check, false, -1);
  p.writePathVersion(w, '/v', 6);
  p.writeMultiHeader(w, OpCode.getData, false, -1);
  p.writePathWatch(w, '/g', true);
  p.writeMultiHeader(w, OpCode.getChildren, false, -1);
  p.writePathWatch(w, '/k', false);
  p.writeMultiEnd(w);
  return w.take();
}

function everyResult(): Uint8Array {
  const w = new ByteWriter();
  p.writeMultiHeader(w, OpCode.create, false, 0);
  p.writePathRecord(w, '/a');
  p.writeMultiHeader(w, OpCode.create2, false, 0);
  p.writeCreate2Response(w, '/b', p.emptyStat());
  p.writeMultiHeader(w, OpCode.delete, false, 0);
  p.writeMultiHeader(w, OpCode.setData, false, 0);
  p.writeStat(w, p.emptyStat());
  p.writeMultiHeader(w, OpCode.check, false, 0);
  p.writeMultiHeader(w, OpCode.getChildren, false, 0);
  p.writeGetChildrenResponse(w, ['x', 'y']);
  p.writeMultiHeader(w, OpCode.getData, false, 0);
  p.writeGetDataResponse(w, DATA, p.emptyStat());
  p.writeMultiError(w, -101);
  p.writeMultiEnd(w);
  return w.take();
}

function readAllOperations(bytes: Uint8Array, end = bytes.length): unknown[] {
  const r = new ByteReader(bytes, 0, end);
  const multi = new p.MultiRequestReader();
  const seen: unknown[] = [];
  while (multi.next(r)) {
    const { type, path, data, acl, flags, ttl, version } = multi;
    seen.push({ type, path, data, acl, flags, ttl, version });
  }
  return seen;
}

describe('multi requests (§1.7)', () => {
  test('every sub-operation is read with its own fields and nothing of the one before', () => {
    const none = { data: null, acl: null, flags: 0, ttl: -1, version: -1 };
    const created = { ...none, data: DATA, acl: p.OPEN_ACL_UNSAFE, flags: 2 };
    expect(readAllOperations(everyOperation())).toEqual([
      { ...created, type: OpCode.create, path: '/c1' },
      { ...created, type: OpCode.create2, path: '/c15' },
      { ...created, type: OpCode.createContainer, path: '/c19' },
      { ...none, type: OpCode.createTTL, path: '/ttl', flags: 5, ttl: 77 },
      { ...none, type: OpCode.delete, path: '/d', version: 4 },
      { ...none, type: OpCode.setData, path: '/s', data: DATA, version: 5 },
      { ...none, type: OpCode.check, path: '/v', version: 6 },
      { ...none, type: OpCode.getData, path: '/g' },
      { ...none, type: OpCode.getChildren, path: '/k' },
    ]);
  });

  test('a sub-operation that no multi may hold is REFUSED', () => {
    const w = new ByteWriter();
    p.writeMultiHeader(w, OpCode.setACL, false, -1);
    p.writeSetACLRequest(w, '/a', p.OPEN_ACL_UNSAFE, -1);
    expect(() => readAllOperations(w.take())).toThrow(expect.objectContaining({ code: 'REFUSED' }));
  });

  test('cut at any byte it throws SHORT_READ: without its terminator it is not whole', () => {
    const bytes = everyOperation();
    for (let cut = 0; cut < bytes.length; cut++) {
      expect(() => readAllOperations(bytes, cut)).toThrow(expect.objectContaining({ code: 'SHORT_READ' }));
    }
  });
});

describe('multi responses (§1.7)', () => {
  test('every kind of result is read with its payload', () => {
    const stat = p.emptyStat();
    expect(p.readMultiResponse(new ByteReader(everyResult()))).toEqual([
      { type: OpCode.create, err: 0, path: '/a' },
      { type: OpCode.create2, err: 0, path: '/b', stat },
      { type: OpCode.delete, err: 0 },
      { type: OpCode.setData, err: 0, stat },
      { type: OpCode.check, err: 0 },
      { type: OpCode.getChildren, err: 0, children: ['x', 'y'] },
      { type: OpCode.getData, err: 0, data: DATA, stat },
      { type: -1, err: -101 },
    ]);
  });

  test('T8: types that no response may hold are REFUSED', () => {
    const w = new ByteWriter();
    p.writeMultiHeader(w, OpCode.createTTL, false, 0);
    expect(() => p.readMultiResponse(new ByteReader(w.take()))).toThrow(expect.objectContaining({ code: 'REFUSED' }));
  });

  test('cut at any byte it throws SHORT_READ', () => {
    const bytes = everyResult();
    for (let cut = 0; cut < bytes.length; cut++) {
      expect(() => p.readMultiResponse(new ByteReader(bytes, 0, cut))).toThrow(
        expect.objectContaining({ code: 'SHORT_READ' }),
      );
    }
  });
});

describe('multi txns (zab-spec §4.2)', () => {
  function multiTxn(): Uint8Array {
    const w = new ByteWriter(1);
    const multi = p.beginMultiTxn(w);
    const first = p.beginSubTxn(w, OpCode.delete);
    p.writeDeleteTxn(w, '/a');
    p.endSubTxn(w, first);
    const second = p.beginSubTxn(w, OpCode.error);
    p.writeErrorTxn(w, -101);
    p.endSubTxn(w, second);
    p.endMultiTxn(w, multi, 2);
    return w.take();
  }

  test('sub-records are written in place, and each is read within its own bytes', () => {
    const r = new ByteReader(multiTxn());
    const sub = new ByteReader();
    expect(p.readMultiTxn(r)).toBe(2);
    expect(p.readSubTxn(r, sub)).toBe(OpCode.delete);
    expect(p.readDeleteTxn(sub)).toBe('/a');
    expect(sub.remaining).toBe(0);
    expect(p.readSubTxn(r, sub)).toBe(OpCode.error);
    expect(p.readErrorTxn(sub)).toBe(-101);
    expect([sub.remaining, r.remaining]).toEqual([0, 0]);
  });

  test('cut at any byte it throws SHORT_READ', () => {
    const bytes = multiTxn();
    const sub = new ByteReader();
    for (let cut = 0; cut < bytes.length; cut++) {
      const r = new ByteReader(bytes, 0, cut);
      expect(() => {
        for (let left = p.readMultiTxn(r); left > 0; left--) p.readSubTxn(r, sub);
      }).toThrow(expect.objectContaining({ code: 'SHORT_READ' }));
    }
  });
});

test('random bytes make multi readers throw nothing but QuorateError', () => {
  const word = fc.constantFrom([0, 0, 0, 1], [0, 0, 0, 2], [0, 0, 0, 4], [0, 0, 0, 15], [255, 255, 255, 255], [0], [9]);
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const bytes = Uint8Array.from(words.flat());
      const sub = new ByteReader();
      const readers: (() => unknown)[] = [
        () => readAllOperations(bytes),
        () => p.readMultiResponse(new ByteReader(bytes)),
        () => {
          const r = new ByteReader(bytes);
          for (let left = p.readMultiTxn(r); left > 0; left--) p.readSubTxn(r, sub);
        },
      ];
      for (const read of readers) {
        try {
          read();
        } catch (error) {
          expect(isQuorateError(error)).toBe(true);
        }
      }
    }),
    { numRuns: 1000 },
  );
});
