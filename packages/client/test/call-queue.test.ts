import { ByteReader, ByteWriter } from '@quorate/interfaces';
import { describe, expect, test } from 'vitest';
import { CallQueue } from '../src/call-queue.js';
import { failure } from './world.js';

const NO_BODY = new ByteReader();

function settle(err: number): number {
  return err;
}

describe('CallQueue', () => {
  test('xids are positive and go round: after 2^31 - 1 comes 1', async () => {
    const out = new ByteWriter();
    const queue = new CallQueue(1000, 2 ** 31 - 3);
    const calls = [1, 2, 3].map(() => queue.add(out, 3, '/a', null, settle));
    expect(queue.answer(2 ** 31 - 2, 0, NO_BODY)).toBe(true);
    expect(queue.answer(2 ** 31 - 1, -1, NO_BODY)).toBe(true);
    expect(queue.answer(1, -2, NO_BODY)).toBe(true);
    expect(await Promise.all(calls)).toEqual([0, -1, -2]);
  });

  test('only the oldest may be answered', () => {
    const out = new ByteWriter();
    const queue = new CallQueue(1000);
    expect(queue.answer(1, 0, NO_BODY)).toBe(false);
    void queue.add(out, 3, '/a', null, settle);
    void queue.add(out, 3, '/a', null, settle);
    expect(queue.answer(2, 0, NO_BODY)).toBe(false);
    expect(queue.answer(1, 0, NO_BODY)).toBe(true);
    expect(queue.outstanding).toBe(1);
  });

  test('thousands under way are answered in order', async () => {
    const out = new ByteWriter();
    const queue = new CallQueue(1000);
    const calls = Array.from({ length: 5000 }, () => queue.add(out, 3, '/a', null, settle));
    for (let xid = 1; xid <= 5000; xid++) expect(queue.answer(xid, -xid, NO_BODY)).toBe(true);
    expect((await Promise.all(calls)).at(-1)).toBe(-5000);
    expect(queue.outstanding).toBe(0);
  });

  test('a request that is too long, or that cannot be encoded, leaves nothing behind', async () => {
    const out = new ByteWriter();
    const queue = new CallQueue(10);
    const long = queue.add(out, 3, '/a', (w) => w.raw(new Uint8Array(3)), settle);
    expect(await failure(long)).toMatchObject({ name: 'badArguments', path: '/a' });
    const broken = queue.add(
      out,
      3,
      '/a',
      (w) => {
        w.u8(1);
        throw new Error('cannot');
      },
      settle,
    );
    expect(await failure(broken)).toMatchObject({ message: 'cannot' });
    expect([out.length, queue.outstanding]).toEqual([0, 0]);
    void queue.add(out, 3, '/a', (w) => w.raw(new Uint8Array(2)), settle);
    expect(queue.answer(1, 0, NO_BODY)).toBe(true);
  });
});
