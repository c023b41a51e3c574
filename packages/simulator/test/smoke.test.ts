import { addTo, runSeed, type Totals, withoutDatasync, withoutSyncDir } from '@quorate/simulator';
import { describe, expect, test } from 'vitest';

const SEEDS = Number(process.env['QUORATE_SIM_SEEDS'] ?? 24);
const FROM = Number(process.env['QUORATE_SIM_FROM'] ?? 1);

describe('runs with faults of all kinds', () => {
  test('no rule is broken, and the runs did what they are for', { timeout: 10_000 + SEEDS * 5000 }, async () => {
    const totals = {} as Totals;
    const broken: string[] = [];
    for (let seed = FROM; seed < FROM + SEEDS; seed++) {
      const { violation, totals: more } = await runSeed(seed);
      addTo(totals, more);
      if (violation !== undefined) broken.push(`seed ${seed}: ${violation.invariant}: ${violation.message}`);
    }
    expect(broken).toEqual([]);
    const missing = Object.entries(totals).filter(([, count]) => count === 0);
    expect(missing).toEqual([]);
  });

  test('the same seed does the same, byte for byte; another one does not', { timeout: 60_000 }, async () => {
    for (const seed of [3, 10]) {
      const once = await runSeed(seed);
      const again = await runSeed(seed);
      expect(again).toEqual(once);
      expect((await runSeed(seed + 1)).traceHash).not.toBe(once.traceHash);
    }
  });

  test('ElectionIrrelevance: an election that lies costs nothing but time', { timeout: 60_000 }, async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const { violation } = await runSeed(seed, { shape: { liesIn16: 10, voters: 5 }, chaosMs: 3000 });
      expect(violation).toBeUndefined();
    }
  });
});

describe('disks that lie are found out within four seeds', () => {
  test.each([
    ['datasync', withoutDatasync],
    ['syncDir', withoutSyncDir],
  ])('a %s that does nothing', { timeout: 60_000 }, async (_name, layer) => {
    let found: string | undefined;
    for (let seed = 1; seed <= 4 && found === undefined; seed++) {
      const { violation } = await runSeed(seed, { shape: { storage: 'file', layer, voters: 3 }, chaosMs: 1500 });
      found = violation?.invariant;
    }
    expect(found).toBeDefined();
  });
});
