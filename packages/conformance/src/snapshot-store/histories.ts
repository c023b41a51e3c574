import { strict as assert } from 'node:assert';
import type { SnapshotWriter, Zxid } from '@quorate/interfaces';
import { Chance, turns } from '../log-store/chance.js';
import { at, content, type SnapshotBench, type SnapshotTest } from './snapshot-bench.js';

interface Open {
  readonly writer: SnapshotWriter;
  readonly zxid: Zxid;
  readonly bytes: Uint8Array;
}

async function step(bench: SnapshotBench, chance: Chance, open: Open[]): Promise<void> {
  const zxid = at(1 + chance.below(4));
  const die = chance.below(100);
  if (die < 40) {
    const bytes = content(chance.below(10) === 0 ? chance.below(3_000_000) : chance.below(3000));
    open.push({ writer: await bench.write(zxid, bytes, 1 + chance.below(400_000) + 1000), zxid, bytes });
  } else if (die < 75 && open.length > 0) {
    const { writer, zxid: of, bytes } = open.splice(chance.below(open.length), 1)[0]!;
    await bench.commit(writer, of, bytes);
  } else if (die < 82 && open.length > 0) await open.splice(chance.below(open.length), 1)[0]!.writer.abort();
  else if (die < 90) await bench.drop(zxid);
  else await bench.expect();
}

/** All clauses together, against a model. */
export function historyTests(test: SnapshotTest, histories: number): void {
  for (let seed = 1; seed <= histories; seed++) {
    test(`SS-1 SS-2 SS-4 SS-7 SS-8 any calls in any order, history ${seed}`, async (bench) => {
      const chance = new Chance(seed);
      for (let life = 0; life < 3; life++) {
        const open: Open[] = [];
        for (let steps = 0; steps < 15; steps++) await step(bench, chance, open);
        await bench.expect();
        if (!(await bench.reopen())) return;
        await bench.expect();
      }
    });
  }
}

/** Clauses SS-1, SS-4 and SS-7 where the power may fail. */
export function crashTests(test: SnapshotTest, histories: number): void {
  test('SS-7 what was committed, or dropped, is so after a crash', async (bench) => {
    await bench.take(at(1), content(3_000_000));
    await bench.crash();
    await bench.expect();
    await bench.take(at(1), content(200));
    await bench.take(at(2));
    await bench.crash();
    await bench.expect();
    await bench.drop(at(1));
    await bench.crash();
    await bench.expect();
  });

  test('SS-1 SS-2 what was unfinished is gone after a crash', async (bench) => {
    await bench.take(at(1));
    await bench.write(at(1), content(3_000_000));
    await bench.write(at(2), content(3_000_000));
    await bench.crash();
    await bench.expect();
  });

  for (let seed = 1; seed <= histories; seed++) {
    test(`SS-1 SS-7 a crash during a commit or a drop leaves all of it or nothing, history ${seed}`, async (bench) => {
      const chance = new Chance(seed);
      for (let life = 0; life < 8; life++) {
        const zxid = at(1 + chance.below(2));
        const before = new Map(bench.snapshots);
        const after = new Map(bench.snapshots);
        const bytes = content(1 + chance.below(chance.below(3) === 0 ? 1_500_000 : 5000));
        let done = false;
        if (chance.below(3) === 0) {
          after.delete(zxid);
          bench.store.drop(zxid).then(
            () => {
              done = true;
            },
            () => {},
          );
        } else {
          after.set(zxid, bytes);
          const writer = await bench.write(zxid, bytes);
          writer.commit().then(
            () => {
              done = true;
            },
            () => {},
          );
        }
        await turns(chance.below(30));
        const must = done;
        await bench.crash();
        const listed = new Map((await bench.store.list()).map((info) => [info.zxid, info.bytes]));
        const isAfter = matches(listed, after);
        assert.ok(
          isAfter || (!must && matches(listed, before)),
          must ? 'what had ended is undone (SS-7)' : 'half of it is left (SS-1)',
        );
        bench.snapshots = isAfter ? after : before;
        await bench.expect();
      }
    });
  }
}

function matches(listed: ReadonlyMap<Zxid, number>, snapshots: ReadonlyMap<Zxid, Uint8Array>): boolean {
  return listed.size === snapshots.size && [...snapshots].every(([zxid, { length }]) => listed.get(zxid) === length);
}
