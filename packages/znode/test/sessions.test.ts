import { ByteReader } from '@quorate/interfaces';
import { CreateMode, OpCode, readCloseSessionTxn, readStringVector, writeString, ZkErrorCode } from '@quorate/protocol';
import { sessionHi, sessionIdOf, sessionLo } from '@quorate/znode';
import { describe, expect, test } from 'vitest';
import { ALICE, BOB, body, createBody, Harness, RecordingWatcher } from './harness.js';

const EPHEMERAL = { flags: CreateMode.ephemeral };

function deleted(txn: Uint8Array): string[] | null {
  return readCloseSessionTxn(new ByteReader(txn, 32));
}

function remove(path: string): Uint8Array {
  return body((w) => {
    writeString(w, path);
    w.i32(-1);
  });
}

describe('sessions (§2.10)', () => {
  test('ids are signed 64 bits, whichever half is negative', () => {
    for (const id of [1n, -1n, ALICE, BOB, 0x7fff_ffff_8000_0000n, -0x8000_0000_0000_0000n]) {
      expect(sessionIdOf(sessionHi(id), sessionLo(id))).toBe(id);
    }
  });

  test('createSession and closeSession are txns that move the zxid and the digest', () => {
    const h = new Harness({}, []);
    const empty = h.machine.digest();
    expect(h.openSession(ALICE, 4000).error).toBe(0);
    expect(h.machine.lastApplied).toBe(h.zxid);
    expect(h.machine.digest()).not.toBe(empty);
    expect(h.machine.sessions.get(ALICE)).toMatchObject({ id: ALICE, timeoutMs: 4000 });
    expect(h.machine.sessions.ids()).toEqual([ALICE]);
    expect(h.closeSession(ALICE).error).toBe(0);
    expect(h.machine.sessions.has(ALICE)).toBe(false);
    expect(h.machine.sessions.size).toBe(0);
    expect(h.machine.digest()).toBe(empty);
  });

  test('ids that share their low half are told apart', () => {
    const other = ALICE + (1n << 40n);
    const h = new Harness({}, [ALICE, other]);
    expect(h.machine.sessions.ids()).toEqual([ALICE, other]);
    h.made('/a', EPHEMERAL);
    h.made('/b', { ...EPHEMERAL, session: other });
    h.closeSession(ALICE);
    expect(h.stat('/a')).toBeUndefined();
    expect(h.stat('/b')!.ephemeralOwner).toBe(other);
    h.closeSession(other);
    expect(h.machine.sessions.size).toBe(0);
    expect(h.machine.ephemeralCount).toBe(0);
  });

  test('closing one that is unknown or closed succeeds and deletes nothing', () => {
    const h = new Harness();
    expect(h.closeSession(12345n).error).toBe(0);
    h.closeSession(ALICE);
    expect(h.closeSession(ALICE).error).toBe(0);
  });

  test('the listener hears of both, on every server', () => {
    const h = new Harness({}, []);
    const heard: string[] = [];
    h.machine.sessionListener = {
      sessionCreated: (id, timeout) => heard.push(`+${id} ${timeout}`),
      sessionClosed: (id) => heard.push(`-${id}`),
    };
    h.openSession(BOB, 5);
    h.closeSession(BOB);
    h.closeSession(BOB);
    expect(heard).toEqual([`+${BOB} 5`, `-${BOB}`]);
  });

  test('T39 the list has creates of the pipeline and leaves out its deletes, in order of path', () => {
    const h = new Harness();
    for (const path of ['/d', '/b', '/a']) h.made(path, EPHEMERAL);
    h.made('/other', { ...EPHEMERAL, session: BOB });
    h.prepare(OpCode.delete, remove('/b'));
    h.prepare(OpCode.create, createBody('/c', EPHEMERAL));
    h.prepare(OpCode.create, createBody('/gone', EPHEMERAL));
    h.prepare(OpCode.delete, remove('/gone'));
    h.prepare(OpCode.delete, remove('/d'));
    h.prepare(OpCode.create, createBody('/d', EPHEMERAL));
    const txn = h.prepare(OpCode.closeSession, new Uint8Array(0));
    expect(deleted(txn)).toEqual(['/a', '/c', '/d']);
    while (h.pending.length > 0) expect(h.applyNext().error).toBe(0);
    expect(h.children('/').sort()).toEqual(['other', 'zookeeper']);
    expect(h.machine.ephemeralCount).toBe(1);
  });

  test('T39 one whose create is applied but which changed in the pipeline is in the list', () => {
    const h = new Harness();
    h.prepare(OpCode.create, createBody('/a', EPHEMERAL));
    h.prepare(
      OpCode.setData,
      body((w) => {
        writeString(w, '/a');
        w.i32(-1);
        w.i32(-1);
      }),
    );
    h.applyNext();
    expect(deleted(h.prepare(OpCode.closeSession, new Uint8Array(0)))).toEqual(['/a']);
  });

  test('T40 after a proposed closeSession the session may do nothing, and no ephemeral survives', () => {
    const h = new Harness();
    h.prepare(OpCode.closeSession, new Uint8Array(0));
    h.prepare(OpCode.create, createBody('/a', EPHEMERAL));
    h.prepare(OpCode.create, createBody('/b'));
    h.applyNext();
    expect([h.applyNext().error, h.applyNext().error]).toEqual([
      ZkErrorCode.sessionExpired,
      ZkErrorCode.sessionExpired,
    ]);
    expect(h.machine.ephemeralCount).toBe(0);
  });

  test('a proposed closeSession frees the paths and empties the parents for what follows', () => {
    const h = new Harness();
    h.made('/p');
    h.made('/p/e', EPHEMERAL);
    h.prepare(OpCode.closeSession, new Uint8Array(0));
    h.prepare(OpCode.create, createBody('/p/e'), BOB);
    h.prepare(OpCode.delete, remove('/p/e'), BOB);
    h.prepare(OpCode.delete, remove('/p'), BOB);
    expect(h.pending.slice().map(() => h.applyNext().error)).toEqual([0, 0, 0, 0]);
  });

  test('all ephemerals go under one zxid, each with its events in list order', () => {
    const h = new Harness();
    h.made('/p');
    h.made('/p/b', EPHEMERAL);
    h.made('/p/a', EPHEMERAL);
    const w = new RecordingWatcher();
    for (const path of ['/p/a', '/p/b']) h.pathRead(OpCode.exists, path, true, w);
    h.pathRead(OpCode.getChildren, '/p', true, w);
    h.closeSession(ALICE);
    expect(w.take()).toEqual([`2 /p/a ${h.zxid}`, `4 /p ${h.zxid}`, `2 /p/b ${h.zxid}`]);
    expect(h.stat('/p')).toMatchObject({ pzxid: h.zxid, numChildren: 0, cversion: 4 });
  });

  test('a closeSession record without a list (old servers) takes what the session owns', () => {
    const h = new Harness();
    h.made('/a', EPHEMERAL);
    const txn = h.prepare(OpCode.closeSession, new Uint8Array(0));
    h.apply(h.pending.shift()!.zxid, txn.subarray(0, 32));
    expect(h.stat('/a')).toBeUndefined();
  });

  test('getEphemerals: own ones by plain prefix, sorted', () => {
    const h = new Harness();
    h.made('/p');
    for (const path of ['/pb', '/pa', '/p/x']) h.made(path, EPHEMERAL);
    h.made('/pz', { ...EPHEMERAL, session: BOB });
    const ask = (prefix: string | null) =>
      readStringVector(
        h.read(
          OpCode.getEphemerals,
          body((w) => writeString(w, prefix)),
        ).body,
      );
    expect(ask(null)).toEqual(['/p/x', '/pa', '/pb']);
    expect(ask('/')).toEqual(['/p/x', '/pa', '/pb']);
    expect(ask('/p')).toEqual(['/p/x', '/pa', '/pb']);
    expect(ask('/p/')).toEqual(['/p/x']);
    expect(ask('x')).toEqual([]);
  });
});
