import type { Ghost, Invariant } from '../ghost.js';
import { ackedIsCommitted } from './acked-is-committed.js';
import { applyAfterDurable } from './apply-after-durable.js';
import { commitQuorum } from './commit-quorum.js';
import { committedDurability } from './committed-durability.js';
import { committedNeverTruncated } from './committed-never-truncated.js';
import { convergence } from './convergence.js';
import { epochOrder } from './epoch-order.js';
import { leaderCompleteness } from './leader-completeness.js';
import { leadershipUniqueness } from './leadership-uniqueness.js';
import { linearizableWrites } from './linearizable-writes.js';
import { logContiguity } from './log-contiguity.js';
import { monotonicReads } from './monotonic-reads.js';
import { prefixConsistency } from './prefix-consistency.js';
import { recoveryEquivalence } from './recovery-equivalence.js';
import { sessionFifo } from './session-fifo.js';
import { stateDeterminism } from './state-determinism.js';
import { syncFreshness } from './sync-freshness.js';
import { upToDateServe } from './up-to-date-serve.js';
import { zxidUnique } from './zxid-unique.js';

/** Every rule that this simulator checks, in the order in which they are asked. */
export function allInvariants(ghost: Ghost): Invariant[] {
  return [
    zxidUnique(),
    logContiguity(),
    recoveryEquivalence(),
    epochOrder(),
    prefixConsistency(ghost),
    stateDeterminism(ghost),
    applyAfterDurable(ghost),
    commitQuorum(ghost),
    committedDurability(ghost),
    committedNeverTruncated(ghost),
    leadershipUniqueness(),
    leaderCompleteness(ghost),
    ackedIsCommitted(ghost),
    linearizableWrites(ghost),
    sessionFifo(),
    syncFreshness(),
    monotonicReads(),
    upToDateServe(ghost),
    convergence(ghost),
  ];
}
