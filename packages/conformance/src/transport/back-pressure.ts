import { strict as assert } from 'node:assert';
import { type TransportTest, turns } from './bench.js';

/** No path between two ends holds as much. */
const MOST_ON_THE_WAY = 64 * 1024 * 1024;

/** Clauses T-6, T-10 and T-11. */
export function backPressureTests(test: TransportTest): void {
  test('T-6 T-9 a flood is told to wait, onDrain follows once what was waiting has left, and nothing is lost', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    for (let round = 1; round <= 3; round++) {
      assert.ok(dialled.flood(), 'a send returned false before 64 MiB were waiting');
      await bench.until('onDrain', () => dialled.drains === round);
      assert.equal(dialled.connection.buffered, 0, 'bytes waiting after onDrain');
    }
    await accepted.receives(dialled.sent);
    assert.ok(dialled.sendNext(10), 'there is room again');
    await accepted.receives(dialled.sent);
    assert.equal(dialled.drains, 3, 'one onDrain for each time of waiting');
  });

  test('T-6 onDrain comes only after a send returned false', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    for (let sends = 0; sends < 20; sends++) assert.ok(dialled.sendNext(10), 'room for 10 bytes');
    await accepted.receives(200);
    await turns(2);
    assert.equal(dialled.drains, 0);
  });

  test('T-6 T-10 T-11 against a paused reader buffered grows, onDrain waits, and both recover with resume', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    if (!bench.transport.supports.pause) return;
    accepted.pause();
    // Some of what was sent may leave and wait on its way to the reader; there is an end to that.
    while (dialled.connection.buffered === 0 && dialled.sent < MOST_ON_THE_WAY) {
      assert.ok(dialled.flood(), 'a send returned false before 64 MiB were waiting');
      await turns(4);
      if (dialled.connection.buffered > 0) await bench.elsewhere();
    }
    assert.ok(dialled.connection.buffered > 0, 'bytes wait at the sender');
    const drains = dialled.drains;
    accepted.resume();
    await accepted.receives(dialled.sent);
    await bench.until('onDrain after the reader resumed', () => dialled.drains > drains);
    assert.equal(dialled.connection.buffered, 0);
  });

  test('T-11 pause stops onData until resume, and nothing is lost', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    if (!bench.transport.supports.pause) return;
    accepted.pause();
    for (let sends = 0; sends < 30; sends++) dialled.sendNext(1000);
    await bench.elsewhere();
    assert.equal(accepted.received, 0, 'bytes delivered while paused');
    accepted.resume();
    await accepted.receives(30_000);
  });

  test('T-11 pause inside onData holds even what has arrived already', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    if (!bench.transport.supports.pause) return;
    let chunks = 0;
    accepted.onChunk = () => {
      chunks += 1;
      accepted.pause();
    };
    for (let sends = 0; sends < 30; sends++) dialled.sendNext(1000);
    let expected = 0;
    while (accepted.received < 30_000) {
      expected += 1;
      await bench.until('the next chunk', () => chunks >= expected);
      await turns(2);
      assert.equal(chunks, expected, 'chunks delivered, one per resume');
      accepted.resume();
    }
    await accepted.receives(30_000);
  });

  test('T-11 pause and resume are idempotent and do not count', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    accepted.resume();
    accepted.pause();
    accepted.pause();
    dialled.sendNext(500);
    accepted.resume();
    accepted.resume();
    await accepted.receives(500);
    accepted.pause();
    accepted.resume();
    accepted.pause();
    accepted.resume();
    dialled.sendNext(500);
    await accepted.receives(1000);
  });

  test('T-11 a paused reader still sends', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    accepted.pause();
    accepted.sendNext(100_000);
    await dialled.receives(100_000);
    accepted.resume();
  });

  test('T-11 T-12 an orderly end waits behind the bytes of a paused reader', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    if (!bench.transport.supports.pause) return;
    accepted.pause();
    dialled.sendNext(50_000);
    dialled.end();
    await bench.elsewhere();
    assert.equal(accepted.received, 0, 'bytes delivered while paused');
    accepted.resume();
    await accepted.closed();
    accepted.holds(50_000);
    assert.equal(accepted.error, undefined);
  });
}
