import type { EpochEnd, Millis, Zxid } from '@quorate/interfaces';
import type { Phase, Role, ServerId } from '../peer-api.js';

/** Identifies one connection between two peers for as long as the process lives. */
export type LinkId = number;

/** What the core must know about its ensemble; constant while the process lives. */
export interface CoreConfig {
  readonly id: ServerId;
  /** Ascending. */
  readonly voters: readonly ServerId[];
  /** Ascending. */
  readonly observers: readonly ServerId[];
  readonly initMs: Millis;
  readonly syncMs: Millis;
  /** Half a tick: how often a leader pings. */
  readonly pingMs: Millis;
  /** How long an election waits for a voter that is reachable and has not agreed. */
  readonly settleMs: Millis;
  /** How often a looking server repeats its notification. */
  readonly notifyMs: Millis;
  /** Bytes that may be under way to one learner, unacknowledged. */
  readonly windowBytes: number;
}

/** A preference for a leader, ordered by epoch, then zxid, then id (zab-spec 1.2). */
export interface Vote {
  readonly leader: ServerId;
  readonly zxid: Zxid;
  /** The candidate's current epoch. */
  readonly epoch: number;
}

/** What servers tell each other on the election port. */
export interface Notification {
  readonly state: Role;
  readonly round: number;
  /** Looking: the vote (null for an observer). Otherwise the leader this server follows or is. */
  readonly vote: Vote | null;
}

/** Where a learner stands when it comes to a leader. */
export interface LearnerInfo {
  readonly id: ServerId;
  readonly kind: 'voter' | 'observer';
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
  readonly base: Zxid;
  readonly last: Zxid;
  readonly epochs: readonly EpochEnd[];
}

/** Learner → leader. */
export type LearnerMessage =
  | { readonly type: 'followerInfo'; readonly info: LearnerInfo }
  /** `counted` is false where the promise of this epoch was given to another leader (zab-spec 2.2: the -1). */
  | { readonly type: 'ackEpoch'; readonly counted: boolean; readonly currentEpoch: number; readonly last: Zxid }
  | { readonly type: 'ackNewLeader'; readonly epoch: number }
  /** Everything up to `zxid` is on the learner's disk. Cumulative; counts for commits once NEWLEADER is acked. */
  | { readonly type: 'ack'; readonly zxid: Zxid }
  | { readonly type: 'pong'; readonly sequence: number }
  | { readonly type: 'barrier'; readonly sequence: number };

/** Leader → learner; batches travel beside these (see `replicate`). */
export type LeaderMessage =
  | { readonly type: 'leaderInfo'; readonly epoch: number }
  | { readonly type: 'diff' }
  | { readonly type: 'trunc'; readonly zxid: Zxid }
  | { readonly type: 'newLeader'; readonly epoch: number }
  | { readonly type: 'upToDate'; readonly commit: Zxid }
  | { readonly type: 'commit'; readonly zxid: Zxid }
  | { readonly type: 'ping'; readonly sequence: number; readonly commit: Zxid }
  | { readonly type: 'barrierDone'; readonly sequence: number; readonly zxid: Zxid };

export type CoreEvent =
  /** Deadlines are checked before every event; this one brings nothing else. */
  | { readonly type: 'tick' }
  | { readonly type: 'persisted'; readonly ticket: number }
  | { readonly type: 'notification'; readonly from: ServerId; readonly notification: Notification }
  /** Whether a voter's election port answers. */
  | { readonly type: 'reachable'; readonly peer: ServerId; readonly reachable: boolean }
  /** An outside oracle's verdict; the core stays safe whatever it says. */
  | { readonly type: 'verdict'; readonly leader: ServerId }
  | { readonly type: 'dialled'; readonly link: LinkId; readonly generation: number }
  | { readonly type: 'dialFailed'; readonly generation: number }
  | { readonly type: 'linkClosed'; readonly link: LinkId }
  | { readonly type: 'fromLearner'; readonly link: LinkId; readonly message: LearnerMessage }
  | { readonly type: 'fromLeader'; readonly link: LinkId; readonly message: LeaderMessage }
  /** A checked batch arrived from the leader. */
  | {
      readonly type: 'batch';
      readonly link: LinkId;
      readonly previous: Zxid;
      readonly last: Zxid;
      readonly commit: Zxid;
    }
  /** The leader's own proposals of this turn, sealed. */
  | { readonly type: 'propose'; readonly last: Zxid }
  /** A `replicate` effect ended: sent through `last`, or `blocked` by the connection. */
  | {
      readonly type: 'replicated';
      readonly link: LinkId;
      readonly last: Zxid;
      readonly bytes: number;
      readonly commit: Zxid;
      readonly blocked: boolean;
    }
  | { readonly type: 'drained'; readonly link: LinkId }
  /** Leader: the snapshot stream is in the link's queue to its end. */
  | { readonly type: 'snapshotSent'; readonly link: LinkId; readonly zxid: Zxid }
  /** Leader: the log no longer holds what the learner needs. */
  | { readonly type: 'compacted'; readonly link: LinkId }
  /** Learner: a snapshot begins to arrive; all of it is here, verified and stored. */
  | { readonly type: 'snapshotBegins'; readonly link: LinkId }
  | { readonly type: 'snapshotReceived'; readonly link: LinkId; readonly zxid: Zxid }
  | { readonly type: 'snapshotStored'; readonly zxid: Zxid }
  | { readonly type: 'retired'; readonly base: Zxid }
  | { readonly type: 'applied'; readonly zxid: Zxid }
  | { readonly type: 'barrier'; readonly sequence: number }
  | { readonly type: 'turnEnd' }
  /** The leader ran out of counters, or its server wants to step down. */
  | { readonly type: 'stepDown' };

