import { ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import type { Out } from './out.js';
import { planSync } from './sync-plan.js';
import type { CoreEvent, CoreState, Leading, Learner } from './types.js';

/*
 * One cursor per learner into the leader's log: DIFF data, catch-up, outstanding proposals and live broadcast are the
 * same loop, so joining needs no lock and cannot miss or repeat a txn (ZOOKEEPER-962, 1551, 5088; zab-spec 6.4).
 */

/** Chooses DIFF, TRUNC or SNAP and sets the cursor. */
export function startSync(state: CoreState, leading: Leading, learner: Learner, out: Out): void {
  const plan = planSync(learner.info, { ...state.log, snapshot: state.snapshot });
  learner.cursor = plan.from;
  learner.newLeaderAt = Math.max(limitFor(state, learner), plan.from) as Zxid;
  if (plan.kind === 'snap') {
    if (plan.from === ZXID_ZERO) {
      out.close(learner.link, `no snapshot for server ${learner.info.id} yet`);
      return;
    }
    learner.busy = true;
    out.add({ type: 'sendSnapshot', link: learner.link, zxid: plan.from });
    return;
  }
  out.toLearner(learner.link, plan.kind === 'trunc' ? { type: 'trunc', zxid: plan.from } : { type: 'diff' });
  pump(state, leading, learner, out);
}

/** Observers get committed txns only. */
function limitFor(state: CoreState, learner: Learner): Zxid {
  return learner.info.kind === 'observer' ? (Math.min(state.committed, state.log.last) as Zxid) : state.log.last;
}

/** Sends what the window allows; NEWLEADER when the cursor has passed the initial history. */
export function pump(state: CoreState, leading: Leading, learner: Learner, out: Out): void {
  if (learner.stage === 'epoch' || learner.stage === 'ackEpoch' || learner.busy) return;
  if (leading.stage !== 'synchronizing' && leading.stage !== 'established' && leading.stage !== 'serving') return;
  if (learner.stage === 'sync' && learner.cursor >= learner.newLeaderAt) {
    learner.stage = 'newLeader';
    out.toLearner(learner.link, { type: 'newLeader', epoch: leading.epoch });
  }
  const through = limitFor(state, learner);
  const room = state.config.windowBytes - learner.inFlightBytes;
  if (learner.blocked || learner.cursor >= through || room <= 0) return;
  learner.busy = true;
  out.add({ type: 'replicate', link: learner.link, after: learner.cursor, through, bytes: room });
}

export function pumpAll(state: CoreState, leading: Leading, out: Out): void {
  for (const learner of leading.learners) pump(state, leading, learner, out);
}

export function replicated(
  state: CoreState,
  leading: Leading,
  event: Extract<CoreEvent, { type: 'replicated' }>,
  out: Out,
): void {
  const learner = leading.learners.find((each) => each.link === event.link);
  if (learner === undefined) return;
  learner.busy = false;
  learner.blocked = event.blocked;
  if (event.last > learner.cursor) {
    learner.cursor = event.last;
    learner.inFlight.push({ last: event.last, bytes: event.bytes });
    learner.inFlightBytes += event.bytes;
    if (event.commit > learner.commitSent) learner.commitSent = event.commit;
  }
  pump(state, leading, learner, out);
}

/** The connection took what was waiting, or the snapshot is through. */
export function unblock(state: CoreState, leading: Leading, link: number, out: Out): void {
  const learner = leading.learners.find((each) => each.link === link);
  if (learner === undefined) return;
  learner.blocked = false;
  pump(state, leading, learner, out);
}

export function snapshotSent(state: CoreState, leading: Leading, link: number, out: Out): void {
  const learner = leading.learners.find((each) => each.link === link);
  if (learner === undefined) return;
  learner.busy = false;
  pump(state, leading, learner, out);
}
