import {
  CreateMode,
  emptyStat,
  MultiRequestReader,
  OpCode,
  writeCreate2Response,
  writeMultiEnd,
  writeMultiError,
  writeMultiHeader,
  writeStat,
  ZkErrorCode,
} from '@quorate/protocol';
import { describe, expect, test } from 'vitest';
import { isZkError, TransactionError } from '../src/index.js';
import { connected, failure } from './world.js';

const STAT = { ...emptyStat(), version: 1 };

describe('transactions', () => {
  test('are sent as one multi, and give one result per operation', async () => {
    const { client, peer, clock } = await connected({ chroot: '/app' });
    const committed = client
      .transaction()
      .create('/a', 'x', { mode: 'persistentSequential' })
      .create('/c', null, { mode: 'container' })
      .create('/t', null, { mode: 'persistentWithTtl', ttlMs: 5 })
      .setData('/a', null, 4)
      .check('/b', 2)
      .delete('/d')
      .commit();
    await clock.settle();
    const { xid, type, body } = peer.take();
    expect(type).toBe(OpCode.multi);
    const seen: unknown[] = [];
    for (const multi = new MultiRequestReader(); multi.next(body); ) {
      seen.push([multi.type, multi.path, multi.flags, multi.ttl, multi.version]);
    }
    expect(seen).toEqual([
      [OpCode.create2, '/app/a', CreateMode.persistentSequential, -1, -1],
      [OpCode.createContainer, '/app/c', CreateMode.container, -1, -1],
      [OpCode.createTTL, '/app/t', CreateMode.persistentWithTtl, 5, -1],
      [OpCode.setData, '/app/a', 0, -1, 4],
      [OpCode.check, '/app/b', 0, -1, 2],
      [OpCode.delete, '/app/d', 0, -1, -1],
    ]);
    await peer.reply(xid, 5, 0, (w) => {
      for (const path of ['/app/a0000000000', '/app/c', '/app/t']) {
        writeMultiHeader(w, OpCode.create2, false, 0);
        writeCreate2Response(w, path, STAT);
      }
      writeMultiHeader(w, OpCode.setData, false, 0);
      writeStat(w, STAT);
      writeMultiHeader(w, OpCode.check, false, 0);
      writeMultiHeader(w, OpCode.delete, false, 0);
      writeMultiEnd(w);
    });
    expect(await committed).toEqual([
      { type: 'create', path: '/a0000000000', stat: STAT },
      { type: 'create', path: '/c', stat: STAT },
      { type: 'create', path: '/t', stat: STAT },
      { type: 'setData', stat: STAT },
      { type: 'check' },
      { type: 'delete' },
    ]);
  });

  test('T41: a refused one rejects with the operation that failed and every code', async () => {
    const { client, peer, clock } = await connected();
    const refused = failure(client.multi((t) => t.delete('/a').setData('/b', 'x').delete('/c')));
    await clock.settle();
    await peer.reply(peer.take().xid, 5, 0, (w) => {
      for (const code of [0, ZkErrorCode.noNode, ZkErrorCode.runtimeInconsistency]) writeMultiError(w, code);
      writeMultiEnd(w);
    });
    const error = await refused;
    expect(error).toBeInstanceOf(TransactionError);
    expect(isZkError(error, ZkErrorCode.noNode)).toBe(true);
    expect(error).toMatchObject({ index: 1, path: '/b', codes: [0, -101, -2] });
  });

  test('§2.7: an undecodable one is an ordinary error', async () => {
    const { client, peer, clock } = await connected();
    const refused = failure(client.multi((t) => t.delete('/a')));
    await clock.settle();
    await peer.reply(peer.take().xid, 5, ZkErrorCode.marshallingError);
    expect(await refused).toMatchObject({ code: ZkErrorCode.marshallingError, path: '/a' });
  });

  test('an answer with another number of results is no answer', async () => {
    const { client, peer, clock } = await connected();
    const refused = failure(client.multi((t) => t.delete('/a').delete('/b')));
    await clock.settle();
    await peer.reply(peer.take().xid, 5, 0, (w) => {
      writeMultiHeader(w, OpCode.delete, false, 0);
      writeMultiEnd(w);
    });
    expect(await refused).toMatchObject({ code: ZkErrorCode.marshallingError });
  });

  test('an empty one needs no server; one is committed once; wrong arguments throw where they stand', async () => {
    const { client, peer, clock } = await connected();
    const empty = client.transaction();
    expect(await empty.commit()).toEqual([]);
    expect(await failure(empty.commit())).toMatchObject({ code: ZkErrorCode.badArguments });
    expect(() => client.transaction().delete('a')).toThrow(expect.objectContaining({ name: 'badArguments' }));
    expect(() => client.transaction().create('/a', null, { ttlMs: 1 })).toThrow(
      expect.objectContaining({ name: 'badArguments' }),
    );
    expect(await failure(client.multi((t) => t.check('/a//b')))).toMatchObject({ name: 'badArguments' });
    await clock.settle();
    expect(peer.requests).toEqual([]);
  });
});
