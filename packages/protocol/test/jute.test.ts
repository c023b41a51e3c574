import { ByteReader, ByteWriter, isQuorateError } from '@quorate/interfaces';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  readBool,
  readBuffer,
  readString,
  readStringVector,
  readVectorCount,
  skipBuffer,
  writeBool,
  writeBuffer,
  writeString,
  writeStringVector,
} from '../src/index.js';
import { asciiString, decodeUtf8, encodeUtf8, fastUtf8Write, portableAsciiString } from '../src/utf8.js';
import { fromHex, toHex } from './hex.js';

function written(write: (w: ByteWriter) => void): Uint8Array {
  const w = new ByteWriter(1);
  write(w);
  return w.take();
}

/** Any UTF-16 at all, lone surrogates included. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));

describe('strings', () => {
  test('§1.1: byte length and UTF-8; -1 is null', () => {
    expect(toHex(written((w) => writeString(w, '/a')))).toBe('000000022f61');
    expect(toHex(written((w) => writeString(w, 'ä漢')))).toBe('00000005c3a4e6bca2');
    expect(toHex(written((w) => writeString(w, '')))).toBe('00000000');
    expect(toHex(written((w) => writeString(w, null)))).toBe('ffffffff');
    expect(toHex(written((w) => writeString(w, 'a\0b')))).toBe('00000003610062');
  });

  test('every UTF-16 string reads back as it was, short or long', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyText, fc.string({ maxLength: 200 }), fc.string({ unit: 'grapheme', maxLength: 200 })),
        (text) => {
          const r = new ByteReader(written((w) => writeString(w, text)));
          expect(readString(r)).toBe(text);
          expect(r.remaining).toBe(0);
        },
      ),
    );
  });

  test('well-formed text is encoded and decoded as the platform does it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (text) => {
        const expected = new TextEncoder().encode(text);
        expect(written((w) => writeString(w, text)).subarray(4)).toEqual(expected);
        expect(decodeUtf8(expected, 0, expected.length)).toBe(text);
      }),
    );
  });

  test('bytes that are no UTF-8 decode as the platform does it, U+FFFD for U+FFFD', () => {
    const noSurrogates = (bytes: Uint8Array) => bytes.every((byte, i) => byte !== 0xed || (bytes[i + 1] ?? 0) < 0xa0);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 12 }).filter(noSurrogates),
        fc.constantFrom([], [0xe0], [0xf0, 0x90], [0xf4, 0x90], [0xc1, 0x80], [0xf0, 0x80], [0xe0, 0x9f, 0x80], [0xf5]),
        (noise, tail) => {
          const bytes = Uint8Array.from([...noise, ...tail]);
          const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
          expect(decodeUtf8(bytes, 0, bytes.length)).toBe(decoder.decode(bytes));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('T13: CESU-8, as Java writes characters beyond U+FFFF, is read as those characters', () => {
    const r = new ByteReader(fromHex('00000007 61 eda0bd edb880'));
    expect(readString(r)).toBe('a😀');
  });

  test('long texts are decoded whole', () => {
    const text = 'ä'.repeat(10_000);
    expect(readString(new ByteReader(written((w) => writeString(w, text))))).toBe(text);
  });

  test('the platform and the plain code agree on ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 300 }), (text) => {
        const plain = new Uint8Array(3 * text.length + 2);
        const fast = new Uint8Array(3 * text.length + 2);
        expect(encodeUtf8(plain, text, 1)).toBe(1 + text.length);
        expect(fastUtf8Write(fast, text, 1)).toBe(text.length);
        expect(fast).toEqual(plain);
        expect(portableAsciiString(plain, 1, 1 + text.length)).toBe(text);
        expect(asciiString(plain, 1, 1 + text.length)).toBe(text);
      }),
    );
  });

  test.each(['fffffffe', '80000000', '7fffffff', '00000003 6161', '00000001'])(
    'a length below -1 or beyond the bytes left throws SHORT_READ: %s',
    (hex) => {
      for (const read of [readString, readBuffer, skipBuffer]) {
        expect(() => read(new ByteReader(fromHex(hex)))).toThrow(expect.objectContaining({ code: 'SHORT_READ' }));
      }
    },
  );
});

describe('buffers, booleans, vectors', () => {
  test('T4: null and empty buffers differ, both ways', () => {
    expect(toHex(written((w) => writeBuffer(w, null)))).toBe('ffffffff');
    expect(toHex(written((w) => writeBuffer(w, new Uint8Array(0))))).toBe('00000000');
    expect(readBuffer(new ByteReader(fromHex('ffffffff')))).toBeNull();
    expect(readBuffer(new ByteReader(fromHex('00000000')))).toEqual(new Uint8Array(0));
  });

  test('a buffer is read as a view', () => {
    const bytes = fromHex('00000002 0102');
    const view = readBuffer(new ByteReader(bytes));
    bytes[4] = 9;
    expect(view).toEqual(Uint8Array.of(9, 2));
  });

  test('skipBuffer stands behind null and full ones', () => {
    const r = new ByteReader(fromHex('ffffffff 00000002 0102 07'));
    skipBuffer(r);
    skipBuffer(r);
    expect(r.u8()).toBe(7);
  });

  test('§1.1: any byte but zero is true; true is written as 1', () => {
    expect(toHex(written((w) => [true, false].forEach((b) => void writeBool(w, b))))).toBe('0100');
    const r = new ByteReader(fromHex('00 01 ff'));
    expect([readBool(r), readBool(r), readBool(r)]).toEqual([false, true, true]);
  });

  test('§1.1: count -1 is null, other negative counts are empty', () => {
    expect(readVectorCount(new ByteReader(fromHex('ffffffff')))).toBe(-1);
    expect(readVectorCount(new ByteReader(fromHex('fffffffe')))).toBe(0);
    expect(readStringVector(new ByteReader(fromHex('ffffffff')))).toBeNull();
    expect(readStringVector(new ByteReader(fromHex('80000000')))).toEqual([]);
  });

  test('a count that cannot fit in the bytes left throws before anything is allocated', () => {
    expect(() => readVectorCount(new ByteReader(fromHex('00000002 00000000')))).toThrow(
      expect.objectContaining({ code: 'SHORT_READ' }),
    );
    expect(readVectorCount(new ByteReader(fromHex('00000001 00000000')))).toBe(1);
    expect(() => readVectorCount(new ByteReader(fromHex('00000001 00000000')), 8)).toThrow(
      expect.objectContaining({ code: 'SHORT_READ' }),
    );
    expect(() => readStringVector(new ByteReader(fromHex('7fffffff 00000000')))).toThrow(
      expect.objectContaining({ code: 'SHORT_READ' }),
    );
  });

  test('vectors of strings round-trip; a null element reads as empty', () => {
    fc.assert(
      fc.property(fc.option(fc.array(anyText)), (v) => {
        expect(readStringVector(new ByteReader(written((w) => writeStringVector(w, v))))).toEqual(v);
      }),
    );
    expect(readStringVector(new ByteReader(fromHex('00000001 ffffffff')))).toEqual(['']);
  });

  test('random bytes throw nothing but QuorateError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        for (const read of [readString, readBuffer, readStringVector, skipBuffer, readVectorCount]) {
          try {
            read(new ByteReader(bytes));
          } catch (error) {
            expect(isQuorateError(error)).toBe(true);
          }
        }
      }),
    );
  });
});
