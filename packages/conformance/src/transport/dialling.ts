import { strict as assert } from 'node:assert';
import type { AbortSignalLike } from '@quorate/interfaces';
import { type TransportTest, turns } from './bench.js';
import type { Side } from './side.js';

/** An abort signal that knows who still listens to it. */
class TestSignal implements AbortSignalLike {
  aborted = false;
  readonly listeners = new Set<() => void>();

  addEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.delete(listener);
  }

  abort(): void {
    this.aborted = true;
    for (const listener of [...this.listeners]) listener();
  }
}

/** Clauses T-2 and T-8. */
export function dialTests(test: TransportTest): void {
  test('T-2 dial resolves with an open connection that carries bytes both ways', async (bench) => {
    const { dialled, accepted } = await bench.connect();
    assert.ok(
      dialled.connection.remote.length > 0 && accepted.connection.remote.length > 0,
      'both ends name the other',
    );
    dialled.sendNext(10);
    await accepted.receives(10);
    accepted.sendNext(20);
    await dialled.receives(20);
  });

  test('T-2 dial rejects with CONNECTION_FAILED where nobody listens', async (bench) => {
    const listener = await bench.listen();
    await bench.settled('the listener to close', listener.close());
    await bench.rejects('the dial to reject', bench.transport.dial(listener.address), 'CONNECTION_FAILED');
  });

  test('T-2 dial rejects with ABORTED when its signal was aborted before, and nobody is connected', async (bench) => {
    let arrived = 0;
    const listener = await bench.listen(() => {
      arrived += 1;
    });
    const signal = new TestSignal();
    signal.abort();
    await bench.rejects('the dial to reject', bench.transport.dial(listener.address, { signal }), 'ABORTED');
    await bench.elsewhere();
    assert.equal(arrived, 0, 'connections that reached the listener');
  });

  for (const after of [0, 1, 2]) {
    test(`T-2 an abort ${after === 0 ? 'at once' : `after ${after} turns`} rejects with ABORTED and leaves nothing open`, async (bench) => {
      const accepted: Side[] = [];
      const listener = await bench.listen((side) => {
        side.open();
        accepted.push(side);
      });
      const signal = new TestSignal();
      const dial = bench.transport.dial(listener.address, { signal });
      let connected = false;
      const outcome = dial.then(
        (connection) => {
          connected = true;
          bench.adopt(connection);
        },
        () => {},
      );
      await turns(after);
      signal.abort();
      if (!connected) await bench.settled('the dial to settle', outcome);
      if (!connected) {
        await bench.rejects('the dial to reject', dial, 'ABORTED');
        await bench.elsewhere();
        await bench.until('what reached the listener to close', () => accepted.every((side) => side.closes === 1));
      }
      assert.equal(signal.listeners.size, 0, 'listeners that the dial left on its signal');
    });
  }

  test('T-2 a dial that is over has nothing to do with its signal any more', async (bench) => {
    const accepted: Side[] = [];
    const listener = await bench.listen((side) => {
      side.open();
      accepted.push(side);
    });
    const signal = new TestSignal();
    const dialled = bench.adopt(await bench.transport.dial(listener.address, { signal }));
    dialled.open();
    assert.equal(signal.listeners.size, 0, 'listeners that a dial left on its signal');
    signal.abort();
    await bench.until('the connection to arrive', () => accepted.length === 1);
    dialled.sendNext(5);
    await accepted[0]!.receives(5);
    const failed = new TestSignal();
    await bench.settled('the listener to close', listener.close());
    await bench.rejects('the dial', bench.transport.dial(listener.address, { signal: failed }), 'CONNECTION_FAILED');
    assert.equal(failed.listeners.size, 0, 'listeners that a failed dial left on its signal');
  });

  test('T-8 bytes that came before open are held, not lost', async (bench) => {
    const { dialled, accepted } = await bench.connectUnopened();
    dialled.open();
    for (let sends = 0; sends < 50; sends++) dialled.sendNext(1000);
    await bench.elsewhere();
    assert.equal(accepted.received, 0);
    accepted.open();
    await accepted.receives(50_000);
    dialled.sendNext(7);
    await accepted.receives(50_007);
  });

  test('T-8 what an acceptor sends at once reaches a dialler that opens late', async (bench) => {
    const listener = await bench.listen((side) => {
      side.open();
      side.sendNext(3000);
    });
    const dialled = await bench.dial(listener.address);
    await bench.elsewhere();
    dialled.open();
    await dialled.receives(3000);
  });

  test('T-8 T-12 bytes and an orderly end that came before open are delivered after it, in this order', async (bench) => {
    const { dialled, accepted } = await bench.connectUnopened();
    dialled.open();
    dialled.sendNext(40_000);
    dialled.end();
    await bench.elsewhere();
    accepted.open();
    await accepted.closed();
    accepted.holds(40_000);
    assert.equal(accepted.error, undefined, 'an orderly end');
  });

  test('T-7 T-8 a connection destroyed by the other side before open reports its close after it', async (bench) => {
    const { dialled, accepted } = await bench.connectUnopened();
    dialled.open();
    dialled.destroy();
    await dialled.closed();
    await bench.elsewhere();
    accepted.open();
    await accepted.closed();
  });
}
