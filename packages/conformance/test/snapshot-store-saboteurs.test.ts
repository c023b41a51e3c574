import type { Zxid } from '@quorate/interfaces';
import { describe, expect, test } from 'vitest';
import { collect, type Outcome } from '../src/runner.js';
import { snapshotStoreConformance } from '../src/snapshot-store/snapshot-store-conformance.js';
import { brokenSnapshotStores } from './saboteurs/broken-snapshot-stores.js';
import { ReferenceSnapshotStore, Shelf, type SnapshotStoreClass } from './saboteurs/reference-snapshot-store.js';

function damage(shelf: Shelf, zxid: Zxid): void {
  const { bytes, crc } = shelf.finished.get(zxid)!;
  const damaged = bytes.slice();
  const at = bytes.length >> 1;
  damaged[at] = damaged[at]! ^ 1;
  shelf.finished.set(zxid, { bytes: damaged, crc });
}

/** Runs the tests of the kit whose titles quote `clause`, all of them when it is empty. */
function judge(clause: string, Store: SnapshotStoreClass): Promise<readonly Outcome[]> {
  return collect(
    (runner) =>
      snapshotStoreConformance(runner, {
        name: 'subject',
        crashes: true,
        damages: true,
        histories: 4,
        create: async () => {
          const shelf = new Shelf();
          let store = new Store(shelf);
          return {
            store: () => {
              store = new Store(shelf);
              return store;
            },
            crash: () => store.kill(),
            damage: (zxid) => damage(shelf, zxid),
          };
        },
      }),
    { select: (title) => clause === '' || title.split(' ').includes(clause), stopAtFailure: clause !== '' },
  );
}

test('the plainest correct snapshot store passes', async () => {
  const outcomes = await judge('', ReferenceSnapshotStore);
  expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([]);
  expect(outcomes.length).toBeGreaterThan(20);
});

describe('every broken snapshot store fails a test that quotes the clause it breaks', () => {
  for (const [wrong, clause, Broken] of brokenSnapshotStores) {
    test(`${clause}: a snapshot store that ${wrong}`, async () => {
      const outcomes = await judge(clause, Broken);
      expect(outcomes.filter(({ error }) => error !== undefined)).not.toEqual([]);
    });
  }
});
