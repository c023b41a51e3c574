import { ByteReader, isQuorateError, type Zxid } from '@quorate/interfaces';
import { CreateMode, OpCode } from '@quorate/protocol';
import { znodeStateMachine } from '@quorate/znode';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALICE, BOB, bytes, Harness, pieces } from './harness.js';

const factory = znodeStateMachine();

function concat(parts: Iterable<Uint8Array>): Uint8Array {
  const copies = [...parts].map((part) => part.slice());
  const all = new Uint8Array(copies.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of copies) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function restored(snapshot: Uint8Array, zxid: Zxid, boundary = snapshot.length) {
  const restore = factory.restore(zxid);
  for (let at = 0; at < snapshot.length; at += boundary) restore.write(snapshot.subarray(at, at + boundary));
  return restore.end();
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isQuorateError(error) ? error.code : String(error);
  }
  return 'none';
}

/** A tree with every kind of node, of data and of ACL. */
function populated(count = 40): Harness {
  const h = new Harness();
  h.made('/p');
  h.made('/empty', { data: new Uint8Array(0) });
  h.made('/null', { data: null });
  h.made('/ü', { acl: [{ perms: 31, scheme: 'ip', id: '127.0.0.0/8' }] });
  h.made('/e', { flags: CreateMode.ephemeral, session: BOB });
  h.create('/c', { opcode: OpCode.createContainer, flags: 4 });
  h.create('/t', { opcode: OpCode.createTTL, flags: 5, ttl: 50 });
  for (let i = 0; i < count; i++) h.made(`/p/n${i}`, { data: new Uint8Array(i * 7) });
  for (let i = 0; i < count; i += 3) h.setData(`/p/n${i}`, bytes(`changed ${i}`));
  for (let i = 0; i < count; i += 4) h.delete(`/p/n${i}`);
  h.setAcl('/p', [{ perms: 31, scheme: 'world', id: 'anyone' }]);
  return h;
}

