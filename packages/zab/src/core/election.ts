import type { Millis } from '@quorate/interfaces';
import type { ServerId } from '../peer-api.js';
import { isDrained, persistAppended } from './durability.js';
import type { Out } from './out.js';
import { isMajority } from './quorum.js';
import type { CoreState, LearnerInfo, LinkId, Looking, Notification, PeerVote, Vote } from './types.js';

/*
 * The election is an oracle: whatever it says, safety rests on epochs (zab-spec 6.1 #7). It is fast leader election over
 * votes of one round, without its fixed 200 ms: it decides at once when every voter that can be reached agrees.
 */

const WAITING_LEARNER_MS = 1000;

/** Ends whatever role there was. Voting starts once everything handed to the store is on disk. */
export function enterLooking(state: CoreState, out: Out): void {
  state.generation += 1;
  state.counters.elections += 1;
  const looking: Looking = {
    role: 'looking',
    drained: false,
    proposal: null,
    settleAt: null,
    notifyAt: Number.POSITIVE_INFINITY,
    waiting: [],
  };
  state.role = looking;
  for (const peer of state.peers) {
    peer.vote = null;
    peer.established = null;
  }
  persistAppended(state, out);
  out.add({ type: 'status' });
  continueLooking(state, looking, out);
}

/** Begins to vote when the disk has caught up. */
export function continueLooking(state: CoreState, looking: Looking, out: Out): void {
  if (looking.drained || !isDrained(state)) return;
  looking.drained = true;
  state.round += 1;
  looking.proposal = ownVote(state);
  broadcast(state, looking, out);
  tally(state, looking, out);
}

function ownVote(state: CoreState): Vote | null {
  if (state.kind === 'observer') return null;
  return { leader: state.config.id, zxid: state.log.durable, epoch: state.epochs.currentEpoch };
}

/** zab-spec 1.2. */
export function isBetter(a: Vote, b: Vote): boolean {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch;
  if (a.zxid !== b.zxid) return a.zxid > b.zxid;
  return a.leader > b.leader;
}

function sameVote(a: Vote | null, b: Vote | null): boolean {
  return a !== null && b !== null && a.leader === b.leader && a.zxid === b.zxid && a.epoch === b.epoch;
}

/** What this server says of itself on the election port. */
export function ownNotification(state: CoreState): Notification {
  const role = state.role;
  if (role.role === 'looking') return { state: 'looking', round: state.round, vote: role.proposal };
  const leader = role.role === 'leading' ? state.config.id : role.leader;
  return { state: role.role, round: state.round, vote: { leader, zxid: state.log.durable, epoch: role.epoch } };
}

export function notifyAll(state: CoreState, out: Out): void {
  const notification = ownNotification(state);
  for (const peer of state.peers) out.add({ type: 'notify', to: peer.id, notification });
}

function broadcast(state: CoreState, looking: Looking, out: Out): void {
  looking.notifyAt = out.now + state.config.notifyMs;
  notifyAll(state, out);
}

export function lookingDeadline(looking: Looking): Millis {
  let at = Math.min(looking.notifyAt, looking.settleAt ?? Number.POSITIVE_INFINITY);
  for (const waiting of looking.waiting) at = Math.min(at, waiting.until);
  return at;
}

export function checkLooking(state: CoreState, looking: Looking, out: Out): void {
  if (looking.settleAt !== null && out.now >= looking.settleAt) decide(state, looking, out);
  if (out.now >= looking.notifyAt) broadcast(state, looking, out);
  looking.waiting = looking.waiting.filter((waiting) => {
    if (out.now < waiting.until) return true;
    out.close(waiting.link, 'no leader here yet');
    return false;
  });
}

/** A learner came before this server knew whether it leads: it waits a moment. */
export function holdLearner(looking: Looking, link: LinkId, info: LearnerInfo, out: Out): void {
  looking.waiting.push({ link, info, until: out.now + WAITING_LEARNER_MS });
}

export function lookingNotification(
  state: CoreState,
  looking: Looking,
  peer: PeerVote,
  n: Notification,
  out: Out,
): void {
  if (n.state !== 'looking') {
    peer.vote = null;
    peer.established = n.vote === null ? null : { state: n.state, leader: n.vote.leader, epoch: n.vote.epoch };
    // A server that says it leads is believed: if it does not (any more), discovery fails and costs only time.
    if (looking.drained && n.state === 'leading') out.become({ to: 'learning', leader: peer.id });
    return;
  }
  peer.established = null;
  if (!looking.drained || n.vote === null) return;
  if (n.round < state.round) {
    out.add({ type: 'notify', to: peer.id, notification: ownNotification(state) });
    return;
  }
  const mine = ownVote(state);
  if (n.round > state.round) {
    state.round = n.round;
    for (const other of state.peers) other.vote = null;
    looking.proposal = mine === null || isBetter(n.vote, mine) ? n.vote : mine;
    if (mine === null) looking.proposal = null;
    broadcast(state, looking, out);
  } else if (looking.proposal !== null && isBetter(n.vote, looking.proposal)) {
    looking.proposal = n.vote;
    broadcast(state, looking, out);
  }
  peer.vote = n.vote;
  tally(state, looking, out);
}

/** Decides at once when all who can be reached agree, soon when a majority does. */
export function tally(state: CoreState, looking: Looking, out: Out): void {
  if (!looking.drained || looking.proposal === null) return;
  let agreeing = 1;
  let undecided = 0;
  for (const peer of state.peers) {
    if (sameVote(peer.vote, looking.proposal)) agreeing += 1;
    else if (peer.reachable) undecided += 1;
  }
  if (!isMajority(agreeing, state.config.voters.length)) looking.settleAt = null;
  else if (undecided === 0) decide(state, looking, out);
  else looking.settleAt ??= out.now + state.config.settleMs;
}

function decide(state: CoreState, looking: Looking, out: Out): void {
  const leader: ServerId = looking.proposal!.leader;
  looking.settleAt = null;
  out.become(leader === state.config.id ? { to: 'leading' } : { to: 'learning', leader });
}
