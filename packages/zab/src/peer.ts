import type { StateMachine } from '@quorate/interfaces';
import type { Turn } from './driver/turn.js';
import type {
  BarrierCompletion,
  Completion,
  LearnerStatus,
  PeerCounters,
  PeerListener,
  PeerOptions,
  PeerStatus,
  ServerId,
} from './peer-api.js';

/** A ZAB peer: drives the pure core with a transport, a log, snapshots, a clock and a state machine. */
export declare class Peer<S extends StateMachine> {
  constructor(options: PeerOptions<S>, listener?: PeerListener);
  /** Turns of this process: whoever has sockets of their own beside the peer enters and ends turns through it. */
  readonly turn: Turn;
  readonly status: PeerStatus;
  readonly learners: readonly LearnerStatus[];
  readonly counters: Readonly<PeerCounters>;
  /** The live instance; replaced when the leader sends a snapshot (see PeerListener.onStateMachine). */
  readonly stateMachine: S;
  /** More would exceed a limit: stop taking requests until `onRelief`. A submit is still accepted. */
  readonly congested: boolean;
  /** Recovers from disk, opens the peer ports and begins to look for a leader. */
  start(): Promise<void>;
  /** Ends every role, link and store. Pending completions fail. */
  close(): Promise<void>;
  /** Replicates one request from any role. `request` is valid (for the callee) during the call only. Completions settle in submission order. */
  submit(request: Uint8Array, completion: Completion): void;
  /** ZooKeeper's sync, made strict: confirmed by a quorum round begun after the call. */
  barrier(completion: BarrierCompletion): void;
  /** Learner → leader, over the link of the current role; dropped when there is none. Copied. */
  tellLeader(bytes: Uint8Array): void;
  /** Leader → one learner. Copied. */
  tellLearner(id: ServerId, bytes: Uint8Array): void;
  /** Takes a snapshot now and resolves when it is stored. */
  takeSnapshot(): Promise<void>;
}
