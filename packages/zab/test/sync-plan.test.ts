import { makeZxid, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import { expect, test } from 'vitest';
import { type LeaderHistory, planSync } from '../src/core/sync-plan.js';
import type { LearnerInfo } from '../src/core/types.js';

const z = makeZxid;

function learner(base: Zxid, ...ends: Zxid[]): LearnerInfo {
  const epochs = ends.map((last) => ({ epoch: Math.floor(last / 2 ** 32), last }));
  return {
    id: 2,
    kind: 'voter',
    acceptedEpoch: 9,
    currentEpoch: 9,
    base,
    last: ends.at(-1) ?? base,
    epochs,
  };
}

function leader(base: Zxid, snapshot: Zxid, ...ends: Zxid[]): LeaderHistory {
  const table = ends.map((last) => ({ epoch: Math.floor(last / 2 ** 32), last }));
  return { base, snapshot, last: ends.at(-1) ?? base, table };
}

const O = ZXID_ZERO;
const cases: [string, LearnerInfo, LeaderHistory, { kind: string; from: Zxid }][] = [
  ['equal histories: an empty DIFF', learner(O, z(1, 5)), leader(O, O, z(1, 5)), { kind: 'diff', from: z(1, 5) }],
  ['behind in the same epoch: DIFF', learner(O, z(1, 3)), leader(O, O, z(1, 5)), { kind: 'diff', from: z(1, 3) }],
  [
    'behind by epochs: DIFF',
    learner(O, z(1, 5)),
    leader(O, O, z(1, 5), z(2, 4), z(4, 1)),
    { kind: 'diff', from: z(1, 5) },
  ],
  ['ahead in the same epoch: TRUNC', learner(O, z(1, 7)), leader(O, O, z(1, 5)), { kind: 'trunc', from: z(1, 5) }],
  [
    'a stray epoch: TRUNC across it, then DIFF (ZOOKEEPER-1154)',
    learner(O, z(1, 7), z(2, 3)),
    leader(O, O, z(1, 5), z(3, 2)),
    { kind: 'trunc', from: z(1, 5) },
  ],
  [
    'several stray epochs: TRUNC to the newest one both know',
    learner(O, z(1, 4), z(2, 3), z(4, 9)),
    leader(O, O, z(1, 4), z(2, 6), z(3, 1)),
    { kind: 'trunc', from: z(2, 3) },
  ],
  [
    'only stray epochs since the very beginning: TRUNC to nothing',
    learner(O, z(2, 3)),
    leader(O, O, z(1, 1)),
    { kind: 'trunc', from: O },
  ],
  ['an empty disk, no snapshot: the whole log', learner(O), leader(O, O, z(1, 5)), { kind: 'diff', from: O }],
  ['an empty disk: the snapshot', learner(O), leader(O, z(1, 4), z(1, 5)), { kind: 'snap', from: z(1, 4) }],
  [
    'older than the log reaches: SNAP (ZOOKEEPER-4352: the base counts, not bit patterns)',
    learner(O, z(1, 2)),
    leader(z(1, 50), z(1, 90), z(1, 99)),
    { kind: 'snap', from: z(1, 90) },
  ],
  [
    'a stray epoch that the log no longer knows: SNAP',
    learner(O, z(2, 3)),
    leader(z(3, 50), z(3, 90), z(3, 99)),
    { kind: 'snap', from: z(3, 90) },
  ],
  [
    'a learner that was itself restored from a snapshot: DIFF from there',
    learner(z(3, 60), z(3, 60)),
    leader(z(3, 50), z(3, 50), z(3, 99)),
    { kind: 'diff', from: z(3, 60) },
  ],
];

for (const [title, from, to, plan] of cases) {
  test(title, () => {
    expect(planSync(from, to)).toEqual(plan);
  });
}
