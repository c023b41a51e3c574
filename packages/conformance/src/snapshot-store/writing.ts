import { strict as assert } from 'node:assert';
import { at, content, type SnapshotTest } from './snapshot-bench.js';

const MIB = 1 << 20;

/** Clauses SS-2, SS-6, SS-7 and SS-8. */
export function writingTests(test: SnapshotTest): void {
  test('SS-6 pieces of any size are put together, none and empty ones too', async (bench) => {
    const bytes = content(3 * MIB + 17);
    let counter = 0;
    for (const pieceBytes of [1000, 65_536, MIB - 1, MIB, MIB + 1, 4 * MIB]) {
      counter += 1;
      await bench.take(at(counter), bytes, pieceBytes);
    }
    await bench.take(at(20), new Uint8Array(0));
    const writer = await bench.store.begin(at(21));
    await writer.write(new Uint8Array(0));
    await writer.write(content(1));
    await writer.abort();
    const one = content(1);
    await bench.take(at(22), one);
    await bench.expect();
    await bench.reopen();
    await bench.expect();
  });

  test('SS-6 the caller may reuse the bytes once write has resolved', async (bench) => {
    const bytes = content(2 * MIB);
    const writer = await bench.store.begin(at(1));
    const piece = new Uint8Array(50_000);
    for (let from = 0; from < bytes.length; from += piece.length) {
      const part = bytes.subarray(from, from + piece.length);
      piece.set(part);
      await writer.write(piece.subarray(0, part.length));
      piece.fill(0xee);
    }
    await bench.commit(writer, at(1), bytes);
    await bench.expect();
  });

  test('SS-2 before its commit a snapshot does not exist', async (bench) => {
    await bench.take(at(1));
    const bytes = content(2 * MIB);
    const writer = await bench.write(at(2), bytes);
    await bench.expect();
    await bench.expectAbsent(at(2));
    await bench.commit(writer, at(2), bytes);
    await bench.expect();
  });

  test('SS-2 listing while a snapshot is being written does not disturb it', async (bench) => {
    const bytes = content(3 * MIB);
    const writer = await bench.store.begin(at(1));
    for (let from = 0; from < bytes.length; from += MIB / 2) {
      await bench.expect();
      await writer.write(bytes.subarray(from, from + MIB / 2));
    }
    await bench.expect();
    await bench.commit(writer, at(1), bytes);
    await bench.expect();
  });

  test('SS-2 one of the same zxid is replaced by the commit, not before', async (bench) => {
    await bench.take(at(1), content(MIB + 5));
    await bench.take(at(2), content(10));
    const bytes = content(3000);
    const writer = await bench.write(at(1), bytes);
    await bench.expect();
    await bench.commit(writer, at(1), bytes);
    await bench.expect();
    await bench.reopen();
    await bench.expect();
  });

  test('SS-2 several may be written at once, of one zxid too; the last commit counts', async (bench) => {
    const [a, b, c] = [content(200_000), content(300_000), content(1000)];
    const first = await bench.write(at(1), a);
    const second = await bench.write(at(1), b);
    const other = await bench.write(at(2), c);
    await bench.commit(second, at(1), b);
    await bench.commit(other, at(2), c);
    await bench.expect();
    await bench.commit(first, at(1), a);
    await bench.expect();
  });

  test('SS-7 SS-1 what was committed is found again by a new store', async (bench) => {
    for (const counter of [3, 1, 2]) await bench.take(at(counter), content(counter * 700_000));
    if (!(await bench.reopen())) return;
    await bench.expect();
  });

  test('SS-8 an aborted snapshot leaves nothing behind, and abort is idempotent', async (bench) => {
    const kept = content(5000);
    await bench.take(at(1), kept);
    for (const zxid of [at(1), at(2)]) {
      const writer = await bench.write(zxid, content(2 * MIB));
      await writer.abort();
      await writer.abort();
      await assert.rejects(writer.write(new Uint8Array(1)), 'write after abort');
      await assert.rejects(writer.commit(), 'commit after abort');
    }
    await bench.expect();
    await bench.expectAbsent(at(2));
    await bench.reopen();
    await bench.expect();
  });

  test('SS-8 abort after a commit changes nothing', async (bench) => {
    const bytes = content(4000);
    const writer = await bench.write(at(1), bytes);
    await bench.commit(writer, at(1), bytes);
    await writer.abort();
    await bench.expect();
    await assert.rejects(writer.write(new Uint8Array(1)), 'write after commit');
    await bench.expect();
  });
}
