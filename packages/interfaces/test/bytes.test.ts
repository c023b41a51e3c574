import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ArenaWriter, ByteReader, ByteWriter, isQuorateError } from '../src/index.js';

test('every number comes back as it went in', () => {
  const safe = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(
      safe,
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.double(),
      fc.integer(),
      (long, i64, f64, i32) => {
        const out = new ByteWriter(1);
        out.long(long);
        out.i64(i64);
        out.f64(f64);
        out.i32(i32);
        const input = new ByteReader(out.take());
        expect(Object.is(input.long(), long === 0 ? 0 : long)).toBe(true);
        expect(input.i64()).toBe(i64);
        expect(Object.is(input.f64(), f64)).toBe(true);
        expect(input.i32()).toBe(i32);
      },
    ),
  );
});

test('a run that outgrows its arena keeps what was written, and earlier runs keep their bytes', () => {
  const out = new ArenaWriter(16);
  out.raw(new Uint8Array([1, 2, 3]));
  const first = out.take();
  out.u32(0);
  out.raw(new Uint8Array(100).fill(9));
  out.patchI32(0, 77);
  const second = out.take();
  expect([...first]).toEqual([1, 2, 3]);
  expect(new ByteReader(second).i32()).toBe(77);
  expect(second.length).toBe(104);
});

test('reading beyond the end throws SHORT_READ and reads nothing', () => {
  const input = new ByteReader(new Uint8Array(8), 2, 5);
  for (const read of [() => input.i32(), () => input.long(), () => input.raw(4), () => input.skip(-1)]) {
    try {
      read();
      expect.unreachable();
    } catch (error) {
      expect(isQuorateError(error) && error.code).toBe('SHORT_READ');
    }
  }
  expect(input.remaining).toBe(3);
});

test('a reader can be pointed at views of the same buffer', () => {
  const buffer = new Uint8Array([0, 0, 0, 1, 0, 0, 0, 2]);
  const input = new ByteReader(buffer.subarray(0, 4));
  expect(input.i32()).toBe(1);
  expect(input.reset(buffer.subarray(4)).i32()).toBe(2);
  expect(input.reset(buffer, 2, 6).i32()).toBe(0x0001_0000);
});

test('copyRest copies, also out of a Node Buffer, whose own slice would not', () => {
  const chunk = Buffer.from([1, 2, 3, 4]);
  const copy = new ByteReader(chunk, 1).copyRest();
  chunk.fill(0);
  expect([...copy]).toEqual([2, 3, 4]);
});
