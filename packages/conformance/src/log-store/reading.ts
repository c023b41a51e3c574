import { strict as assert } from 'node:assert';
import { makeZxid, ZXID_ZERO } from '@quorate/interfaces';
import { entriesOf } from './entries.js';
import type { LogTest } from './log-bench.js';

/** Clause LS-10. */
export function readingTests(test: LogTest): void {
  test('LS-10 a read may begin at the base and after every entry, inside batches too', async (bench) => {
    await bench.open();
    bench.reset(makeZxid(2, 5));
    for (const count of [1, 4, 2, 7]) bench.append({ count });
    bench.append({ count: 2, epoch: 3 });
    for (const durable of [false, true]) {
      if (durable) await bench.settle();
      for (const after of [bench.base, ...bench.entries.map((entry) => entry.zxid)]) {
        const expected = bench.entries.filter((entry) => entry.zxid > after).length;
        assert.equal((await bench.readAll(after)).length, expected);
      }
    }
  });

  test('LS-10 at least one batch, however little is asked for, and none beyond what is asked for', async (bench) => {
    await bench.open();
    const given = Array.from({ length: 20 }, () => bench.append({ bytes: 200 }));
    for (const durable of [false, true]) {
      if (durable) await bench.settle();
      for (const maxBytes of [0, 1, 250, 1000]) {
        const batches = await bench.read(ZXID_ZERO, maxBytes);
        assert.ok(batches.length >= 1 && batches.length <= Math.max(1, Math.floor(maxBytes / given[0]!.length)));
        assert.equal((await bench.readAll(makeZxid(1, 3), maxBytes)).length, 17);
      }
    }
  });

  test('LS-10 a read sees what was appended before the call, and nothing after its end', async (bench) => {
    await bench.open();
    bench.append();
    await bench.settle();
    bench.append();
    bench.sync();
    bench.append();
    const batches = await bench.read(makeZxid(1, 2), 1000);
    assert.deepEqual(
      entriesOf(batches).map((entry) => entry.zxid),
      [makeZxid(1, 3)],
    );
    assert.deepEqual(await bench.read(bench.last, 1000), []);
  });

  test('LS-10 what was forgotten is COMPACTED, what never was is NO_SUCH_ZXID', async (bench) => {
    await bench.open();
    bench.reset(makeZxid(2, 5));
    bench.append({ count: 3 });
    bench.append({ epoch: 4 });
    for (const durable of [false, true]) {
      if (durable) await bench.settle();
      await bench.refusesRead(ZXID_ZERO, 'COMPACTED');
      await bench.refusesRead(makeZxid(2, 4), 'COMPACTED');
      await bench.refusesRead(makeZxid(2, 9), 'NO_SUCH_ZXID');
      await bench.refusesRead(makeZxid(3, 1), 'NO_SUCH_ZXID');
      await bench.refusesRead(makeZxid(4, 2), 'NO_SUCH_ZXID');
    }
  });

  test('LS-10 reads under way together, and with appends and syncs, each see their own moment', async (bench) => {
    await bench.open();
    const reads: Promise<readonly Uint8Array[]>[] = [];
    for (let i = 1; i <= 60; i++) {
      bench.append({ bytes: 3000 });
      if (i % 4 === 0) bench.sync();
      if (i % 3 === 0) reads.push(bench.read(makeZxid(1, 1 + ((i * 7) % i)), 20_000));
    }
    await Promise.all(reads);
    await bench.settle();
    await bench.expect(bench.expectation);
  });
}
