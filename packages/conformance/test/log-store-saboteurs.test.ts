import { describe, expect, test } from 'vitest';
import { logStoreConformance } from '../src/log-store/log-store-conformance.js';
import { collect, type Outcome } from '../src/runner.js';
import { brokenRecoveries, brokenSyncs } from './saboteurs/broken-durability.js';
import { brokenAppends, brokenCuts, brokenReads } from './saboteurs/broken-log-calls.js';
import { Disk, ReferenceLogStore } from './saboteurs/reference-log-store.js';

/** Runs the tests of the kit whose titles quote `clause`, all of them when it is empty. */
function judge(clause: string, Store: new (disk: Disk) => ReferenceLogStore): Promise<readonly Outcome[]> {
  return collect(
    (runner) =>
      logStoreConformance(runner, {
        name: 'subject',
        crashes: true,
        fails: true,
        histories: 3,
        patienceMs: 300,
        create: async () => {
          const disk = new Disk();
          let store = new Store(disk);
          return {
            store: () => {
              store = new Store(disk);
              return store;
            },
            crash: () => store.kill(),
            fail: () => {
              disk.failing = true;
            },
          };
        },
      }),
    { select: (title) => clause === '' || title.split(' ').includes(clause), stopAtFailure: clause !== '' },
  );
}

test('the plainest correct log store passes', async () => {
  const outcomes = await judge('', ReferenceLogStore);
  expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([]);
  expect(outcomes.length).toBeGreaterThan(40);
});

describe('every broken log store fails a test that quotes the clause it breaks', () => {
  for (const [wrong, clause, Broken] of [
    ...brokenSyncs,
    ...brokenRecoveries,
    ...brokenAppends,
    ...brokenCuts,
    ...brokenReads,
  ]) {
    test(`${clause}: a log store that ${wrong}`, async () => {
      const outcomes = await judge(clause, Broken);
      expect(outcomes.filter(({ error }) => error !== undefined)).not.toEqual([]);
    });
  }
});
