import { ByteReader, type Zxid } from '@quorate/interfaces';
import {
  OPEN_ACL_UNSAFE,
  OpCode,
  READ_ACL_UNSAFE,
  readCreate2Response,
  readStat,
  sequenceSuffix,
  writeCreateRequest,
  writeMultiEnd,
  writeMultiHeader,
  writePathVersion,
  writeSetACLRequest,
  writeSetDataRequest,
} from '@quorate/protocol';
import { znodeStateMachine } from '@quorate/znode';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALICE, BOB, body, bytes, createBody, Harness } from './harness.js';

type Command =
  | { readonly do: 'create'; path: string; flags: number; session: bigint }
  | { readonly do: 'set'; path: string; version: number }
  | { readonly do: 'acl'; path: string; version: number; open: boolean }
  | { readonly do: 'delete'; path: string; version: number }
  | { readonly do: 'multi'; path: string; sub: string; version: number }
  | { readonly do: 'close'; session: bigint }
  | { readonly do: 'open'; session: bigint };

const path = fc.constantFrom('/a', '/a', '/a', '/b', '/a/a', '/a/b', '/b/a', '/a/a/a');
const session = fc.constantFrom(ALICE, BOB);
const version = fc.constantFrom(-1, -1, 0, 1, 2);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('create' as const),
      path,
      flags: fc.constantFrom(0, 0, 0, 1, 2, 3),
      session,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('set' as const), path, version }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('acl' as const), path, version, open: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete' as const), path, version }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('multi' as const), path, sub: path, version }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), session }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('open' as const), session }) },
);

/** How many to apply after each request: about as many as come, so that the pipeline grows and shrinks. */
const applies = fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 4);

function request(c: Command): [number, Uint8Array, bigint] {
  switch (c.do) {
    case 'create':
      return [OpCode.create2, createBody(c.path, { flags: c.flags }), c.session];
    case 'set':
      return [OpCode.setData, body((w) => writeSetDataRequest(w, c.path, bytes(c.path), c.version)), ALICE];
    case 'acl':
      return [
        OpCode.setACL,
        body((w) => writeSetACLRequest(w, c.path, c.open ? OPEN_ACL_UNSAFE : READ_ACL_UNSAFE, c.version)),
        ALICE,
      ];
    case 'delete':
      return [OpCode.delete, body((w) => writePathVersion(w, c.path, c.version)), BOB];
    case 'multi':
      return [OpCode.multi, multiBody(c.path, c.sub, c.version), ALICE];
    case 'close':
      return [OpCode.closeSession, new Uint8Array(0), c.session];
    case 'open':
      return [OpCode.createSession, body((w) => w.i32(1000)), c.session];
  }
}

function multiBody(one: string, other: string, version: number): Uint8Array {
  return body((w) => {
    writeMultiHeader(w, OpCode.create, false, -1);
    writeCreateRequest(w, one, null, OPEN_ACL_UNSAFE, 2);
    writeMultiHeader(w, OpCode.setData, false, -1);
    writeSetDataRequest(w, other, bytes('m'), version);
    writeMultiHeader(w, OpCode.delete, false, -1);
    writePathVersion(w, other, -1);
    writeMultiEnd(w);
  });
}

interface ModelNode {
  version: number;
  creates: number;
  owner: bigint;
}

/** What creates, sets and deletes must answer, said once more and as plainly as can be. */
class Model {
  nodes = new Map<string, ModelNode>([['/', { version: 0, creates: 0, owner: 0n }]]);
  sessions = new Set([ALICE, BOB]);

  children(path: string): number {
    const prefix = path === '/' ? '/' : `${path}/`;
    return [...this.nodes.keys()].filter(
      (p) => p !== '/' && p.startsWith(prefix) && !p.slice(prefix.length).includes('/'),
    ).length;
  }

