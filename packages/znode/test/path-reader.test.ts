import { ByteReader, ByteWriter } from '@quorate/interfaces';
import { writeString } from '@quorate/protocol';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../src/tree/node-rows.js';
import { NodeTable } from '../src/tree/node-table.js';
import { PathReader, parentPathOf } from '../src/tree/path-reader.js';

function tree(): NodeTable {
  const table = new NodeTable();
  const content = {
    source: new ByteReader(),
    dataStart: 0,
    dataLength: 0,
    acl: [],
    type: 0,
    ownerHi: 0,
    ownerLo: 0,
  };
  for (const path of ['/a', '/ä']) {
    const handle = table.create(ROOT, path, content, 1, 1);
    table.create(handle, `${path}/b`, content, 1, 1);
    table.create(handle, `${path}/€`, content, 1, 1);
  }
  return table;
}

function encoded(...paths: (string | null)[]): ByteReader {
  const out = new ByteWriter();
  out.u8(0);
  for (const path of paths) writeString(out, path);
  return new ByteReader(out.take(), 1);
}

describe('PathReader', () => {
  const paths = ['/', '', '/a', '/a/b', '/a/x', '/a/€', '/a/ü', '/ä', '/ä/b', '/ä/€', '/ä/x', '/x', '/x/y', 'a', 'a/b'];
  for (const path of [...paths, '//x', '/a/', '/ä/', '/a/b/c/d']) {
    test(`finds ${JSON.stringify(path)} and what is above it`, () => {
      const table = tree();
      const reader = new PathReader(table);
      const bytes = encoded('/x', path, '/next');
      reader.read(bytes);
      reader.read(bytes);
      expect(reader.handle).toBe(table.find(path));
      expect(reader.path).toBe(path === '' ? '/' : path);
      expect(reader.parent()).toBe(table.find(parentPathOf(path)));
      reader.read(bytes);
      expect(reader.path).toBe('/next');
      expect(bytes.remaining).toBe(0);
    });
  }

  test('null is told apart, and missing bytes are an error', () => {
    const reader = new PathReader(tree());
    reader.read(encoded(null));
    expect([reader.path, reader.handle, reader.parent()]).toEqual([null, -1, -1]);
    const short = encoded('/a/b');
    short.end -= 1;
    expect(() => reader.read(short)).toThrow(/length 4/);
    expect(() => reader.read(new ByteReader(new Uint8Array(3)))).toThrow(/4 bytes wanted/);
  });
});
