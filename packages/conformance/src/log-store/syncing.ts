import { strict as assert } from 'node:assert';
import { makeZxid } from '@quorate/interfaces';
import type { LogTest } from './log-bench.js';

/** Clauses LS-1, LS-2, LS-9 and LS-12. */
export function syncingTests(test: LogTest, fails: boolean): void {
  test('LS-1 LS-9 every sync is answered, by its own token or a later one, never from inside a call', async (bench) => {
    await bench.open();
    for (let round = 0; round < 30; round++) {
      if (round % 3 !== 2) bench.append({ bytes: round * 100 });
      const token = bench.sync();
      if (round % 4 === 0) await bench.untilDurable(token);
    }
    await bench.settle();
  });

  test('LS-9 a sync with nothing to do is answered too', async (bench) => {
    await bench.open();
    await bench.settle();
    await bench.settle();
    bench.append();
    await bench.settle();
    await bench.settle();
  });

  test('LS-9 truncations, resets, states and retirements are answered as appends are', async (bench) => {
    await bench.open();
    bench.append({ count: 9 });
    await bench.settle();
    bench.truncateAfter(makeZxid(1, 4));
    await bench.settle();
    bench.putState(new Uint8Array(3));
    await bench.settle();
    bench.retire(makeZxid(1, 4));
    await bench.settle();
    bench.reset(makeZxid(2, 2));
    await bench.settle();
    await bench.reopen();
  });

  test('LS-1 many syncs in one turn and during another', async (bench) => {
    await bench.open();
    let token = 0;
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 5; i++) {
        bench.append();
        token = bench.sync();
      }
      await Promise.resolve();
    }
    await bench.untilDurable(token);
    await bench.expect(bench.expectation);
  });

  test('LS-12 close makes durable what no sync asked for', async (bench) => {
    await bench.open();
    bench.append({ count: 5 });
    bench.putState(new Uint8Array([8]));
    bench.truncateAfter(makeZxid(1, 3));
    bench.append();
    await bench.reopen();
  });

  test('LS-12 close during a sync waits for it and for what came after', async (bench) => {
    await bench.open();
    for (let i = 0; i < 20; i++) {
      bench.append({ bytes: 10_000 });
      bench.sync();
    }
    bench.append();
    await bench.reopen();
  });

  if (!fails) return;
  test('LS-2 a failing write or sync is reported once, and nothing becomes durable or happens after it', async (bench) => {
    await bench.open();
    bench.append();
    await bench.settle();
    bench.subject.fail!();
    const before = bench.durable;
    const { store } = bench;
    bench.append({ count: 3 });
    bench.sync();
    await bench.until('onFailure (LS-2)', () => bench.failures.length > 0);
    const { last } = store;
    bench.call(() => {
      store.putState(new Uint8Array(1));
      store.truncateAfter(makeZxid(1, 1));
      store.reset(makeZxid(3, 3));
      store.retire(makeZxid(1, 1));
      store.sync();
    });
    assert.equal(store.last, last, 'a call had an effect');
    await bench.settled(
      'close',
      store.close().catch(() => {}),
    );
    assert.equal(bench.failures.length, 1, 'onFailure at most once');
    assert.equal(bench.durable, before, 'onDurable after the failure');
  });
}
