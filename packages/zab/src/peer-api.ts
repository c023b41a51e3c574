import type {
  Address,
  Clock,
  LogStore,
  Millis,
  SnapshotStore,
  StateMachine,
  StateMachineFactory,
  Transport,
  Zxid,
} from '@quorate/interfaces';

export type ServerId = number;
export type Role = 'looking' | 'leading' | 'following' | 'observing';
export type Phase = 'election' | 'discovery' | 'synchronization' | 'broadcast';

/** One server of the ensemble. */
export interface Member {
  /** 1 … 254. */
  readonly id: ServerId;
  readonly kind: 'voter' | 'observer';
  /** Where learners dial their leader (`host:p1` in `server.N`). Not used by the only voter of a standalone server. */
  readonly peerAddress: Address;
  /** Where votes go (`host:p2`). */
  readonly electionAddress: Address;
}

export interface PeerTiming {
  /** Length of a tick. Heartbeats leave every half tick. */
  readonly tickMs: Millis;
  /** Ticks that discovery and synchronization may take. */
  readonly initLimit: number;
  /** Ticks of silence after which a leader and a learner give each other up. */
  readonly syncLimit: number;
}

export interface PeerLimits {
  /** Bytes proposed and not yet committed, beyond which the leader takes no requests. */
  readonly outstandingBytes: number;
  /** Requests submitted on this server and not yet answered, beyond which it takes no more. */
  readonly outstandingRequests: number;
  /** Bytes sent to one learner and not yet acknowledged by it. */
  readonly windowBytes: number;
  /** Bytes of recent log kept in memory for learners that lag. */
  readonly tailBytes: number;
  /** Largest message accepted from another server; refuses larger ones by closing the link. */
  readonly frameBytes: number;
}

export interface PeerOptions<S extends StateMachine> {
  readonly id: ServerId;
  readonly members: readonly Member[];
  readonly transport: Transport;
  readonly log: LogStore;
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  readonly stateMachine: StateMachineFactory<S>;
  readonly timing?: Partial<PeerTiming>;
  readonly limits?: Partial<PeerLimits>;
  readonly snapshot?: {
    /** Txns between snapshots (ZooKeeper's snapCount); 0 takes none. */
    readonly every?: number;
    /** Snapshots kept, with the log behind the oldest of them; at least 1. */
    readonly retain?: number;
  };
}

/** What became of a submitted request. Exactly one method is called, once. */
export interface Completion {
  /** The txn is committed and applied on this server; `result` is what `apply` returned and is valid during the call. */
  settle(zxid: Zxid, result: unknown): void;
  /** `prepare` refused, after `zxid` and nothing later: that txn and all before it are committed and applied here, and the leader that refused still led afterwards. */
  refuse(zxid: Zxid, refusal: Uint8Array): void;
  /** `NOT_SERVING`: it had no effect. `OUTCOME_UNKNOWN`: it may still take effect. `INVARIANT`: `prepare` threw. */
  fail(error: Error): void;
}

/** What became of a barrier. */
export interface BarrierCompletion {
  /** Everything committed anywhere before the barrier was asked for is applied here. */
  settle(zxid: Zxid): void;
  fail(error: Error): void;
}

export interface PeerStatus {
  readonly id: ServerId;
  readonly role: Role;
  readonly phase: Phase;
  /** Requests are taken: leading with a quorum, or following or observing and caught up. */
  readonly serving: boolean;
  /** Who leads, as far as this server knows. */
  readonly leader: ServerId | undefined;
  readonly epoch: number;
  readonly lastLogged: Zxid;
  readonly committed: Zxid;
  readonly lastApplied: Zxid;
}

/** Learners as a leader sees them; empty elsewhere. */
export interface LearnerStatus {
  readonly id: ServerId;
  readonly kind: 'voter' | 'observer';
  readonly synced: boolean;
  readonly acked: Zxid;
}

/** Counts since the peer was made. */
export interface PeerCounters {
  elections: number;
  /** As a learner: how its synchronizations with a leader began. */
  diffs: number;
  truncs: number;
  snaps: number;
  snapshotsTaken: number;
  proposals: number;
  commits: number;
  syncs: number;
}

/** What the layer above (a server) hears from its peer. All optional but none may throw. */
export interface PeerListener {
  /** Role, phase, serving or leader changed. When `serving` became false, every pending completion has failed already. */
  onStatus?(status: PeerStatus): void;
  /** The state machine instance was replaced (start, or a snapshot from the leader). */
  onStateMachine?(): void;
  /** A txn was applied here; after its completion was settled. */
  onApplied?(zxid: Zxid): void;
  /** On a leader: bytes that a learner's server sent with {@link Peer.tellLeader}. */
  onLearnerMessage?(from: ServerId, bytes: Uint8Array): void;
  /** On a learner: bytes that the leader's server sent with {@link Peer.tellLearner}. */
  onLeaderMessage?(bytes: Uint8Array): void;
  /** On a learner: a heartbeat is about to be answered (twice per tick). What is told to the leader now leaves with it. */
  onHeartbeat?(): void;
  /** {@link Peer.congested} became false again. */
  onRelief?(): void;
  /** One line for the log: a refused link, a snapshot that failed. */
  onNotice?(text: string): void;
  /** The peer has stopped and will do nothing more; its storage failed or an invariant broke. */
  onFatal?(error: Error): void;
}
