import { strict as assert } from 'node:assert';
import { makeZxid, ZXID_ZERO } from '@quorate/interfaces';
import type { LogTest } from './log-bench.js';

/** Clauses LS-3 and LS-5: what is found again, and what follows it. */
export function openingTests(test: LogTest): void {
  test('LS-3 a new log is empty', async (bench) => {
    assert.deepEqual(await bench.open(), {
      base: ZXID_ZERO,
      last: ZXID_ZERO,
      commit: ZXID_ZERO,
      epochs: [],
      state: null,
      tail: 'clean',
    });
    assert.deepEqual(await bench.read(ZXID_ZERO, 1000), []);
  });

  test('LS-3 what was durable is found again: base, last, epochs, state and every byte', async (bench) => {
    await bench.open();
    bench.append({ count: 3 });
    bench.append({ count: 2, epoch: 2 });
    bench.putState(new Uint8Array([1, 2, 3]));
    bench.append({ count: 1, bytes: 0, epoch: 5 });
    await bench.settle();
    const recovery = await bench.reopen();
    assert.equal(recovery?.tail ?? 'clean', 'clean');
  });

  test('LS-3 a log that was opened again goes on where it ended, any number of times', async (bench) => {
    await bench.open();
    for (let round = 1; round <= 5; round++) {
      bench.append({ count: round });
      bench.putState(new Uint8Array([round]));
      await bench.settle();
      await bench.reopen();
    }
  });

  test('LS-3 opening alone changes nothing', async (bench) => {
    await bench.open();
    bench.append({ count: 3 });
    bench.putState(new Uint8Array([7]));
    await bench.settle();
    for (let round = 0; round < 3; round++) await bench.reopen();
  });

  test('LS-3 commit is the highest commit index of any batch, at most last', async (bench) => {
    await bench.open();
    bench.append({ count: 3, commit: ZXID_ZERO });
    bench.append({ count: 1, commit: makeZxid(1, 3) });
    bench.append({ count: 1, commit: makeZxid(1, 2) });
    await bench.settle();
    if (!bench.reopens) return;
    assert.equal((await bench.reopen())?.commit, makeZxid(1, 3));
    bench.append({ count: 4, commit: makeZxid(1, 8) });
    bench.truncateAfter(makeZxid(1, 7));
    assert.equal((await bench.reopen())?.commit, makeZxid(1, 7), 'never beyond last');
    bench.reset(makeZxid(4, 9));
    assert.equal((await bench.reopen())?.commit, makeZxid(4, 9), 'never before base');
  });

  test('LS-3 an empty log with a state, or a base, is found again', async (bench) => {
    await bench.open();
    bench.putState(new Uint8Array(0));
    await bench.settle();
    await bench.reopen();
    bench.reset(makeZxid(3, 77));
    await bench.settle();
    await bench.reopen();
    bench.append({ epoch: 4 });
    await bench.settle();
    await bench.reopen();
  });
}