export type Effect =
  | { readonly type: 'notify'; readonly to: ServerId; readonly notification: Notification }
  | { readonly type: 'dial'; readonly peer: ServerId; readonly at: Millis }
  | { readonly type: 'sendToLeader'; readonly link: LinkId; readonly message: LearnerMessage }
  | { readonly type: 'sendToLearner'; readonly link: LinkId; readonly message: LeaderMessage }
  | { readonly type: 'close'; readonly link: LinkId; readonly reason: string }
  /** Hand the batches after the store's last zxid, through `last`, to the log. */
  | { readonly type: 'append'; readonly last: Zxid }
  | { readonly type: 'saveState'; readonly state: EpochState }
  | { readonly type: 'truncate'; readonly zxid: Zxid }
  /** Forget the log and take the state machine that was received: the history is the snapshot at `zxid` now. */
  | { readonly type: 'reset'; readonly link: LinkId; readonly zxid: Zxid }
  /** Make everything so far durable and answer with `persisted`. */
  | { readonly type: 'persist'; readonly ticket: number }
  /** Send what the log holds after `after` through `through`, at most about `bytes`; answer with `replicated`. */
  | {
      readonly type: 'replicate';
      readonly link: LinkId;
      readonly after: Zxid;
      readonly through: Zxid;
      readonly bytes: number;
    }
  | { readonly type: 'sendSnapshot'; readonly link: LinkId; readonly zxid: Zxid }
  /** Apply up to `zxid`; answer with `applied`. */
  | { readonly type: 'apply'; readonly zxid: Zxid }
  | { readonly type: 'barrierDone'; readonly sequence: number; readonly zxid: Zxid }
  /** Role, phase, leader or serving changed; `generation` ended when it differs from the last one. */
  | { readonly type: 'status' };

/** The epochs on disk. */
export interface EpochState {
  readonly acceptedEpoch: number;
  /** The leader to whom `acceptedEpoch` was promised; 0 for nobody. */
  readonly promisedTo: ServerId;
  readonly currentEpoch: number;
}

export interface PeerVote {
  readonly id: ServerId;
  reachable: boolean;
  /** Its vote of this round. */
  vote: Vote | null;
  /** Its last word when it was not looking. */
  established: { readonly state: Role; readonly leader: ServerId; readonly epoch: number } | null;
}

export interface Looking {
  readonly role: 'looking';
  /** Everything ever handed to the store is on disk, so that positions are exact. */
  drained: boolean;
  proposal: Vote | null;
  /** When the election is decided unless something better comes; null while no quorum agrees. */
  settleAt: Millis | null;
  notifyAt: Millis;
  /** Learners that came before this server knew whether it leads. */
  waiting: { readonly link: LinkId; readonly info: LearnerInfo; readonly until: Millis }[];
}

export type LearnerStage = 'epoch' | 'ackEpoch' | 'sync' | 'newLeader' | 'active';

/** A learner as its leader sees it. */
export interface Learner {
  readonly link: LinkId;
  readonly info: LearnerInfo;
  stage: LearnerStage;
  counted: boolean;
  /** Sent through. */
  cursor: Zxid;
  /** A `replicate` or `sendSnapshot` is under way. */
  busy: boolean;
  blocked: boolean;
  /** NEWLEADER is sent when the cursor gets here. */
  newLeaderAt: Zxid;
  acked: Zxid;
  commitSent: Zxid;
  upToDate: boolean;
  /** Sent and unacknowledged, oldest first. */
  readonly inFlight: { readonly last: Zxid; readonly bytes: number }[];
  inFlightBytes: number;
  heardAt: Millis;
  pong: number;
}

export interface Leading {
  readonly role: 'leading';
  /** `waiting…` = a persist is under way. */
  stage:
    | 'collecting'
    | 'persistingAccepted'
    | 'proposingEpoch'
    | 'persistingCurrent'
    | 'synchronizing'
    | 'established'
    | 'serving';
  epoch: number;
  ticket: number;
  deadline: Millis;
  /** The end of the initial history. */
  initialLast: Zxid;
  learners: Learner[];
  /** Other voters without an active link: until when their last word still counts. */
  contacts: { readonly id: ServerId; until: Millis }[];
  pingAt: Millis;
  pingSequence: number;
  /** A ping is owed before the turn ends. */
  pingWanted: boolean;
  barriers: { readonly link: LinkId | null; readonly sequence: number; readonly ping: number; readonly zxid: Zxid }[];
}

export interface Learning {
  readonly role: 'following' | 'observing';
  readonly leader: ServerId;
  link: LinkId | null;
  stage:
    | 'dialling'
    | 'waitEpoch'
    | 'persistingAccepted'
    | 'waitSync'
    | 'catchUp'
    | 'snapshot'
    | 'persistingNewLeader'
    | 'acked'
    | 'active'
    | 'serving';
  epoch: number;
  ticket: number;
  dials: number;
  heardAt: Millis;
  upToDateAt: Zxid;
  ackedThrough: Zxid;
}

export interface CoreState {
  readonly config: CoreConfig;
  readonly kind: 'voter' | 'observer';
  generation: number;
  round: number;
  epochs: EpochState;
  log: { base: Zxid; last: Zxid; durable: Zxid; table: EpochEnd[] };
  /** Persists under way: what the log's end was when each was asked for. */
  pending: { readonly ticket: number; last: Zxid }[];
  tickets: number;
  committed: Zxid;
  applyAsked: Zxid;
  applied: Zxid;
  /** The newest stored snapshot; 0 for none. */
  snapshot: Zxid;
  /** The other voters, ascending. */
  peers: PeerVote[];
  role: Looking | Leading | Learning;
  counters: { elections: number; diffs: number; truncs: number; snaps: number };
}

export type { Phase, Role };