describe('snapshot and restore', () => {
  test('a round trip gives an equal state machine, wherever the chunks end', () => {
    const h = populated();
    const cut = h.machine.snapshot();
    expect(cut.zxid).toBe(h.machine.lastApplied);
    const snapshot = concat(pieces(cut));
    cut.release();
    for (const boundary of [1, 3, 7, 64, 1000, snapshot.length]) {
      const copy = restored(snapshot, cut.zxid, boundary);
      expect(copy.digest()).toBe(h.machine.digest());
      expect(copy.lastApplied).toBe(h.machine.lastApplied);
      expect(copy.nodeCount).toBe(h.machine.nodeCount);
      expect(copy.approximateDataSize).toBe(h.machine.approximateDataSize);
      expect(copy.ephemeralCount).toBe(1);
      expect(copy.sessions.ids()).toEqual([BOB, ALICE]);
    }
  });

  test('the copy goes on as the original does', () => {
    const h = populated();
    const copy = new Harness({}, []);
    copy.machine = h.clone();
    copy.zxid = h.zxid;
    copy.time = h.time;
    for (const each of [h, copy]) {
      each.made('/p/s', { flags: 2 });
      each.setData('/null', bytes('1'), 0);
      each.delete('/empty');
      each.made('/ü/x', { acl: [{ perms: 31, scheme: 'ip', id: '127.0.0.0/8' }] });
      each.closeSession(BOB);
    }
    expect(copy.machine.digest()).toBe(h.machine.digest());
    expect(copy.children('/p').sort()).toEqual(h.children('/p').sort());
    expect(copy.getData('/p/n3')).toEqual(h.getData('/p/n3'));
    expect(copy.getAcl('/ü')).toEqual(h.getAcl('/ü'));
    const later = h.time + 1_000_000;
    expect(copy.machine.sweep(later, 10).sort()).toEqual(h.machine.sweep(later, 10).sort());
  });

  test('SM-5 a cut is unaffected by what is applied while it is written', () => {
    const change = fc.tuple(fc.constantFrom('create', 'set', 'delete', 'acl', 'close'), fc.nat(300));
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 40 }), { minLength: 1, maxLength: 12 }), (turns) => {
        const h = populated(300);
        for (let i = 0; i < 300; i += 5) h.setData(`/p/n${i}`, new Uint8Array(20_000));
        const digest = h.machine.digest();
        const cut = h.machine.snapshot();
        const parts: Uint8Array[] = [];
        for (const turn of turns) {
          for (const [what, n] of turn) apply(h, what, n);
          const piece = cut.next();
          if (piece !== null) parts.push(piece.slice());
        }
        for (const piece of pieces(cut)) parts.push(piece.slice());
        cut.release();
        expect(restored(concat(parts), cut.zxid).digest()).toBe(digest);
        expect(h.clone().digest()).toBe(h.machine.digest());
      }),
      { numRuns: 30, seed: 7 },
    );
  });

  test('SM-5 an ACL that falls out of use after the cut is written as it was', () => {
    const h = new Harness();
    const mine = { perms: 31, scheme: 'ip', id: '127.0.0.0/8' };
    for (const path of ['/a', '/b'])
      h.made(path, { acl: [mine, { perms: 1, scheme: 'ip', id: `1.0.0.${path.length}` }] });
    const digest = h.machine.digest();
    const cut = h.machine.snapshot();
    for (const path of ['/a', '/b']) {
      h.setAcl(path, [{ perms: 31, scheme: 'world', id: 'anyone' }]);
      h.made(`${path}x`, { acl: [mine, { perms: 2, scheme: 'ip', id: '9.9.9.9' }] });
    }
    const snapshot = concat(pieces(cut));
    cut.release();
    expect(restored(snapshot, cut.zxid).digest()).toBe(digest);
    expect(h.clone().digest()).toBe(h.machine.digest());
  });

  test('SM-7 pieces are at most 1 MiB, however large a node', () => {
    const h = new Harness();
    h.made('/big', { data: new Uint8Array(3_000_000).fill(7) });
    for (let i = 0; i < 3000; i++) h.made(`/n${i}`, { data: new Uint8Array(300) });
    const cut = h.machine.snapshot();
    const sizes: number[] = [];
    const parts: Uint8Array[] = [];
    for (const piece of pieces(cut)) {
      sizes.push(piece.length);
      parts.push(piece.slice());
    }
    cut.release();
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024 * 1024);
    expect(sizes.length).toBeGreaterThan(5);
    expect(restored(concat(parts), cut.zxid).digest()).toBe(h.machine.digest());
  });

  test('SM-8 release early, twice, and then the next cut; only one at a time', () => {
    const h = populated();
    const cut = h.machine.snapshot();
    expect(codeOf(() => h.machine.snapshot())).toBe('INVARIANT');
    cut.next();
    cut.release();
    cut.release();
    expect(cut.next()).toBeNull();
    h.setAcl('/ü', [{ perms: 31, scheme: 'world', id: 'anyone' }], -1);
    expect(h.clone().digest()).toBe(h.machine.digest());
  });

  test('CORRUPT_SNAPSHOT for every truncation', () => {
    const h = new Harness();
    h.made('/a');
    const cut = h.machine.snapshot();
    const snapshot = concat(pieces(cut));
    for (let length = 0; length < snapshot.length; length++) {
      expect(codeOf(() => restored(snapshot.subarray(0, length), cut.zxid))).toBe('CORRUPT_SNAPSHOT');
    }
  });

  test('CORRUPT_SNAPSHOT for every byte changed, and for bytes behind the end', () => {
    const h = new Harness();
    h.made('/a', { acl: [{ perms: 1, scheme: 'ip', id: '::1' }] });
    const cut = h.machine.snapshot();
    const snapshot = concat(pieces(cut));
    for (let at = 0; at < snapshot.length; at++) {
      for (const flip of [1, 0x80]) {
        const bad = snapshot.slice();
        bad[at] = bad[at]! ^ flip;
        expect(codeOf(() => restored(bad, cut.zxid))).toBe('CORRUPT_SNAPSHOT');
      }
    }
    const longer = concat([snapshot, new Uint8Array([0, 0, 0, 1, 2])]);
    expect(codeOf(() => restored(longer, cut.zxid))).toBe('CORRUPT_SNAPSHOT');
  });

  test('CORRUPT_SNAPSHOT when it is of another zxid', () => {
    const h = new Harness();
    const cut = h.machine.snapshot();
    const snapshot = concat(pieces(cut));
    expect(codeOf(() => restored(snapshot, (cut.zxid + 1) as Zxid))).toBe('CORRUPT_SNAPSHOT');
  });

  test('this server’s configuration takes the place of the snapshot’s', () => {
    const h = new Harness({ configData: bytes('one') });
    const cut = h.machine.snapshot();
    const restore = znodeStateMachine({ configData: bytes('two') }).restore(cut.zxid);
    for (const piece of pieces(cut)) restore.write(piece);
    const other = new Harness({}, []);
    other.machine = restore.end();
    expect(other.getData('/zookeeper/config')!.data).toBe('two');
    expect(other.machine.digest()).toBe(h.machine.digest());
  });
});

function apply(h: Harness, what: string, n: number): void {
  if (what === 'create')
    h.create(`/p/n${n}`, { data: new Uint8Array(n), acl: [{ perms: 31, scheme: 'ip', id: `127.0.${n % 9}.0/16` }] });
  else if (what === 'set') h.setData(`/p/n${n}`, new Uint8Array(n * 3));
  else if (what === 'delete') h.delete(`/p/n${n}`);
  else if (what === 'acl') h.setAcl(`/p/n${n}`, [{ perms: 31, scheme: 'ip', id: `127.${n % 5}.0.0/8` }]);
  else h.closeSession(BOB);
}

describe('digest', () => {
  test('SM-6 it depends on what is there, not on how it came there', () => {
    const one = new Harness();
    const two = new Harness();
    const before = one.machine.digest();
    one.made('/a');
    expect(one.machine.digest()).not.toBe(before);
    two.made('/a');
    expect(two.machine.digest()).toBe(one.machine.digest());
    one.setData('/a', bytes('1'));
    two.setData('/a', bytes('2'));
    expect(two.machine.digest()).not.toBe(one.machine.digest());
  });

  test('SM-4 read answers a query with an error code and a body', () => {
    const h = new Harness();
    const query = new Uint8Array([0, 0, 0, OpCode.sync, 0, 0, 0, 1, 47]);
    expect(h.machine.read(new ByteReader(query))).toEqual(new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1, 47]));
    query[3] = OpCode.getData;
    expect(new ByteReader(h.machine.read(new ByteReader(query))).i32()).toBe(-5);
  });
});
