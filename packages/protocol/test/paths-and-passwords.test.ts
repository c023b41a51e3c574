import { describe, expect, test } from 'vitest';
import { nameOf, parentOf, samePassword, sequenceSuffix, sessionPassword, validatePath } from '../src/index.js';
import { toHex } from './hex.js';

describe('session password', () => {
  test.each([
    [1n, '054cc74a37327db215e702e20c73f005'],
    [0x0100000000000000n, 'f22acd4a97e69d6d20a49bb638eadb38'],
    [0x1000012345670000n, '4be494d27cc739baa123244a251a7415'],
  ])('T58: of session %s it is %s', (id, expected) => {
    expect(toHex(sessionPassword(id))).toBe(expected);
  });

  test('T58: a negative id has the password of the same 64 bits', () => {
    expect(sessionPassword(-2n)).toEqual(sessionPassword(0xfffffffffffffffen));
  });

  test('comparison refuses null, another length, and one different byte', () => {
    const password = sessionPassword(7n);
    expect(samePassword(password, password.slice())).toBe(true);
    expect(samePassword(password, null)).toBe(false);
    expect(samePassword(password, password.subarray(0, 15))).toBe(false);
    const other = password.slice();
    other[15]! ^= 1;
    expect(samePassword(password, other)).toBe(false);
  });
});

describe('paths (§2.2)', () => {
  test.each(['/', '/a', '/a/b', '/...', '/.a', '/a..', '/a b', '/ä/漢', '/\uf900', '/\uffef', '/~', '/zookeeper'])(
    '%j is legal',
    (path) => {
      expect(validatePath(path)).toBeUndefined();
    },
  );

  test.each([
    [null, 'null'],
    ['', 'empty'],
    ['a', 'begin'],
    ['/a/', 'end'],
    ['//a', 'empty part'],
    ['/a//b', 'empty part'],
    ['/.', '"."'],
    ['/..', '".."'],
    ['/a/./b', '"."'],
    ['/a/../b', '".."'],
    ['/a\0b', 'U+0000'],
    ['/a\u0001', 'U+0001'],
    ['/a\u001f', 'U+001f'],
    ['/a\u007f', 'U+007f'],
    ['/a\u009f', 'U+009f'],
    ['/\ud83d\ude00', 'U+d83d'],
    ['/\ue000', 'U+e000'],
    ['/\uf8ff', 'U+f8ff'],
    ['/\ufff0', 'U+fff0'],
    ['/\uffff', 'U+ffff'],
  ])('%j is refused: %s', (path, reason) => {
    expect(validatePath(path)).toContain(reason);
  });

  test('parent and name', () => {
    expect([parentOf('/a/b'), parentOf('/a'), parentOf('/'), parentOf('')]).toEqual(['/a', '/', '', '']);
    expect([nameOf('/a/b'), nameOf('/a'), nameOf('/')]).toEqual(['b', 'a', '']);
  });

  test.each([
    [0, '0000000000'],
    [7, '0000000007'],
    [2147483647, '2147483647'],
    [2147483648, '-2147483648'],
    [-2147483648, '-2147483648'],
    [-5, '-000000005'],
  ])('§2.5: the suffix of %d is %s', (n, suffix) => {
    expect(sequenceSuffix(n)).toBe(suffix);
  });
});
