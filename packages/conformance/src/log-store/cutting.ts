import { makeZxid, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import type { LogBench, LogTest } from './log-bench.js';

/** Twelve entries in four batches: 1:1-3, 1:4-6, 2:1-4, 5:1-2. */
function twelve(bench: LogBench): Zxid[] {
  bench.append({ count: 3 });
  bench.append({ count: 3 });
  bench.append({ count: 4, epoch: 2 });
  bench.append({ count: 2, epoch: 5 });
  return bench.entries.map((entry) => entry.zxid);
}

const MOMENTS = ['before any sync', 'after a sync', 'after the log was opened again'] as const;

async function reach(bench: LogBench, moment: (typeof MOMENTS)[number]): Promise<void> {
  if (moment === 'before any sync') return;
  await bench.settle();
  if (moment === 'after the log was opened again') await bench.reopen();
}

/** Clauses LS-7 and LS-8. */
export function cuttingTests(test: LogTest): void {
  for (const moment of MOMENTS) {
    test(`LS-7 the cut is exact at every entry and at the base, inside batches too, ${moment}`, async (bench) => {
      await bench.open();
      for (let at = -1; at < 12; at++) {
        const zxids = twelve(bench);
        await reach(bench, moment);
        bench.truncateAfter(at < 0 ? ZXID_ZERO : zxids[at]!);
        await bench.expect(bench.expectation);
        await bench.settle();
        await bench.expect(bench.expectation);
        await bench.reopen();
        bench.truncateAfter(ZXID_ZERO);
      }
    });

    test(`LS-7 a zxid that is not there is refused and nothing is cut, ${moment}`, async (bench) => {
      await bench.open();
      bench.reset(makeZxid(1, 10));
      bench.append({ count: 2 });
      bench.append({ count: 2, epoch: 3 });
      await reach(bench, moment);
      const absent = [
        ZXID_ZERO,
        makeZxid(1, 9),
        makeZxid(1, 13),
        makeZxid(2, 0),
        makeZxid(2, 1),
        makeZxid(3, 0),
        makeZxid(3, 3),
      ];
      for (const zxid of absent) bench.refuses('truncateAfter', 'NO_SUCH_ZXID', () => bench.store.truncateAfter(zxid));
      await bench.expect(bench.expectation);
      await bench.settle();
      await bench.reopen();
    });
  }

  test('LS-7 what is appended after a cut takes the place of what was cut', async (bench) => {
    await bench.open();
    twelve(bench);
    await bench.settle();
    bench.truncateAfter(makeZxid(2, 2));
    bench.append({ count: 3 });
    bench.append({ epoch: 6 });
    await bench.expect(bench.expectation);
    await bench.settle();
    await bench.expect(bench.expectation);
    await bench.reopen();
  });

  test('LS-7 cut upon cut, with and without appends between, durable or not', async (bench) => {
    await bench.open();
    twelve(bench);
    await bench.settle();
    bench.truncateAfter(makeZxid(5, 1));
    bench.truncateAfter(makeZxid(2, 3));
    bench.append({ count: 5, epoch: 7 });
    bench.truncateAfter(makeZxid(7, 2));
    bench.sync();
    bench.truncateAfter(makeZxid(7, 1));
    bench.append({ count: 2 });
    bench.truncateAfter(makeZxid(1, 5));
    bench.append({ epoch: 8 });
    await bench.expect(bench.expectation);
    await bench.settle();
    await bench.reopen();
  });

  test('LS-7 the state outlives a cut, in call order', async (bench) => {
    await bench.open();
    twelve(bench);
    bench.putState(new Uint8Array([1]));
    bench.truncateAfter(makeZxid(1, 2));
    await bench.settle();
    await bench.reopen();
    bench.append({ count: 3 });
    bench.truncateAfter(makeZxid(1, 4));
    bench.putState(new Uint8Array([2]));
    await bench.settle();
    await bench.reopen();
  });

  test('LS-7 a cut inside a batch larger than every buffer', async (bench) => {
    await bench.open();
    bench.append({ count: 40, bytes: 70_000 });
    await bench.settle();
    bench.truncateAfter(makeZxid(1, 33));
    bench.append({ epoch: 2 });
    await bench.expect(bench.expectation);
    await bench.settle();
    await bench.expect(bench.expectation);
    await bench.reopen();
  });

  test('LS-8 a reset forgets every entry, and the next batch follows the new base', async (bench) => {
    await bench.open();
    twelve(bench);
    bench.putState(new Uint8Array([5]));
    await bench.settle();
    for (const base of [makeZxid(9, 100), makeZxid(1, 2), ZXID_ZERO]) {
      bench.reset(base);
      await bench.expect(bench.expectation);
      bench.append({ count: 3 });
      await bench.expect(bench.expectation);
      await bench.settle();
      await bench.reopen();
    }
  });

  test('LS-8 a reset to where the log is, and one right after another', async (bench) => {
    await bench.open();
    twelve(bench);
    await bench.settle();
    bench.reset(bench.last);
    bench.append();
    bench.reset(makeZxid(6, 1));
    bench.reset(makeZxid(6, 2));
    await bench.settle();
    await bench.reopen();
  });
}
