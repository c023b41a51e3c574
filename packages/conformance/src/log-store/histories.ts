import { strict as assert } from 'node:assert';
import { epochOf, formatZxid, type Zxid } from '@quorate/interfaces';
import { Chance, turns } from './chance.js';
import { difference, entriesOf, sameState } from './entries.js';
import type { Expectation, LogBench, LogTest } from './log-bench.js';

function anyEntry(bench: LogBench, chance: Chance): Zxid {
  const at = chance.below(bench.entries.length + 1);
  return at === 0 ? bench.base : bench.entries[at - 1]!.zxid;
}

/** One call that changes the log. */
function change(bench: LogBench, chance: Chance): void {
  const die = chance.below(100);
  if (die < 55) {
    const epoch = Math.max(1, epochOf(bench.last)) + (chance.below(8) === 0 ? 1 + chance.below(2) : 0);
    const bytes = chance.below(20) === 0 ? chance.below(90_000) : chance.below(400);
    bench.append({ count: 1 + chance.below(6), bytes, epoch });
  } else if (die < 70) bench.putState(new Uint8Array(chance.below(300)).fill(chance.below(256)));
  else if (die < 85) bench.truncateAfter(anyEntry(bench, chance));
  else if (die < 97) bench.retire(anyEntry(bench, chance));
  else bench.reset(anyEntry(bench, chance));
}

/** All clauses together: calls in any order without waiting, against a model. */
export function historyTests(test: LogTest, histories: number): void {
  for (let seed = 1; seed <= histories; seed++) {
    test(`LS-3 LS-5 LS-6 LS-7 LS-8 LS-10 LS-11 any calls in any order, history ${seed}`, async (bench) => {
      const chance = new Chance(seed);
      await bench.open();
      for (let step = 0; step < 120; step++) {
        const die = chance.below(100);
        if (die < 75) change(bench, chance);
        else if (die < 85) bench.sync();
        else if (die < 93) await bench.read(anyEntry(bench, chance), chance.below(50_000));
        else if (die < 97) await bench.settle();
        else await bench.reopen();
      }
      await bench.settle();
      await bench.expect(bench.expectation);
      await bench.reopen();
    });
  }
}

/** The log as it was after each call, and how much of that was vouched for. */
class Past {
  readonly #moments: Expectation[];
  readonly #tokens: { readonly token: number; readonly moment: number }[] = [];

  constructor(start: Expectation) {
    this.#moments = [start];
  }

  called(now: Expectation): void {
    this.#moments.push(now);
  }

  synced(token: number): void {
    this.#tokens.push({ token, moment: this.#moments.length - 1 });
  }

  /** The latest moment that tokens up to `durable` vouch for. */
  vouched(durable: number): number {
    let moment = 0;
    for (const each of this.#tokens) if (each.token <= durable) moment = each.moment;
    return moment;
  }

  find(vouched: number, matches: (moment: Expectation) => boolean): Expectation | undefined {
    return this.#moments.slice(vouched).find(matches);
  }
}

async function expectPrefix(bench: LogBench, past: Past, vouched: number): Promise<void> {
  const recovery = await bench.open();
  const { store } = bench;
  const found = await readUnchecked(bench);
  const match = past.find(
    vouched,
    (moment) =>
      moment.base === store.base &&
      sameState(moment.state, recovery.state) &&
      difference(found, moment.entries) === undefined,
  );
  assert.ok(
    match !== undefined,
    `after the crash: base ${formatZxid(store.base)}, last ${formatZxid(store.last)}, ${found.length} entries; that is not the log after any call from what onDurable vouched for on (LS-1, LS-3)`,
  );
  bench.base = match.base;
  bench.entries = match.entries;
  bench.state = match.state;
  await bench.expect(match, recovery);
}

async function readUnchecked(bench: LogBench): Promise<Expectation['entries']> {
  const { store } = bench;
  const batches: Uint8Array[] = [];
  let after = store.base;
  while (after !== store.last) {
    const more = await bench.settled(
      'read (LS-10)',
      new Promise<readonly Uint8Array[]>((resolve, reject) => {
        store.read(after, 1 << 20, (error, read) => (error === null ? resolve(read) : reject(error)));
      }),
    );
    assert.ok(
      more.length > 0,
      `nothing read after ${formatZxid(after)}, but last is ${formatZxid(store.last)} (LS-10)`,
    );
    batches.push(...more);
    after = entriesOf(more).at(-1)!.zxid;
  }
  return entriesOf(batches);
}

/** Clauses LS-1 and LS-3 where the power may fail. */
export function crashTests(test: LogTest, histories: number): void {
  test('LS-1 what onDurable vouched for is there after a crash', async (bench) => {
    await bench.open();
    bench.append({ count: 3 });
    bench.putState(new Uint8Array([1]));
    await bench.settle();
    await bench.crash();
    await bench.expect(bench.expectation, await bench.open());
    bench.truncateAfter(bench.entries[1]!.zxid);
    bench.append({ epoch: 2, bytes: 100_000 });
    await bench.settle();
    await bench.crash();
    await bench.expect(bench.expectation, await bench.open());
    bench.reset(bench.last);
    await bench.settle();
    await bench.crash();
    await bench.expect(bench.expectation, await bench.open());
  });

  test('LS-3 what open reports is durable: a crash right after it takes nothing away', async (bench) => {
    await bench.open();
    for (let round = 0; round < 8; round++) {
      const past = new Past(bench.expectation);
      for (let i = 0; i < 3; i++) {
        bench.append({ bytes: 2000 });
        past.called(bench.expectation);
      }
      bench.sync();
      await bench.crash();
      await expectPrefix(bench, past, 0);
      const reported = bench.expectation;
      await bench.crash();
      await bench.expect(reported, await bench.open());
    }
  });

  for (let seed = 1; seed <= histories; seed++) {
    test(`LS-1 LS-3 after a crash the log is as it was after some call, none vouched for missing, history ${seed}`, async (bench) => {
      const chance = new Chance(seed + 1000);
      await bench.open();
      for (let life = 0; life < 6; life++) {
        const past = new Past(bench.expectation);
        const steps = chance.below(40);
        for (let step = 0; step < steps; step++) {
          const die = chance.below(100);
          if (die < 70) {
            change(bench, chance);
            past.called(bench.expectation);
          } else if (die < 88) past.synced(bench.sync());
          else if (die < 96) await turns(1 + chance.below(6));
          else {
            const token = bench.sync();
            past.synced(token);
            await bench.untilDurable(token);
          }
        }
        const vouched = past.vouched(bench.durable);
        await bench.crash();
        while (chance.below(3) === 0) await bench.crashDuringOpen(() => turns(chance.below(40)));
        await expectPrefix(bench, past, vouched);
      }
    });
  }
}
