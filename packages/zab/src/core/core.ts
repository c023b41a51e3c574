import { type EpochEnd, epochOf, type Millis, type Zxid } from '@quorate/interfaces';
import type { ServerId } from '../peer-api.js';
import { askApply, notePersisted, persistAppended, saveEpochs } from './durability.js';
import {
  checkLooking,
  continueLooking,
  enterLooking,
  holdLearner,
  lookingDeadline,
  lookingNotification,
  ownNotification,
  tally,
} from './election.js';
import {
  addBarrier,
  checkLeading,
  enterLeading,
  fromLearner,
  leadingDeadline,
  leadingNotification,
  leadingPersisted,
  leadingTurnEnd,
  loseLearner,
  propose,
  serve,
} from './leader.js';
import {
  batchFromLeader,
  checkLearning,
  dialFailed,
  dialled,
  enterLearning,
  fromLeader,
  learningDeadline,
  learningPersisted,
  serveIfApplied,
  snapshotBegins,
  snapshotReceived,
} from './learner.js';
import { replicated, snapshotSent, unblock } from './learner-cursor.js';
import { Out, type Transition } from './out.js';
import type { CoreConfig, CoreEvent, CoreState, Effect, EpochState, Looking } from './types.js';

/** What was found on disk. */
export interface CoreRecovery {
  readonly epochs: EpochState;
  readonly base: Zxid;
  readonly last: Zxid;
  readonly table: readonly EpochEnd[];
  readonly committed: Zxid;
  readonly applied: Zxid;
  readonly snapshot: Zxid;
}

/**
 * Holding any txn of an epoch implies holding that epoch's whole initial history, so the epochs on disk may be raised to
 * the log's (zab-spec 5.5 #1); they never go down.
 */
export function repairEpochs(epochs: EpochState, last: Zxid): EpochState {
  const epoch = epochOf(last);
  if (epochs.currentEpoch >= epoch) return epochs;
  const promise = epochs.acceptedEpoch >= epoch ? epochs : { acceptedEpoch: epoch, promisedTo: 0 };
  return { acceptedEpoch: promise.acceptedEpoch, promisedTo: promise.promisedTo, currentEpoch: epoch };
}

/** The core before its first step. Everything recovered is durable already. */
export function createCore(config: CoreConfig, recovery: CoreRecovery): CoreState {
  const looking: Looking = {
    role: 'looking',
    drained: false,
    proposal: null,
    settleAt: null,
    notifyAt: Number.POSITIVE_INFINITY,
    waiting: [],
  };
  return {
    config,
    kind: config.voters.includes(config.id) ? 'voter' : 'observer',
    generation: 0,
    round: 0,
    epochs: recovery.epochs,
    log: { base: recovery.base, last: recovery.last, durable: recovery.last, table: [...recovery.table] },
    pending: [],
    tickets: 0,
    committed: recovery.committed,
    applyAsked: recovery.applied,
    applied: recovery.applied,
    snapshot: recovery.snapshot,
    peers: config.voters
      .filter((id) => id !== config.id)
      .map((id) => ({ id, reachable: false, vote: null, established: null })),
    role: looking,
    counters: { elections: 0, diffs: 0, truncs: 0, snaps: 0 },
  };
}

/** Begins the first election. @returns the effects */
export function startCore(state: CoreState, now: Millis): Effect[] {
  const out = new Out();
  out.now = now;
  const repaired = repairEpochs(state.epochs, state.log.last);
  if (repaired !== state.epochs) saveEpochs(state, out, repaired);
  enterLooking(state, out);
  transitions(state, out);
  return out.effects;
}

/** One event in, effects out. Changes `state` in place; whoever wants the old one clones it first. */
export function step(state: CoreState, event: CoreEvent, now: Millis): Effect[] {
  const out = new Out();
  out.now = now;
  checkDeadlines(state, out);
  transitions(state, out);
  handle(state, event, out);
  transitions(state, out);
  return out.effects;
}

/** When `tick` is due at the latest. */
export function nextDeadline(state: CoreState): Millis {
  const role = state.role;
  if (role.role === 'looking') return lookingDeadline(role);
  return role.role === 'leading' ? leadingDeadline(state, role) : learningDeadline(state, role);
}

function checkDeadlines(state: CoreState, out: Out): void {
  const role = state.role;
  if (role.role === 'looking') checkLooking(state, role, out);
  else if (role.role === 'leading') checkLeading(state, role, out);
  else checkLearning(state, role, out);
}

function transitions(state: CoreState, out: Out): void {
  while (out.next !== null) {
    const next: Transition = out.next;
    out.next = null;
    const waiting = state.role.role === 'looking' ? state.role.waiting : [];
    if (next.to === 'leading') {
      enterLeading(state, waiting, out);
      continue;
    }
    for (const { link } of waiting) out.close(link, 'not the leader');
    if (next.to === 'learning') enterLearning(state, next.leader, out);
    else enterLooking(state, out);
  }
}

function notification(state: CoreState, event: Extract<CoreEvent, { type: 'notification' }>, out: Out): void {
  const role = state.role;
  const peer = state.peers.find((each) => each.id === event.from);
  const n = event.notification;
  if (peer !== undefined) {
    if (role.role === 'looking') return lookingNotification(state, role, peer, n, out);
    if (role.role === 'leading') leadingNotification(state, role, peer, n, out);
  }
  // Whoever looks for a leader, or leads without knowing of ours, is told.
  const leader: ServerId = role.role === 'leading' ? state.config.id : role.role === 'looking' ? 0 : role.leader;
  const asks = n.state === 'looking' || (n.state === 'leading' && leader !== event.from);
  if (asks && role.role !== 'looking') {
    out.add({ type: 'notify', to: event.from, notification: ownNotification(state) });
  }
}

