import { strict as assert } from 'node:assert';
import { at, content, readRest, type SnapshotTest } from './snapshot-bench.js';

const MIB = 1 << 20;

/** Clauses SS-1, SS-3, SS-4, SS-5 and SS-9. */
export function readingTests(test: SnapshotTest): void {
  test('SS-1 a new store has no snapshot', async (bench) => {
    await bench.expect();
  });

  test('SS-1 the list is newest first, with exact sizes', async (bench) => {
    for (const counter of [5, 300, 1, 70_000]) await bench.take(at(counter), content(counter));
    await bench.expect();
    await bench.reopen();
    await bench.expect();
  });

  test('SS-3 a snapshot that there is not cannot be opened', async (bench) => {
    await bench.expectAbsent(at(1));
    await bench.take(at(2));
    await bench.expectAbsent(at(1));
    await bench.expectAbsent(at(3));
  });

  test('SS-9 several readers go their own ways', async (bench) => {
    const bytes = content(3 * MIB + 1);
    await bench.take(at(1), bytes);
    const first = await bench.store.open(at(1));
    const piece = await first.read();
    await bench.expectContent(at(1), bytes);
    await readRest(first, bytes, piece!.length);
    await first.close();
    const third = await bench.store.open(at(1));
    await third.read();
    await third.close();
    await third.close();
    await bench.expect();
  });

  test('SS-4 what was dropped is gone, and dropping what is not there is no error', async (bench) => {
    for (const counter of [1, 2, 3]) await bench.take(at(counter), content(MIB));
    await bench.drop(at(2));
    await bench.expect();
    await bench.expectAbsent(at(2));
    await bench.drop(at(2));
    await bench.drop(at(9));
    await bench.expect();
    await bench.reopen();
    await bench.expect();
    await bench.take(at(2), content(MIB));
    await bench.expect();
  });

  test('SS-4 a reader whose snapshot is dropped or replaced goes on to the true end, or fails', async (bench) => {
    const bytes = content(4 * MIB);
    for (const replaced of [false, true]) {
      await bench.take(at(1), bytes);
      const reader = await bench.store.open(at(1));
      const piece = await reader.read();
      if (replaced) await bench.take(at(1), content(4 * MIB));
      else await bench.drop(at(1));
      try {
        await readRest(reader, bytes, piece!.length);
      } catch (error) {
        assert.equal((error as { name?: unknown }).name, 'QuorateError', String(error));
      }
      await reader.close();
      await bench.expect();
    }
  });

  test('SS-5 close aborts what is unfinished', async (bench) => {
    await bench.take(at(1));
    await bench.write(at(1), content(2 * MIB));
    await bench.write(at(2), content(2 * MIB));
    if (!(await bench.reopen())) return;
    await bench.expect();
  });
}

/** Clauses SS-1 and SS-9 where bytes go bad. */
export function damageTests(test: SnapshotTest): void {
  test('SS-9 the end of a damaged snapshot is never reached', async (bench) => {
    for (const bytes of [1, 1000, 3 * MIB]) {
      await bench.take(at(1), content(bytes));
      await bench.damage(at(1));
      await assert.rejects(
        async () => {
          const reader = await bench.store.open(at(1));
          try {
            while ((await reader.read()) !== null);
          } finally {
            await reader.close();
          }
        },
        { name: 'QuorateError', code: 'CORRUPT_SNAPSHOT' },
      );
      await bench.store.drop(at(1));
    }
  });

  test('SS-1 a damaged snapshot is not listed by a new store', async (bench) => {
    for (const counter of [1, 2, 3]) await bench.take(at(counter), content(100_000));
    await bench.damage(at(2));
    await bench.reopen();
    bench.snapshots.delete(at(2));
    await bench.expect();
  });
}
