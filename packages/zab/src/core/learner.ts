import { invariant, type Millis, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import type { ServerId } from '../peer-api.js';
import { appended, noteCommit, persist, resetTo, saveEpochs, truncated } from './durability.js';
import type { Out } from './out.js';
import type { CoreEvent, CoreState, LeaderMessage, Learning, LinkId } from './types.js';

/* The learner: follower and observer where they coincide, ZooKeeper's own word. zab-spec 6.3, F1 to F5. */

const DIALS = 5;
const DIAL_PAUSE_MS = 20;

export function enterLearning(state: CoreState, leader: ServerId, out: Out): void {
  state.role = {
    role: state.kind === 'observer' ? 'observing' : 'following',
    leader,
    link: null,
    stage: 'dialling',
    epoch: 0,
    ticket: 0,
    dials: 0,
    heardAt: out.now,
    upToDateAt: ZXID_ZERO,
    ackedThrough: ZXID_ZERO,
  };
  out.add({ type: 'status' });
  out.add({ type: 'dial', peer: leader, at: out.now });
}

export function dialled(state: CoreState, learning: Learning, link: LinkId, out: Out): void {
  if (learning.stage !== 'dialling') {
    out.close(link, 'dialled twice');
    return;
  }
  learning.link = link;
  learning.stage = 'waitEpoch';
  learning.heardAt = out.now;
  out.toLeader(link, {
    type: 'followerInfo',
    info: {
      id: state.config.id,
      kind: state.kind,
      acceptedEpoch: state.epochs.acceptedEpoch,
      currentEpoch: state.epochs.currentEpoch,
      base: state.log.base,
      last: state.log.durable,
      epochs: [...state.log.table],
    },
  });
}

export function dialFailed(learning: Learning, out: Out): void {
  if (learning.stage !== 'dialling') return;
  learning.dials += 1;
  if (learning.dials >= DIALS) out.look(`server ${learning.leader} cannot be reached on its peer port`);
  else out.add({ type: 'dial', peer: learning.leader, at: out.now + DIAL_PAUSE_MS * learning.dials });
}

/** Which messages a leader may send in which stage; anything else closes the link (MessageLegality). */
const LEGAL: Readonly<Record<Learning['stage'], readonly (LeaderMessage['type'] | 'batch' | 'snapshot')[]>> = {
  dialling: [],
  waitEpoch: ['leaderInfo'],
  persistingAccepted: [],
  waitSync: ['diff', 'trunc', 'snapshot', 'ping'],
  catchUp: ['batch', 'commit', 'ping', 'newLeader'],
  snapshot: ['ping'],
  persistingNewLeader: ['batch', 'commit', 'ping'],
  acked: ['batch', 'commit', 'ping', 'upToDate'],
  active: ['batch', 'commit', 'ping', 'barrierDone'],
  serving: ['batch', 'commit', 'ping', 'barrierDone'],
};

/** Accepts a message for its stage, or gives the leader up. */
function accept(
  learning: Learning,
  link: LinkId,
  type: LeaderMessage['type'] | 'batch' | 'snapshot',
  out: Out,
): boolean {
  if (learning.link !== link) return false;
  if (!LEGAL[learning.stage].includes(type)) {
    out.look(`${type} from server ${learning.leader} while in stage ${learning.stage}`);
    return false;
  }
  learning.heardAt = out.now;
  return true;
}

export function fromLeader(state: CoreState, learning: Learning, link: LinkId, message: LeaderMessage, out: Out): void {
  if (!accept(learning, link, message.type, out)) return;
  switch (message.type) {
    case 'leaderInfo':
      return leaderInfo(state, learning, link, message.epoch, out);
    case 'diff':
      state.counters.diffs += 1;
      learning.stage = 'catchUp';
      return;
    case 'trunc':
      return trunc(state, learning, message.zxid, out);
    case 'newLeader':
      return newLeader(state, learning, message.epoch, out);
    case 'upToDate':
      learning.stage = 'active';
      learning.upToDateAt = message.commit;
      noteCommit(state, out, message.commit);
      return serveIfApplied(state, learning, out);
    case 'commit':
      return noteCommit(state, out, message.zxid);
    case 'ping':
      // Before TRUNC or SNAP the log may end in a deposed leader's tail: no commit index speaks of that.
      if (learning.stage !== 'waitSync' && learning.stage !== 'snapshot') noteCommit(state, out, message.commit);
      return out.toLeader(link, { type: 'pong', sequence: message.sequence });
    case 'barrierDone':
      return out.add({ type: 'barrierDone', sequence: message.sequence, zxid: message.zxid });
  }
}

/** F2. The promise of an epoch goes to one leader only; an observer's counts for nothing and binds it to nothing. */
function leaderInfo(state: CoreState, learning: Learning, link: LinkId, epoch: number, out: Out): void {
  const { acceptedEpoch, promisedTo } = state.epochs;
  learning.epoch = epoch;
  if (epoch > acceptedEpoch) {
    saveEpochs(state, out, { ...state.epochs, acceptedEpoch: epoch, promisedTo: learning.leader });
    learning.ticket = persist(state, out);
    learning.stage = 'persistingAccepted';
  } else if (epoch < acceptedEpoch && state.kind === 'voter') {
    out.look(`server ${learning.leader} proposes epoch ${epoch}, ${acceptedEpoch} is promised to server ${promisedTo}`);
  } else {
    ackEpoch(state, learning, link, epoch === acceptedEpoch && promisedTo === learning.leader, out);
  }
}

function ackEpoch(state: CoreState, learning: Learning, link: LinkId, counted: boolean, out: Out): void {
  learning.stage = 'waitSync';
  out.toLeader(link, {
    type: 'ackEpoch',
    counted,
    currentEpoch: state.epochs.currentEpoch,
    last: state.log.durable,
  });
}

function trunc(state: CoreState, learning: Learning, zxid: Zxid, out: Out): void {
  invariant(
    zxid >= Math.min(state.committed, state.log.last) && zxid >= state.applied,
    `server ${learning.leader} asks for a TRUNC to ${zxid}, below what is committed here (${state.committed})`,
  );
  state.counters.truncs += 1;
  learning.stage = 'catchUp';
  truncated(state, out, zxid);
}

export function snapshotBegins(state: CoreState, learning: Learning, link: LinkId, out: Out): void {
  if (!accept(learning, link, 'snapshot', out)) return;
  state.counters.snaps += 1;
  learning.stage = 'snapshot';
}

/** The snapshot is stored: it replaces history and state in one effect, in order with everything else on the disk. */
export function snapshotReceived(state: CoreState, learning: Learning, link: LinkId, zxid: Zxid, out: Out): void {
  if (learning.link !== link || learning.stage !== 'snapshot') return;
  invariant(
    zxid >= state.applied,
    `server ${learning.leader} sent a snapshot at ${zxid}, ${state.applied} is applied here`,
  );
  resetTo(state, zxid);
  out.add({ type: 'reset', link, zxid });
  persist(state, out);
  learning.stage = 'catchUp';
}

export function batchFromLeader(
  state: CoreState,
  learning: Learning,
  event: Extract<CoreEvent, { type: 'batch' }>,
  out: Out,
): void {
  if (!accept(learning, event.link, 'batch', out)) return;
  if (event.previous !== state.log.last) {
    out.look(`a batch after ${event.previous} came, the log ends at ${state.log.last}`);
    return;
  }
  appended(state, out, event.last);
  noteCommit(state, out, event.commit);
}

/** NEWLEADER: history first, then the epoch, one ticket for both; only then the ACK (ZOOKEEPER-3911, 4643, 4646). */
function newLeader(state: CoreState, learning: Learning, epoch: number, out: Out): void {
  if (epoch !== learning.epoch) {
    out.look(`NEWLEADER of epoch ${epoch}, promised was ${learning.epoch}`);
    return;
  }
  saveEpochs(state, out, { ...state.epochs, currentEpoch: epoch });
  learning.ticket = persist(state, out);
  learning.stage = 'persistingNewLeader';
}

export function learningPersisted(state: CoreState, learning: Learning, ticket: number, out: Out): void {
  const link = learning.link;
  if (link === null) return;
  if (learning.stage === 'persistingAccepted' && ticket >= learning.ticket) {
    ackEpoch(state, learning, link, true, out);
  } else if (learning.stage === 'persistingNewLeader' && ticket >= learning.ticket) {
    learning.stage = 'acked';
    out.toLeader(link, { type: 'ackNewLeader', epoch: learning.epoch });
  }
  const { stage } = learning;
  const streaming =
    stage === 'catchUp' ||
    stage === 'persistingNewLeader' ||
    stage === 'acked' ||
    stage === 'active' ||
    stage === 'serving';
  if (streaming && state.log.durable > learning.ackedThrough) {
    learning.ackedThrough = state.log.durable;
    out.toLeader(link, { type: 'ack', zxid: state.log.durable });
  }
}

/** F5: serving begins when everything that UPTODATE vouched for is applied (ZOOKEEPER-3023). */
export function serveIfApplied(state: CoreState, learning: Learning, out: Out): void {
  if (learning.stage !== 'active' || state.applied < learning.upToDateAt) return;
  learning.stage = 'serving';
  out.add({ type: 'status' });
}

function silenceLimit(state: CoreState, learning: Learning): Millis {
  return learning.stage === 'serving' || learning.stage === 'active' ? state.config.syncMs : state.config.initMs;
}

export function learningDeadline(state: CoreState, learning: Learning): Millis {
  return learning.heardAt + silenceLimit(state, learning);
}

export function checkLearning(state: CoreState, learning: Learning, out: Out): void {
  if (out.now >= learningDeadline(state, learning)) {
    out.look(`nothing heard from server ${learning.leader} for ${silenceLimit(state, learning)} ms`);
  }
}