  run(c: Command): string | undefined {
    switch (c.do) {
      case 'create':
        return this.create(c.path, c.flags, c.session);
      case 'set':
        return this.set(c.path, c.version);
      case 'delete':
        return this.delete(c.path, c.version);
      case 'close':
        for (const [p, node] of this.nodes) if (node.owner === c.session) this.nodes.delete(p);
        this.sessions.delete(c.session);
        return undefined;
      case 'open':
        this.sessions.add(c.session);
        return undefined;
      default:
        return undefined;
    }
  }

  create(path: string, flags: number, session: bigint): string {
    if (!this.sessions.has(session)) return '-112';
    const parent = this.nodes.get(path.slice(0, path.lastIndexOf('/')) || '/');
    if (parent === undefined) return '-101';
    const name = flags >= 2 ? path + sequenceSuffix(parent.creates) : path;
    if (this.nodes.has(name)) return '-110';
    if (parent.owner !== 0n) return '-108';
    parent.creates += 1;
    this.nodes.set(name, { version: 0, creates: 0, owner: flags % 2 === 1 ? session : 0n });
    return name;
  }

  set(path: string, version: number): string {
    if (!this.sessions.has(ALICE)) return '-112';
    const node = this.nodes.get(path);
    if (node === undefined) return '-101';
    if (version !== -1 && version !== node.version) return '-103';
    node.version += 1;
    return `v${node.version}`;
  }

  delete(path: string, version: number): string {
    if (!this.sessions.has(BOB)) return '-112';
    if (!this.nodes.has(path.slice(0, path.lastIndexOf('/')) || '/')) return '-101';
    const node = this.nodes.get(path);
    if (node === undefined) return '-101';
    if (version !== -1 && version !== node.version) return '-103';
    if (this.children(path) > 0) return '-111';
    this.nodes.delete(path);
    return 'deleted';
  }
}

function answer(c: Command, outcome: { error: number; body: ByteReader }): string | undefined {
  if (outcome.error !== 0) return String(outcome.error);
  if (c.do === 'create') return readCreate2Response(outcome.body).path;
  if (c.do === 'set') return `v${readStat(outcome.body).version}`;
  return c.do === 'delete' ? 'deleted' : undefined;
}

