import { strict as assert } from 'node:assert';
import { makeZxid, ZXID_ZERO } from '@quorate/interfaces';
import type { LogBench, LogTest } from './log-bench.js';

async function grow(bench: LogBench, batches: number): Promise<void> {
  for (let i = 0; i < batches; i++) {
    bench.append({ count: 5, bytes: 8000 });
    if (i % 5 === 4) await bench.settle();
  }
  await bench.settle();
}

/** Clause LS-11. */
export function retiringTests(test: LogTest): void {
  test('LS-11 never more than was allowed is forgotten, and what is left is whole', async (bench) => {
    await bench.open();
    bench.putState(new Uint8Array([3]));
    await grow(bench, 20);
    for (const counter of [1, 5, 33, 50, 51, 99]) {
      bench.retire(makeZxid(1, counter));
      await bench.expect(bench.expectation);
      assert.ok(bench.entries.length >= 100 - counter);
    }
    await bench.settle();
    await bench.reopen();
    await grow(bench, 2);
    await bench.reopen();
  });

  test('LS-11 everything may be retired; last stays, and appends go on', async (bench) => {
    await bench.open();
    await grow(bench, 10);
    const { last } = bench;
    bench.retire(last);
    assert.equal(bench.store.last, last);
    bench.append();
    await bench.expect(bench.expectation);
    await bench.settle();
    await bench.reopen();
  });

  test('LS-11 at or before the base, or in an empty log, nothing is forgotten', async (bench) => {
    await bench.open();
    bench.retire(ZXID_ZERO);
    bench.reset(makeZxid(2, 10));
    bench.retire(makeZxid(2, 10));
    bench.append({ count: 4 });
    bench.retire(makeZxid(1, 1));
    await bench.expect(bench.expectation);
    await bench.settle();
    await bench.reopen();
  });

  test('LS-11 retiring, cutting and resetting in one turn', async (bench) => {
    await bench.open();
    await grow(bench, 20);
    bench.truncateAfter(makeZxid(1, 63));
    bench.retire(makeZxid(1, 40));
    bench.append({ count: 3, epoch: 2 });
    bench.retire(makeZxid(1, 63));
    await bench.expect(bench.expectation);
    await bench.settle();
    await bench.reopen();
    bench.retire(makeZxid(2, 3));
    bench.truncateAfter(bench.base);
    await bench.settle();
    await bench.reopen();
    bench.append({ count: 2, bytes: 100_000, epoch: 3 });
    bench.retire(bench.last);
    bench.reset(makeZxid(3, 9));
    bench.retire(makeZxid(3, 9));
    bench.append();
    await bench.settle();
    await bench.reopen();
  });

  test('LS-11 a read under way when its entries are retired gets them, or says COMPACTED', async (bench) => {
    await bench.open();
    await grow(bench, 20);
    const { store } = bench;
    const read = new Promise<readonly Uint8Array[]>((resolve, reject) => {
      store.read(ZXID_ZERO, 100_000, (error, batches) => (error === null ? resolve(batches) : reject(error)));
    });
    bench.retire(makeZxid(1, 99));
    await bench.settle();
    try {
      assert.ok((await bench.settled('read (LS-10)', read)).length > 0);
    } catch (error) {
      assert.equal((error as { code?: unknown }).code, 'COMPACTED');
    }
    await bench.expect(bench.expectation);
  });
}
