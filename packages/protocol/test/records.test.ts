import { ByteReader, ByteWriter, isQuorateError } from '@quorate/interfaces';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as p from '../src/index.js';
import { CODECS, type Codec } from './codecs.js';

/** A record whose whole may be missing says so with -1. */
function mayEnd(codec: Codec, length: number, cut: number): boolean {
  return codec.optionalTail!.some((tail) => (tail < 0 ? cut === 0 : length - cut === tail));
}

describe.each(CODECS.map((codec) => [codec.name, codec] as const))('%s', (_name, codec) => {
  test('reads back as written, wherever it lies in a buffer, to its last byte', () => {
    fc.assert(
      fc.property(codec.values, fc.nat({ max: 9 }), (value, before) => {
        const w = new ByteWriter(1);
        w.raw(new Uint8Array(before).fill(0xff));
        codec.write(w, value);
        const end = w.length;
        w.raw(new Uint8Array(3).fill(0xff));
        const r = new ByteReader(w.take(), before, end);
        expect(codec.read(r)).toEqual(value);
        expect(r.offset).toBe(end);
      }),
    );
  });

  test('cut at any byte it throws SHORT_READ', () => {
    fc.assert(
      fc.property(codec.values, (value) => {
        const w = new ByteWriter();
        codec.write(w, value);
        const bytes = w.take();
        for (let cut = 0; cut < bytes.length; cut++) {
          if (mayEnd(codec, bytes.length, cut)) continue;
          expect(() => codec.read(new ByteReader(bytes, 0, cut))).toThrow(
            expect.objectContaining({ code: 'SHORT_READ' }),
          );
        }
      }),
      { numRuns: 20 },
    );
  });

  test('of random bytes it reads something within them or throws a QuorateError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.array(fc.nat({ max: 119 })), (bytes, zeros) => {
        for (const at of zeros) if (at < bytes.length) bytes[at] = 0;
        const r = new ByteReader(bytes);
        try {
          codec.read(r);
          expect(r.offset).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(isQuorateError(error) && error.code).toBe('SHORT_READ');
        }
      }),
    );
  });
});

describe('readers that fill an object', () => {
  test('leave nothing of the record before', () => {
    const w = new ByteWriter();
    p.writeCreateTTLRequest(w, '/long/path', Uint8Array.of(1), [{ perms: 1, scheme: 'ip', id: '::1' }], 5, 9);
    p.writeCreateRequest(w, null, null, null, 0);
    const r = new ByteReader(w.take());
    const request = p.readCreateTTLRequest(r);
    expect(p.readCreateRequest(r, request)).toBe(request);
    expect(request).toEqual(p.emptyCreateRequest());
  });

  test('CreateTxn of old servers, without parentCVersion, has -1', () => {
    const w = new ByteWriter();
    p.writeCreateTxn(w, '/a', null, p.OPEN_ACL_UNSAFE, true, 5);
    const bytes = w.take();
    const txn = p.readCreateTxn(new ByteReader(bytes, 0, bytes.length - 4));
    expect([txn.path, txn.ephemeral, txn.parentCVersion]).toEqual(['/a', true, -1]);
  });

  test('an empty CloseSessionTxn names no paths, which is not the same as none', () => {
    expect(p.readCloseSessionTxn(new ByteReader())).toBeNull();
  });

  test('T14: the session id of a header is all 64 bits', () => {
    const header = { ...p.emptyTxnHeader(), clientHi: 0x018bcfe5, clientLo: 0x68000000 | 0 };
    expect(p.txnClientId(header)).toBe(0x018bcfe568000000n);
    expect(p.txnClientId({ ...header, clientHi: -1, clientLo: -2 })).toBe(-2n);
  });

  test('writeStatFields and writeStat write the same', () => {
    const a = new ByteWriter();
    const b = new ByteWriter();
    const ephemeralOwner = 0x018bcfe5f8000001n;
    p.writeStat(a, { ...p.emptyStat(), czxid: 2 ** 40 + 1, pzxid: 3, ephemeralOwner, version: -1 });
    p.writeStatFields(b, 2 ** 40 + 1, 0, 0, 0, -1, 0, 0, 0x018bcfe5, 0xf8000001, 0, 0, 3);
    expect(b.take()).toEqual(a.take());
  });

  test('skipAclVector stands where readAclVector stands', () => {
    for (const acl of [null, [], p.OPEN_ACL_UNSAFE, [{ perms: 3, scheme: 'digest', id: 'u:x' }]]) {
      const w = new ByteWriter();
      p.writeAclVector(w, acl);
      const r = new ByteReader(w.take());
      p.skipAclVector(r);
      expect(r.remaining).toBe(0);
    }
  });
});

describe('names', () => {
  test('codes have the names of §1.5 and §1.8, unknown ones their number', () => {
    expect([p.opName(15), p.opName(-11), p.opName(10)]).toEqual(['create2', 'closeSession', 'op 10']);
    expect([p.zkErrorName(-101), p.zkErrorName(0), p.zkErrorName(-126)]).toEqual(['noNode', 'ok', 'error -126']);
  });

  test('§1.10: what the create flags say', () => {
    const flags = [-1, 0, 1, 2, 3, 4, 5, 6, 7];
    expect(flags.filter(p.isStandardCreateMode)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(flags.filter(p.isSequential)).toEqual([2, 3, 6]);
    expect(flags.filter(p.isEphemeral)).toEqual([1, 3]);
    expect(flags.filter(p.isTtl)).toEqual([5, 6]);
  });
});