function persisted(state: CoreState, ticket: number, out: Out): void {
  notePersisted(state, ticket);
  askApply(state, out);
  const role = state.role;
  if (role.role === 'looking') continueLooking(state, role, out);
  else if (role.role === 'leading') leadingPersisted(state, role, ticket, out);
  else learningPersisted(state, role, ticket, out);
}

function applied(state: CoreState, zxid: Zxid, out: Out): void {
  state.applied = zxid;
  const role = state.role;
  if (role.role === 'leading') serve(state, role, out);
  else if (role.role !== 'looking') serveIfApplied(state, role, out);
}

function linkClosed(state: CoreState, link: number, out: Out): void {
  const role = state.role;
  if (role.role === 'looking') role.waiting = role.waiting.filter((waiting) => waiting.link !== link);
  else if (role.role === 'leading') loseLearner(state, role, link, out);
  else if (role.link === link) out.look(`the link to server ${role.leader} closed`);
}

function learnerSays(state: CoreState, event: Extract<CoreEvent, { type: 'fromLearner' }>, out: Out): void {
  const { link, message } = event;
  const role = state.role;
  if (role.role === 'leading') fromLearner(state, role, link, message, out);
  else if (role.role === 'looking' && message.type === 'followerInfo') holdLearner(role, link, message.info, out);
  else out.close(link, 'I do not lead');
}

function reachable(state: CoreState, event: Extract<CoreEvent, { type: 'reachable' }>, out: Out): void {
  const peer = state.peers.find((each) => each.id === event.peer);
  if (peer === undefined) return;
  peer.reachable = event.reachable;
  if (state.role.role !== 'looking') return;
  if (event.reachable && state.role.drained) {
    out.add({ type: 'notify', to: peer.id, notification: ownNotification(state) });
  }
  if (!event.reachable) peer.vote = null;
  tally(state, state.role, out);
}

function verdict(state: CoreState, leader: ServerId, out: Out): void {
  if (state.role.role !== 'looking' || !state.role.drained) return;
  if (leader !== state.config.id) out.become({ to: 'learning', leader });
  else if (state.kind === 'voter') out.become({ to: 'leading' });
}

function handle(state: CoreState, event: CoreEvent, out: Out): void {
  const role = state.role;
  switch (event.type) {
    case 'tick':
      return;
    case 'persisted':
      return persisted(state, event.ticket, out);
    case 'notification':
      return notification(state, event, out);
    case 'reachable':
      return reachable(state, event, out);
    case 'verdict':
      return verdict(state, event.leader, out);
    case 'applied':
      return applied(state, event.zxid, out);
    case 'linkClosed':
      return linkClosed(state, event.link, out);
    case 'fromLearner':
      return learnerSays(state, event, out);
    case 'snapshotStored':
      if (event.zxid > state.snapshot) state.snapshot = event.zxid;
      return;
    case 'retired':
      state.log.base = event.base;
      while (state.log.table.length > 1 && state.log.table[0]!.last < event.base) state.log.table.shift();
      return;
    case 'stepDown':
      if (role.role === 'leading') out.look('asked to step down');
      return;
    case 'turnEnd':
      if (role.role === 'leading') leadingTurnEnd(state, role, out);
      persistAppended(state, out);
      return;
    default:
      if (role.role === 'leading') return handleLeading(state, role, event, out);
      if (role.role !== 'looking') return handleLearning(state, role, event, out);
      if (event.type === 'dialled') out.close(event.link, 'no longer wanted');
  }
}

type RoleEvent = Extract<
  CoreEvent,
  {
    type:
      | 'propose'
      | 'replicated'
      | 'drained'
      | 'snapshotSent'
      | 'compacted'
      | 'barrier'
      | 'dialled'
      | 'dialFailed'
      | 'fromLeader'
      | 'batch'
      | 'snapshotBegins'
      | 'snapshotReceived';
  }
>;

function handleLeading(
  state: CoreState,
  leading: Extract<CoreState['role'], { role: 'leading' }>,
  event: RoleEvent,
  out: Out,
): void {
  if (event.type === 'propose') propose(state, leading, event.last, out);
  else if (event.type === 'replicated') replicated(state, leading, event, out);
  else if (event.type === 'drained') unblock(state, leading, event.link, out);
  else if (event.type === 'snapshotSent') snapshotSent(state, leading, event.link, out);
  else if (event.type === 'barrier') addBarrier(state, leading, null, event.sequence);
  else if (event.type === 'compacted') {
    out.close(event.link, 'the log no longer reaches back to it');
    loseLearner(state, leading, event.link, out);
  } else if (event.type === 'dialled') out.close(event.link, 'no longer wanted');
}

function handleLearning(
  state: CoreState,
  learning: Extract<CoreState['role'], { role: 'following' | 'observing' }>,
  event: RoleEvent,
  out: Out,
): void {
  if (event.type === 'dialled') {
    if (event.generation === state.generation) dialled(state, learning, event.link, out);
    else out.close(event.link, 'no longer wanted');
  } else if (event.type === 'dialFailed') {
    if (event.generation === state.generation) dialFailed(learning, out);
  } else if (event.type === 'fromLeader') fromLeader(state, learning, event.link, event.message, out);
  else if (event.type === 'batch') batchFromLeader(state, learning, event, out);
  else if (event.type === 'snapshotBegins') snapshotBegins(state, learning, event.link, out);
  else if (event.type === 'snapshotReceived') snapshotReceived(state, learning, event.link, event.zxid, out);
  else if (event.type === 'barrier' && learning.link !== null) {
    out.toLeader(learning.link, { type: 'barrier', sequence: event.sequence });
  }
}
