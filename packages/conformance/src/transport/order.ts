import { strict as assert } from 'node:assert';
import { type TransportTest, turns } from './bench.js';
import { pattern } from './side.js';

const SIZES = [
  1, 2, 3, 0, 7, 125, 126, 127, 1023, 1024, 4096, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 300_001, 1,
];
const FIVE_MB = 5 * 1024 * 1024;

/** Clauses T-5, T-9 and T-10. */
export function orderTests(test: TransportTest): void {
  test('T-5 T-9 bytes arrive in order, over sends of many sizes', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    for (const size of SIZES) dialled.sendNext(size);
    await accepted.receives(dialled.sent);
    for (const size of SIZES) {
      dialled.sendNext(size);
      await turns(1);
    }
    await accepted.receives(dialled.sent);
  });

  test('T-5 T-9 five megabytes in one send arrive whole', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    dialled.sendNext(FIVE_MB);
    await accepted.receives(FIVE_MB);
    accepted.sendNext(FIVE_MB);
    await dialled.receives(FIVE_MB);
  });

  test('T-5 T-9 thousands of tiny sends arrive in order', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    for (let sends = 0; sends < 5000; sends++) dialled.sendNext(1 + (sends % 5));
    await accepted.receives(dialled.sent);
  });

  test('T-5 T-9 the two directions do not disturb each other', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    for (let round = 0; round < 40; round++) {
      dialled.sendNext(20_000 + round);
      accepted.sendNext(30_000 + round);
      if (round % 4 === 0) await turns(1);
    }
    await Promise.all([accepted.receives(dialled.sent), dialled.receives(accepted.sent)]);
  });

  test('T-5 connections between the same two addresses do not mix their bytes', async (bench) => {
    const pairs = [await bench.connect(), await bench.connect(), await bench.connect()];
    for (let round = 0; round < 20; round++) {
      for (const [index, { dialled }] of pairs.entries()) dialled.sendNext(100 * (index + 1));
    }
    for (const { dialled, accepted } of pairs) await accepted.receives(dialled.sent);
  });

  test('T-5 T-9 sends made inside onData keep their order', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    accepted.onChunk = () => {
      while (accepted.sent < accepted.received) accepted.sendNext(Math.min(100, accepted.received - accepted.sent));
    };
    for (let sends = 0; sends < 200; sends++) dialled.sendNext(997);
    await dialled.receives(200 * 997);
  });

  test('T-9 bytes that were sent are not written to: the same ones may be sent many times', async (bench) => {
    const first = await bench.connect();
    const second = await bench.connect();
    for (const size of [50, 200, 70_000]) {
      const shared = pattern(0, size);
      const before = shared.slice();
      first.dialled.send(shared);
      first.accepted.send(shared);
      second.dialled.send(shared);
      second.accepted.send(shared);
      for (const side of [first.dialled, first.accepted, second.dialled, second.accepted]) {
        await side.receives(size);
        side.received = 0;
      }
      assert.deepEqual(shared, before, 'the bytes after they were sent');
    }
  });

  test('T-10 while buffered is 0 the bytes are the owner’s again: it may write to them', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    let from = 0;
    for (const size of [1, 100, 5000, 65_536, 1_000_000, 64]) {
      const bytes = pattern(from, size);
      dialled.send(bytes);
      await bench.untilTurn('nothing to be buffered', () => dialled.connection.buffered === 0);
      bytes.fill(0xee);
      from += size;
      await accepted.receives(from);
    }
  });

  test('T-9 T-10 send does nothing after the close, throws nothing and keeps nothing', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    dialled.sendNext(100);
    await accepted.receives(100);
    dialled.end();
    dialled.send(new Uint8Array(50));
    await Promise.all([dialled.closed(), accepted.closed()]);
    for (const side of [dialled, accepted]) {
      side.send(new Uint8Array(100_000));
      assert.equal(side.connection.buffered, 0, 'bytes kept after the close');
    }
    await turns(2);
    accepted.holds(100);
    dialled.holds(0);
  });

  test('T-9 sends after destroy are dropped without a word', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    dialled.destroy();
    dialled.send(new Uint8Array(100_000));
    dialled.send(new Uint8Array(1));
    await Promise.all([dialled.closed(), accepted.closed()]);
    accepted.send(new Uint8Array(1));
    accepted.holds(0);
  });
}
