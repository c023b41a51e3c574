import { strict as assert } from 'node:assert';
import { makeZxid, ZXID_ZERO } from '@quorate/interfaces';
import { makeBatch } from './entries.js';
import type { LogTest } from './log-bench.js';

const MIB = 1 << 20;

function sameBatches(found: readonly Uint8Array[], given: readonly Uint8Array[]): boolean {
  return found.length === given.length && found.every((batch, i) => Buffer.compare(batch, given[i]!) === 0);
}

/** Clauses LS-5 and LS-6. */
export function appendingTests(test: LogTest): void {
  test('LS-5 a batch that does not follow last is refused and leaves no trace', async (bench) => {
    await bench.open();
    bench.append({ count: 3 });
    for (const previous of [ZXID_ZERO, makeZxid(1, 2), makeZxid(1, 4), makeZxid(2, 3)]) {
      const { bytes } = makeBatch(previous, { epoch: 2 });
      bench.refuses('append', 'LOG_GAP', () => bench.store.append(bytes));
    }
    bench.append();
    await bench.expect(bench.expectation);
    await bench.settle();
    await bench.reopen();
  });

  test('LS-5 batches come back byte for byte as they were given', async (bench) => {
    await bench.open();
    const given = [bench.append({ count: 4 }), bench.append({ epoch: 2, commit: makeZxid(1, 4) }), bench.append()];
    assert.ok(sameBatches(await bench.read(ZXID_ZERO, MIB), given), 'before they are durable');
    await bench.settle();
    assert.ok(sameBatches(await bench.read(ZXID_ZERO, MIB), given), 'after they are');
    if ((await bench.reopen()) === undefined) return;
    assert.ok(sameBatches(await bench.read(ZXID_ZERO, MIB), given), 'after the log was opened again');
  });

  test('LS-5 a batch larger than every buffer is kept whole, alone and between small ones', async (bench) => {
    await bench.open();
    bench.append({ bytes: 5 * MIB + 13 });
    bench.append();
    bench.append({ count: 4000, bytes: 700 });
    bench.append({ bytes: 0 });
    await bench.expect(bench.expectation);
    await bench.settle();
    await bench.expect(bench.expectation);
    await bench.reopen();
  });

  test('LS-5 payloads of every small length, and around powers of two, are kept whole', async (bench) => {
    await bench.open();
    for (let bytes = 0; bytes < 40; bytes++) bench.append({ bytes });
    for (const power of [9, 12, 16, 18, 20]) {
      for (let off = -70; off <= 10; off += 8) bench.append({ bytes: 2 ** power + off });
    }
    await bench.settle();
    await bench.expect(bench.expectation);
    await bench.reopen();
  });

  test('LS-5 hundreds of batches in one turn share a sync and keep their order', async (bench) => {
    await bench.open();
    for (let i = 0; i < 500; i++) bench.append({ count: 1 + (i % 3), bytes: i });
    await bench.settle();
    await bench.expect(bench.expectation);
    await bench.reopen();
  });

  test('LS-5 the counter starts anew with each epoch, and epochs may be skipped', async (bench) => {
    await bench.open();
    for (const epoch of [1, 2, 7, 8, 1000]) bench.append({ count: 3, epoch });
    await bench.settle();
    const recovery = await bench.reopen();
    if (recovery === undefined) return;
    assert.deepEqual(
      recovery.epochs.map(({ epoch }) => epoch),
      [1, 2, 7, 8, 1000],
    );
  });

  test('LS-6 the last state wins, and its bytes were copied', async (bench) => {
    await bench.open();
    const state = new Uint8Array([1, 1, 1]);
    bench.putState(state);
    state.fill(2);
    bench.putState(state);
    state.fill(3);
    await bench.settle();
    state.fill(4);
    await bench.reopen();
  });

  test('LS-6 a state may have no bytes, or 64 KiB, and keeps its place among other calls', async (bench) => {
    await bench.open();
    bench.append({ count: 2 });
    bench.putState(new Uint8Array(64 << 10).fill(9));
    bench.append({ count: 2 });
    await bench.settle();
    await bench.reopen();
    bench.putState(new Uint8Array(0));
    await bench.settle();
    await bench.reopen();
  });

  test('LS-6 states written thousands of times leave room for the rest', async (bench) => {
    await bench.open();
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 50; i++) bench.putState(new Uint8Array(1000).fill(round * 50 + i));
      bench.append();
      await bench.settle();
    }
    await bench.expect(bench.expectation);
    await bench.reopen();
  });
}
