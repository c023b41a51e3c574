import { EPOCH_LIMIT, epochOf, type Millis, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import type { ServerId } from '../peer-api.js';
import { appended, askApply, persist, persistAppended, saveEpochs } from './durability.js';
import { notifyAll } from './election.js';
import { pump, pumpAll, startSync } from './learner-cursor.js';
import type { Out } from './out.js';
import { isMajority, majorityPosition, votersAmong } from './quorum.js';
import type {
  CoreState,
  Leading,
  Learner,
  LearnerInfo,
  LearnerMessage,
  LinkId,
  Looking,
  Notification,
  PeerVote,
} from './types.js';

/*
 * The leader: discovery (collect accepted epochs, promise a new one), synchronization (see learner-cursor.ts) and
 * broadcast. zab-spec 6.3, L1 to L5.
 */

export function enterLeading(state: CoreState, waiting: Looking['waiting'], out: Out): void {
  const leading: Leading = {
    role: 'leading',
    stage: 'collecting',
    epoch: 0,
    ticket: 0,
    deadline: out.now + state.config.initMs,
    initialLast: ZXID_ZERO,
    learners: [],
    contacts: state.peers.map((peer) => ({ id: peer.id, until: 0 })),
    pingAt: out.now + state.config.pingMs,
    pingSequence: 0,
    pingWanted: false,
    barriers: [],
  };
  state.role = leading;
  out.add({ type: 'status' });
  for (const { link, info } of waiting) welcome(state, leading, link, info, out);
  collectEpochs(state, leading, out);
}

function isVoter(state: CoreState, id: ServerId): boolean {
  return state.config.voters.includes(id);
}

/** FOLLOWERINFO or OBSERVERINFO. */
export function welcome(state: CoreState, leading: Leading, link: LinkId, info: LearnerInfo, out: Out): void {
  const known = info.kind === 'voter' ? isVoter(state, info.id) : state.config.observers.includes(info.id);
  if (!known || info.id === state.config.id) {
    out.close(link, `server ${info.id} is not one of my ${info.kind}s`);
    return;
  }
  const previous = leading.learners.find((learner) => learner.info.id === info.id);
  if (previous !== undefined) {
    dropLearner(leading, previous, out);
    out.close(previous.link, `server ${info.id} came again`);
  }
  const learner: Learner = {
    link,
    info,
    stage: 'epoch',
    counted: false,
    cursor: ZXID_ZERO,
    busy: false,
    blocked: false,
    newLeaderAt: ZXID_ZERO,
    acked: ZXID_ZERO,
    commitSent: ZXID_ZERO,
    upToDate: false,
    inFlight: [],
    inFlightBytes: 0,
    heardAt: out.now,
    pong: 0,
  };
  leading.learners.push(learner);
  if (leading.stage === 'collecting') collectEpochs(state, leading, out);
  else if (leading.stage !== 'persistingAccepted') proposeEpochTo(leading, learner, out);
}

/** L1: with a quorum of accepted epochs, choose one above them all (ZOOKEEPER-1343) and promise it on disk first (1291). */
function collectEpochs(state: CoreState, leading: Leading, out: Out): void {
  const ids = [state.config.id, ...leading.learners.map((learner) => learner.info.id)];
  if (!isMajority(votersAmong(ids, state.config.voters), state.config.voters.length)) return;
  let highest = Math.max(state.epochs.acceptedEpoch, state.epochs.currentEpoch, epochOf(state.log.last));
  for (const { info } of leading.learners) if (info.kind === 'voter') highest = Math.max(highest, info.acceptedEpoch);
  if (highest + 1 >= EPOCH_LIMIT) return;
  leading.epoch = highest + 1;
  leading.stage = 'persistingAccepted';
  saveEpochs(state, out, { ...state.epochs, acceptedEpoch: leading.epoch, promisedTo: state.config.id });
  leading.ticket = persist(state, out);
}

/** LEADERINFO. A voter that promised a later epoch to somebody else can only join a later one: make it (N-stuckjoiner). */
function proposeEpochTo(leading: Leading, learner: Learner, out: Out): void {
  if (learner.info.kind === 'voter' && learner.info.acceptedEpoch > leading.epoch) {
    out.look(`server ${learner.info.id} accepted epoch ${learner.info.acceptedEpoch}, mine is ${leading.epoch}`);
    return;
  }
  learner.stage = 'ackEpoch';
  out.toLearner(learner.link, { type: 'leaderInfo', epoch: leading.epoch });
}

export function leadingPersisted(state: CoreState, leading: Leading, ticket: number, out: Out): void {
  if (leading.stage === 'persistingAccepted' && ticket >= leading.ticket) {
    leading.stage = 'proposingEpoch';
    for (const learner of leading.learners) proposeEpochTo(leading, learner, out);
    countEpochAcks(state, leading, out);
  } else if (leading.stage === 'persistingCurrent' && ticket >= leading.ticket) {
    leading.stage = 'synchronizing';
    leading.initialLast = state.log.last;
    for (const learner of leading.learners) if (learner.stage === 'sync') startSync(state, leading, learner, out);
    establish(state, leading, out);
  }
  advanceCommit(state, leading, out);
}

/** L2: ACKEPOCH. */
function ackEpoch(state: CoreState, leading: Leading, learner: Learner, counted: boolean, out: Out): void {
  learner.counted = counted && learner.info.kind === 'voter';
  learner.stage = 'sync';
  if (leading.stage === 'proposingEpoch') {
    const { currentEpoch, last, id } = learner.info;
    const ahead =
      currentEpoch > state.epochs.currentEpoch || (currentEpoch === state.epochs.currentEpoch && last > state.log.last);
    if (learner.counted && ahead) out.look(`server ${id} is ahead of me`);
    else countEpochAcks(state, leading, out);
  } else if (leading.stage !== 'persistingCurrent') {
    startSync(state, leading, learner, out);
  }
}

function countEpochAcks(state: CoreState, leading: Leading, out: Out): void {
  const ids = [state.config.id];
  for (const learner of leading.learners) if (learner.stage === 'sync' && learner.counted) ids.push(learner.info.id);
  if (!isMajority(votersAmong(ids, state.config.voters), state.config.voters.length)) return;
  leading.stage = 'persistingCurrent';
  saveEpochs(state, out, { ...state.epochs, currentEpoch: leading.epoch });
  leading.ticket = persist(state, out);
}

/** L3 → L4: a quorum has my history and the epoch on disk, hence all of it is committed. */
function establish(state: CoreState, leading: Leading, out: Out): void {
  if (leading.stage !== 'synchronizing') return;
  const ids = [state.config.id];
  for (const learner of leading.learners) if (learner.stage === 'active') ids.push(learner.info.id);
  if (!isMajority(votersAmong(ids, state.config.voters), state.config.voters.length)) return;
  leading.stage = 'established';
  if (leading.initialLast > state.committed) state.committed = leading.initialLast;
  askApply(state, out);
  serve(state, leading, out);
}

/** Takes requests once the initial history is applied. */
export function serve(state: CoreState, leading: Leading, out: Out): void {
  if (leading.stage !== 'established' || state.applied < leading.initialLast) return;
  leading.stage = 'serving';
  out.add({ type: 'status' });
  for (const learner of leading.learners) welcomeToService(state, learner, out);
}

function welcomeToService(state: CoreState, learner: Learner, out: Out): void {
  if (learner.stage !== 'active' || learner.upToDate) return;
  learner.upToDate = true;
  learner.commitSent = state.committed;
  out.toLearner(learner.link, { type: 'upToDate', commit: state.committed });
}

/** Which messages a learner may send in which stage; anything else closes its link (MessageLegality). */
const LEGAL: Readonly<Record<Learner['stage'], readonly LearnerMessage['type'][]>> = {
  epoch: [],
  ackEpoch: ['ackEpoch'],
  sync: ['ack', 'pong'],
  newLeader: ['ack', 'pong', 'ackNewLeader'],
  active: ['ack', 'pong', 'barrier'],
};

export function fromLearner(state: CoreState, leading: Leading, link: LinkId, message: LearnerMessage, out: Out): void {
  if (message.type === 'followerInfo') {
    if (leading.learners.some((learner) => learner.link === link)) out.close(link, 'a second followerInfo');
    else welcome(state, leading, link, message.info, out);
    return;
  }
  const learner = leading.learners.find((each) => each.link === link);
  if (learner === undefined) return;
  if (!LEGAL[learner.stage].includes(message.type)) {
    out.close(link, `${message.type} from server ${learner.info.id} while it is in stage ${learner.stage}`);
    loseLearner(state, leading, link, out);
    return;
  }
  learner.heardAt = out.now;
  if (message.type === 'ackEpoch') ackEpoch(state, leading, learner, message.counted, out);
  else if (message.type === 'ack') acked(state, leading, learner, message.zxid, out);
  else if (message.type === 'pong') ponged(state, leading, learner, message.sequence, out);
  else if (message.type === 'barrier') addBarrier(state, leading, link, message.sequence);
  else if (message.epoch === leading.epoch) ackNewLeader(state, leading, learner, out);
  else out.close(link, `ackNewLeader of epoch ${message.epoch}, mine is ${leading.epoch}`);
}

function ackNewLeader(state: CoreState, leading: Leading, learner: Learner, out: Out): void {
  learner.stage = 'active';
  if (learner.newLeaderAt > learner.acked) learner.acked = learner.newLeaderAt;
  if (leading.stage === 'serving') welcomeToService(state, learner, out);
  establish(state, leading, out);
  advanceCommit(state, leading, out);
}

function acked(state: CoreState, leading: Leading, learner: Learner, zxid: Zxid, out: Out): void {
  if (zxid > learner.cursor) {
    out.close(learner.link, 'ack of more than was sent');
    loseLearner(state, leading, learner.link, out);
    return;
  }
  if (zxid > learner.acked) learner.acked = zxid;
  while (learner.inFlight.length > 0 && learner.inFlight[0]!.last <= zxid) {
    learner.inFlightBytes -= learner.inFlight.shift()!.bytes;
  }
  advanceCommit(state, leading, out);
  pump(state, leading, learner, out);
}

/** Commits what a quorum has on disk, of this epoch only (zab-spec 6.5). */
function advanceCommit(state: CoreState, leading: Leading, out: Out): void {
  if (leading.stage !== 'established' && leading.stage !== 'serving') return;
  const positions = state.config.voters.map((id) => {
    if (id === state.config.id) return state.log.durable;
    const learner = leading.learners.find((each) => each.info.id === id);
    return learner?.stage === 'active' ? learner.acked : ZXID_ZERO;
  });
  const zxid = majorityPosition(positions);
  if (zxid > state.committed && epochOf(zxid) === leading.epoch) state.committed = zxid;
  askApply(state, out);
}

export function propose(state: CoreState, leading: Leading, last: Zxid, out: Out): void {
  appended(state, out, last);
  pumpAll(state, leading, out);
  persistAppended(state, out);
}

function ponged(state: CoreState, leading: Leading, learner: Learner, sequence: number, out: Out): void {
  if (sequence > learner.pong) learner.pong = Math.min(sequence, leading.pingSequence);
  settleBarriers(state, leading, out);
}

/** `sync` and strict reads: answered by a ping round that leaves at the end of this turn, one for all of them (zab-spec 6.9). */
export function addBarrier(state: CoreState, leading: Leading, link: LinkId | null, sequence: number): void {
  leading.barriers.push({ link, sequence, ping: leading.pingSequence + 1, zxid: state.committed });
  leading.pingWanted = true;
}

function settleBarriers(state: CoreState, leading: Leading, out: Out): void {
  while (leading.barriers.length > 0) {
    const barrier = leading.barriers[0]!;
    const ids = [state.config.id];
    for (const learner of leading.learners) {
      if (learner.stage === 'active' && learner.pong >= barrier.ping) ids.push(learner.info.id);
    }
    if (leading.pingSequence < barrier.ping) return;
    if (!isMajority(votersAmong(ids, state.config.voters), state.config.voters.length)) return;
    leading.barriers.shift();
    const { link, sequence, zxid } = barrier;
    if (link === null) out.add({ type: 'barrierDone', sequence, zxid });
    else out.toLearner(link, { type: 'barrierDone', sequence, zxid });
  }
}

function ping(state: CoreState, leading: Leading, out: Out): void {
  leading.pingSequence += 1;
  leading.pingWanted = false;
  leading.pingAt = out.now + state.config.pingMs;
  for (const learner of leading.learners) {
    if (learner.stage === 'epoch' || learner.stage === 'ackEpoch') continue;
    learner.commitSent = state.committed;
    out.toLearner(learner.link, { type: 'ping', sequence: leading.pingSequence, commit: state.committed });
  }
  settleBarriers(state, leading, out);
}

export function leadingTurnEnd(state: CoreState, leading: Leading, out: Out): void {
  for (const learner of leading.learners) if (learner.info.kind === 'observer') pump(state, leading, learner, out);
  if (leading.pingWanted) ping(state, leading, out);
  for (const learner of leading.learners) {
    if (!learner.upToDate || learner.commitSent >= state.committed) continue;
    learner.commitSent = state.committed;
    out.toLearner(learner.link, { type: 'commit', zxid: state.committed });
  }
}

function dropLearner(leading: Leading, learner: Learner, out: Out): void {
  leading.learners = leading.learners.filter((each) => each !== learner);
  leading.barriers = leading.barriers.filter((barrier) => barrier.link !== learner.link);
  const contact = leading.contacts.find((each) => each.id === learner.info.id);
  if (contact !== undefined) contact.until = Math.min(contact.until, out.now);
}

/** A learner's link is gone; its vote of confidence lasts one tick more, so that it can come back without an election. */
export function loseLearner(state: CoreState, leading: Leading, link: LinkId, out: Out): void {
  const learner = leading.learners.find((each) => each.link === link);
  if (learner === undefined) return;
  const wasActive = learner.stage === 'active';
  dropLearner(leading, learner, out);
  const contact = leading.contacts.find((each) => each.id === learner.info.id);
  if (wasActive && contact !== undefined) {
    contact.until = Math.min(learner.heardAt + state.config.syncMs, out.now + 2 * state.config.pingMs);
  }
}

/** The moment until which a quorum of voters is in contact. */
function quorumUntil(state: CoreState, leading: Leading): Millis {
  const untils = state.config.voters.map((id) => {
    if (id === state.config.id) return Number.POSITIVE_INFINITY;
    const learner = leading.learners.find((each) => each.info.id === id && each.stage === 'active');
    if (learner !== undefined) return learner.heardAt + state.config.syncMs;
    return leading.contacts.find((each) => each.id === id)?.until ?? 0;
  });
  return majorityPosition(untils);
}

function isEstablished(leading: Leading): boolean {
  return leading.stage === 'established' || leading.stage === 'serving';
}

export function leadingDeadline(state: CoreState, leading: Leading): Millis {
  const limit = isEstablished(leading) ? quorumUntil(state, leading) : leading.deadline;
  return Math.min(limit, leading.pingAt);
}

/** Before anything else of a turn: a leader back from a pause finds out that it leads no more. */
export function checkLeading(state: CoreState, leading: Leading, out: Out): void {
  if (isEstablished(leading)) {
    if (out.now >= quorumUntil(state, leading)) return out.look('no quorum in contact');
  } else if (out.now >= leading.deadline) {
    return out.look('no quorum within initLimit');
  }
  for (const learner of [...leading.learners]) {
    const limit = learner.stage === 'active' ? state.config.syncMs : state.config.initMs;
    if (out.now - learner.heardAt < limit) continue;
    out.close(learner.link, `nothing heard from server ${learner.info.id} for ${limit} ms`);
    dropLearner(leading, learner, out);
  }
  if (out.now >= leading.pingAt) {
    if (!isEstablished(leading)) notifyAll(state, out);
    ping(state, leading, out);
  }
}

/** While it is not established: a quorum that has another leader ends it. */
export function leadingNotification(
  state: CoreState,
  leading: Leading,
  peer: PeerVote,
  n: Notification,
  out: Out,
): void {
  if (n.state === 'looking' || n.vote === null || isEstablished(leading)) return;
  peer.established = { state: n.state, leader: n.vote.leader, epoch: n.vote.epoch };
  const other = n.vote.leader;
  if (other === state.config.id) return;
  const ids = state.peers.filter((each) => each.established?.leader === other).map((each) => each.id);
  const claims = state.peers.some((each) => each.id === other && each.established?.state === 'leading');
  if (claims && isMajority(votersAmong(ids, state.config.voters), state.config.voters.length)) {
    out.look(`server ${other} leads a quorum`);
  }
}
