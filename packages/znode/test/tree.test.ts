import { ByteReader, ByteWriter } from '@quorate/interfaces';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blockBytes, DataStore, sizeClass } from '../src/tree/data-store.js';
import { ROOT } from '../src/tree/node-rows.js';
import { NodeTable } from '../src/tree/node-table.js';
import { UNDECIDED } from '../src/tree/path-index.js';
import { SweepIndex } from '../src/tree/sweep-index.js';
import { bytes } from './harness.js';

function content(data = '') {
  return {
    source: new ByteReader(bytes(data)),
    dataStart: 0,
    dataLength: data.length,
    acl: [{ perms: 31, scheme: 'world', id: 'anyone' }],
    type: 0,
    ownerHi: 0,
    ownerLo: 0,
  };
}

function encoded(path: string): [Uint8Array, DataView, number, number] {
  const all = bytes(`---${path}`);
  return [all, new DataView(all.buffer), 3, all.length];
}

describe('NodeTable', () => {
  test('random creates and removes find what a Map finds, by string and by bytes', () => {
    const names = fc.array(fc.tuple(fc.nat(400), fc.boolean()), { maxLength: 1500 });
    fc.assert(
      fc.property(names, (steps) => {
        const tree = new NodeTable();
        const empty = tree.digest;
        const known = new Map<string, number>();
        for (const [n, add] of steps) {
          const path = `/node-${n}`;
          const handle = known.get(path);
          if (add && handle === undefined) known.set(path, tree.create(ROOT, path, content(path), n, n));
          if (!add && handle !== undefined) {
            tree.remove(handle);
            known.delete(path);
          }
        }
        for (let n = 0; n <= 400; n++) {
          const path = `/node-${n}`;
          expect(tree.find(path)).toBe(known.get(path) ?? -1);
          expect(tree.findBytes(...encoded(path))).toBe(known.get(path) ?? -1);
        }
        expect(tree.count).toBe(known.size + 1);
        expect(tree.childCount(ROOT)).toBe(known.size);
        for (const handle of known.values()) tree.remove(handle);
        expect(tree.digest).toBe(empty);
        expect(tree.approximateSize).toBe(1);
      }),
      { numRuns: 20, seed: 7 },
    );
  });

  test('children come in the order in which they were made, whichever went between', () => {
    const tree = new NodeTable();
    const handles = ['/a', '/b', '/c', '/d'].map((path) => tree.create(ROOT, path, content(), 1, 1));
    for (const [gone, left] of [
      [1, 'acd'],
      [0, 'cd'],
      [3, 'c'],
      [2, ''],
    ] as const) {
      tree.remove(handles[gone]!);
      const names: string[] = [];
      for (let h = tree.firstChild(ROOT); h >= 0; h = tree.nextSibling(h)) names.push(tree.path(h).slice(1));
      expect(names.join('')).toBe(left);
    }
  });

  test('many nodes over many chunks', () => {
    const tree = new NodeTable();
    for (let i = 0; i < 20_000; i++) tree.create(ROOT, `/n${i}`, content(String(i)), i, i);
    for (let i = 0; i < 20_000; i += 777) {
      const handle = tree.find(`/n${i}`);
      expect(tree.czxid(handle)).toBe(i);
      const out = new ByteWriter();
      tree.writeData(out, handle);
      expect(out.take().subarray(4)).toEqual(bytes(String(i)));
    }
    expect(tree.find('/n20000')).toBe(-1);
  });

  test('bytes that are not ASCII are left to who can decode them; the empty path is the root', () => {
    const tree = new NodeTable();
    expect(tree.findBytes(...encoded('/\u00c3\u00a4'))).toBe(UNDECIDED);
    expect(tree.find('')).toBe(ROOT);
    expect(tree.findBytes(...encoded(''))).toBe(ROOT);
  });

  test('what a create and a delete do to the parent only ever moves it up, over the wrap of 32 bits too', () => {
    const tree = new NodeTable();
    tree.raiseChildren(ROOT, 5, 10);
    tree.raiseChildren(ROOT, 4, 20);
    tree.raiseChildren(ROOT, 5, 20);
    expect([tree.cversion(ROOT), tree.pzxid(ROOT)]).toEqual([5, 10]);
    tree.raisePzxid(ROOT, 9);
    expect(tree.pzxid(ROOT)).toBe(10);
    tree.raiseChildren(ROOT, 0x7fff_ffff, 30);
    tree.raiseChildren(ROOT, -0x8000_0000, 40);
    expect([tree.cversion(ROOT), tree.pzxid(ROOT)]).toEqual([-0x8000_0000, 40]);
  });

  test('the digest does not depend on the order of changes', () => {
    const [one, two] = [new NodeTable(), new NodeTable()];
    for (const path of ['/a', '/b', '/c']) one.create(ROOT, path, content(path), 5, 6);
    for (const path of ['/c', '/a', '/x', '/b']) two.create(ROOT, path, content(path), 5, 6);
    expect(two.digest).not.toBe(one.digest);
    two.remove(two.find('/x'));
    expect(two.digest).toBe(one.digest);
    two.setAcl(two.find('/a'), [{ perms: 1, scheme: 'world', id: 'anyone' }], 0);
    expect(two.digest).not.toBe(one.digest);
  });
});

describe('DataStore', () => {
  test('every length fits its block, with at most a quarter to spare beyond 64 bytes', () => {
    for (let length = 1; length <= 32 * 1024; length++) {
      const block = blockBytes(sizeClass(length));
      expect(block >= length && (length <= 64 || block < length * 1.25 + 16)).toBe(true);
    }
  });

  test('random puts, replacements and removals keep what is there', () => {
    const length = fc.oneof(fc.nat(300), fc.constantFrom(-1, 0, 4096, 32_768, 32_769, 100_000));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), length, fc.nat(255)), { maxLength: 60 }), (steps) => {
        const store = new DataStore();
        const held = new Map<number, { slot: number; length: number; fill: number }>();
        for (const [key, size, fill] of steps) {
          const before = held.get(key) ?? { slot: 0, length: -1, fill: 0 };
          const source = new Uint8Array(Math.max(size, 0) + 3).fill(fill);
          held.set(key, {
            slot: store.replace(before.slot, before.length, source, new DataView(source.buffer), 3, size),
            length: size,
            fill,
          });
        }
        for (const { slot, length: size, fill } of held.values()) {
          const out = new ByteWriter(8);
          store.writeTo(out, slot, size);
          const data = out.take();
          expect(data.length).toBe(Math.max(size, 0));
          expect(data.every((byte) => byte === fill)).toBe(true);
        }
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});

describe('SweepIndex', () => {
  test('gives what is due, longest first, each once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(1000)), { maxLength: 200 }), fc.nat(1000), (sets, now) => {
        const index = new SweepIndex();
        const earliest = new Map<number, number>();
        for (const [handle, at] of sets) {
          index.set(handle, at);
          earliest.set(handle, Math.min(at, earliest.get(handle) ?? at));
        }
        const due: number[] = [];
        for (let handle = index.takeDue(now); handle >= 0; handle = index.takeDue(now)) due.push(handle);
        const times = due.map((handle) => earliest.get(handle)!);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(new Set(due).size).toBe(due.length);
        expect(due.length).toBe([...earliest.values()].filter((at) => at <= now).length);
        expect(index.size).toBe(earliest.size - due.length);
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});
