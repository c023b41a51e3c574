import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BatchWriter,
  ByteReader,
  checkBatch,
  crc32,
  ENTRY_TXN,
  forEachEntry,
  isQuorateError,
  makeZxid,
  portableCrc32,
  sliceBatch,
  ZXID_ZERO,
  type Zxid,
} from '../src/index.js';

function build(epoch: number, payloads: readonly Uint8Array[], previous: Zxid = ZXID_ZERO): Uint8Array {
  const writer = new BatchWriter(previous, 64);
  payloads.forEach((payload, i) => {
    const zxid = makeZxid(epoch, i + 1);
    writer.beginEntry(zxid, ENTRY_TXN);
    writer.payload.raw(payload);
    writer.endEntry(zxid);
  });
  return writer.seal(previous);
}

function entries(batch: Uint8Array): [number, string][] {
  const found: [number, string][] = [];
  forEachEntry(batch, new ByteReader(), (zxid, _kind, payload) => found.push([zxid, String(payload.rest())]));
  return found;
}

const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 12 });

test('what is written is what is read, whatever the sizes', () => {
  fc.assert(
    fc.property(payloads, (list) => {
      const batch = build(3, list);
      expect(checkBatch(batch)).toMatchObject({
        first: makeZxid(3, 1),
        last: makeZxid(3, list.length),
        count: list.length,
      });
      expect(entries(batch)).toEqual(list.map((payload, i) => [makeZxid(3, i + 1), String(payload)]));
    }),
  );
});

test('a slice is a batch of its own with the entries of its range', () => {
  fc.assert(
    fc.property(payloads, fc.nat(12), fc.nat(12), (list, a, b) => {
      const batch = build(3, list);
      const [after, through] = [makeZxid(3, Math.min(a, b)), makeZxid(3, Math.max(a, b))];
      const expected = entries(batch).filter(([zxid]) => zxid > after && zxid <= through);
      const part = sliceBatch(batch, after, through);
      if (expected.length === 0) {
        expect(part).toBeUndefined();
      } else {
        expect(entries(part!)).toEqual(expected);
        expect(checkBatch(part!).last).toBe(expected.at(-1)![0]);
      }
    }),
  );
});

test('any changed byte is noticed, any cut is refused with BAD_BATCH', () => {
  const batch = build(2, [new Uint8Array([1, 2, 3]), new Uint8Array(40)]);
  for (let i = 0; i < batch.length; i++) {
    const changed = batch.slice();
    changed[i]! ^= 0x10;
    expect(() => checkBatch(changed), `byte ${i}`).toThrow();
    try {
      checkBatch(batch.subarray(0, i));
      expect.unreachable();
    } catch (error) {
      expect(isQuorateError(error) && error.code).toBe('BAD_BATCH');
    }
  }
});

test('an abandoned entry leaves no trace', () => {
  const writer = new BatchWriter(ZXID_ZERO);
  writer.beginEntry(makeZxid(1, 1), ENTRY_TXN);
  writer.abandonEntry();
  expect(writer.count).toBe(0);
  writer.beginEntry(makeZxid(1, 1), ENTRY_TXN);
  writer.payload.u8(7);
  writer.endEntry(makeZxid(1, 1));
  writer.beginEntry(makeZxid(1, 2), ENTRY_TXN);
  writer.payload.raw(new Uint8Array(5000));
  writer.abandonEntry();
  expect(entries(writer.seal(ZXID_ZERO))).toEqual([[makeZxid(1, 1), '7']]);
});

test('batches of one writer follow each other and never share bytes', () => {
  const writer = new BatchWriter(ZXID_ZERO, 256);
  const sealed: Uint8Array[] = [];
  for (let i = 1; i <= 50; i++) {
    writer.beginEntry(makeZxid(1, i), ENTRY_TXN);
    writer.payload.u32(i);
    writer.endEntry(makeZxid(1, i));
    sealed.push(writer.seal(makeZxid(1, i - 1)));
  }
  sealed.forEach((batch, i) => {
    expect(checkBatch(batch)).toMatchObject({ previous: makeZxid(i === 0 ? 0 : 1, i), last: makeZxid(1, i + 1) });
  });
});

test('the platform CRC and the portable one agree', () => {
  fc.assert(fc.property(fc.uint8Array(), fc.nat(), (bytes, seed) => crc32(bytes, seed) === portableCrc32(bytes, seed)));
});