describe('prepare against what is proposed (zab-spec §6.8)', () => {
  test('a pipeline of any depth answers as the model does, one request after the other', () => {
    const simple = command.filter((c) => c.do !== 'multi' && c.do !== 'acl');
    fc.assert(
      fc.property(fc.array(fc.tuple(simple, applies), { maxLength: 60 }), (steps) => {
        const h = new Harness();
        const model = new Model();
        const asked: Command[] = [];
        const expected: (string | undefined)[] = [];
        const got: (string | undefined)[] = [];
        for (const [c, count] of steps) {
          h.prepare(...request(c));
          asked.push(c);
          expected.push(model.run(c));
          for (let i = 0; i < count && h.pending.length > 0; i++) got.push(answer(asked[got.length]!, h.applyNext()));
        }
        while (h.pending.length > 0) got.push(answer(asked[got.length]!, h.applyNext()));
        expect(got).toEqual(expected);
        expect(h.machine.nodeCount).toBe(model.nodes.size + 4);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  test('SM-1 txns are the same bytes whether earlier ones are applied or only proposed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(command, applies), { maxLength: 60 }), (steps) => {
        const ahead = new Harness();
        const inStep = new Harness();
        for (const [c, count] of steps) {
          const txn = ahead.prepare(...request(c));
          const same = inStep.prepare(...request(c));
          inStep.applyNext();
          expect(txn.join()).toBe(same.join());
          for (let i = 0; i < count && ahead.pending.length > 0; i++) ahead.applyNext();
        }
        while (ahead.pending.length > 0) ahead.applyNext();
        expect(ahead.machine.digest()).toBe(inStep.machine.digest());
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  test('SM-2 what was discarded never happened', () => {
    const plan = fc.array(fc.tuple(fc.array(command, { maxLength: 6 }), fc.nat(6), applies), { maxLength: 10 });
    fc.assert(
      fc.property(plan, (rounds) => {
        const h = new Harness();
        const clean = new Harness();
        for (const [commands, keep, count] of rounds) {
          for (const c of commands) h.prepare(...request(c));
          const kept = h.pending.length - Math.max(0, commands.length - keep);
          const dropped = h.pending.splice(kept);
          if (dropped.length > 0) {
            h.machine.discard(dropped[0]!.zxid);
            h.zxid = dropped[0]!.zxid - 1;
            h.time -= dropped.length * 10;
          }
          for (const c of commands.slice(0, keep)) clean.run(...request(c));
          for (let i = 0; i < count && h.pending.length > 0; i++) h.applyNext();
        }
        while (h.pending.length > 0) h.applyNext();
        expect(h.machine.digest()).toBe(clean.machine.digest());
        expect(h.machine.lastApplied).toBe(clean.machine.lastApplied);
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  test('SM-3 a txn applied twice leaves what it leaves applied once; a follower agrees with the leader', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const h = new Harness({}, []);
        const follower = znodeStateMachine().create();
        const replay = (zxid: Zxid, txn: Uint8Array) => follower.apply(zxid, new ByteReader(txn));
        for (const c of [{ do: 'open', session: ALICE } as const, { do: 'open', session: BOB } as const, ...commands]) {
          const txn = h.prepare(...request(c));
          const { zxid } = h.pending[0]!;
          h.applyNext();
          replay(zxid, txn);
          const once = follower.digest();
          expect(once).toBe(h.machine.digest());
          replay(zxid, txn);
          expect(follower.digest()).toBe(once);
          expect(follower.ephemeralCount).toBe(h.machine.ephemeralCount);
          expect(follower.nodeCount).toBe(h.machine.nodeCount);
          expect(follower.approximateDataSize).toBe(h.machine.approximateDataSize);
        }
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  test('a node that is deleted and made again in the pipeline is seen as it is proposed, however much is applied', () => {
    const kinds: Command[] = [
      { do: 'create', path: '/a', flags: 0, session: ALICE },
      { do: 'set', path: '/a', version: 0 },
      { do: 'delete', path: '/a', version: 1 },
    ];
    for (let applied = 0; applied <= 6; applied++) {
      const h = new Harness();
      for (const c of [...kinds, ...kinds]) h.prepare(...request(c));
      for (let i = 0; i < applied; i++) expect(h.applyNext().error).toBe(0);
      for (const c of [kinds[0]!, kinds[0]!, kinds[2]!, kinds[1]!]) h.prepare(...request(c));
      const errors = h.pending.slice().map(() => h.applyNext().error);
      expect(errors.slice(-4)).toEqual([0, -110, -103, 0]);
      expect(errors.slice(0, -4).every((error) => error === 0)).toBe(true);
    }
  });

  test('a discarded change uncovers the one before it, wherever its node is by then', () => {
    for (let applied = 0; applied <= 2; applied++) {
      const h = new Harness();
      h.prepare(...request({ do: 'create', path: '/a', flags: 0, session: ALICE }));
      h.prepare(...request({ do: 'set', path: '/a', version: 0 }));
      h.prepare(...request({ do: 'delete', path: '/a', version: 1 }));
      for (let i = 0; i < applied; i++) h.applyNext();
      h.machine.discard(h.pending.pop()!.zxid);
      h.zxid -= 1;
      h.prepare(...request({ do: 'set', path: '/a', version: 1 }));
      expect(
        h.pending
          .slice()
          .map(() => h.applyNext().error)
          .every((error) => error === 0),
      ).toBe(true);
      expect(h.stat('/a')!.version).toBe(2);
    }
  });

  test('many changes of one node stay in memory no longer than they are proposed', () => {
    const h = new Harness();
    h.made('/a');
    for (let i = 0; i < 5000; i++) {
      h.prepare(
        OpCode.setData,
        body((w) => writeSetDataRequest(w, '/a', null, i)),
      );
      if (i > 10) expect(h.applyNext().error).toBe(0);
    }
    h.machine.discard(h.pending[0]!.zxid);
    h.pending.length = 0;
    expect(h.setData('/a', null, h.stat('/a')!.version).error).toBe(0);
  });
});
