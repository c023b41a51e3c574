import { strict as assert } from 'node:assert';
import { type Pair, type TransportTest, turns } from './bench.js';

const ENDINGS: readonly (readonly [string, (pair: Pair) => void])[] = [
  ['the dialler ends', ({ dialled }) => dialled.end()],
  ['the acceptor ends', ({ accepted }) => accepted.end()],
  [
    'both end',
    ({ dialled, accepted }) => {
      dialled.end();
      accepted.end();
    },
  ],
  ['the dialler destroys', ({ dialled }) => dialled.destroy()],
  ['the acceptor destroys', ({ accepted }) => accepted.destroy()],
  [
    'both destroy',
    ({ dialled, accepted }) => {
      dialled.destroy();
      accepted.destroy();
    },
  ],
  [
    'one ends, the other destroys',
    ({ dialled, accepted }) => {
      dialled.end();
      accepted.destroy();
    },
  ],
  [
    'one ends and destroys, twice each',
    ({ dialled }) => {
      dialled.end();
      dialled.end();
      dialled.destroy();
      dialled.destroy();
      dialled.end();
    },
  ],
];

const FIVE_MB = 5 * 1024 * 1024;

/** Clauses T-7, T-12 and T-13. */
export function endingTests(test: TransportTest): void {
  for (const [how, close] of ENDINGS) {
    test(`T-7 exactly one onClose on each side, last of all calls, never inside a call: ${how}`, async (bench) => {
      const pair = await bench.connect();
      pair.dialled.sendNext(100);
      pair.accepted.sendNext(100);
      await Promise.all([pair.dialled.receives(100), pair.accepted.receives(100)]);
      close(pair);
      await Promise.all([pair.dialled.closed(), pair.accepted.closed()]);
      close(pair);
      pair.dialled.pause();
      pair.dialled.resume();
      await turns(3);
      assert.deepEqual([pair.dialled.closes, pair.accepted.closes], [1, 1], 'onClose calls');
    });
  }

  test('T-7 an orderly end is no error on either side', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    dialled.sendNext(10);
    await accepted.receives(10);
    dialled.end();
    await Promise.all([dialled.closed(), accepted.closed()]);
    assert.deepEqual([dialled.error, accepted.error], [undefined, undefined]);
  });

  test('T-7 T-12 a connection may be ended inside its own onData', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    accepted.onChunk = () => {
      accepted.sendNext(2000);
      accepted.end();
    };
    dialled.sendNext(1);
    await Promise.all([dialled.closed(), accepted.closed()]);
    dialled.holds(2000);
  });

  test('T-7 T-13 a connection may be destroyed inside its own onData, and hears nothing more but its close', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    let chunks = 0;
    accepted.onChunk = () => {
      chunks += 1;
      accepted.destroy();
    };
    for (let sends = 0; sends < 100; sends++) dialled.sendNext(1000);
    await Promise.all([dialled.closed(), accepted.closed()]);
    assert.equal(chunks, 1, 'chunks delivered');
  });

  test('T-12 end sends everything that was accepted, then closes both sides', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    dialled.sendNext(FIVE_MB);
    for (let sends = 0; sends < 1000; sends++) dialled.sendNext(13);
    dialled.end();
    await Promise.all([dialled.closed(), accepted.closed()]);
    accepted.holds(dialled.sent);
    assert.deepEqual([dialled.error, accepted.error], [undefined, undefined]);
  });

  test('T-12 end after a flood that was told to wait still sends all of it', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    assert.ok(accepted.flood());
    accepted.end();
    await Promise.all([dialled.closed(), accepted.closed()]);
    dialled.holds(accepted.sent);
  });

  test('T-12 end gives up on a peer that does not read, within some seconds', async (bench) => {
    const { dialled, accepted } = await bench.connectUnopened();
    dialled.open();
    dialled.flood();
    dialled.flood();
    dialled.end();
    await dialled.closed();
    accepted.open();
    await accepted.closed();
  });

  test('T-13 destroy closes at once, whatever waits', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    accepted.pause();
    dialled.flood();
    dialled.destroy();
    await dialled.closed();
    assert.equal(dialled.connection.buffered, 0, 'bytes kept after the close');
    accepted.resume();
    await accepted.closed();
    assert.ok(accepted.firstWrong === undefined && accepted.received <= dialled.sent, 'what arrived is a prefix');
  });

  test('T-13 destroy after end does not wait for the end', async (bench) => {
    const { dialled, accepted } = await bench.connectUnopened();
    dialled.open();
    dialled.flood();
    dialled.end();
    dialled.destroy();
    await dialled.closed();
    accepted.open();
    await accepted.closed();
  });
}
