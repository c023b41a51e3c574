export { Turn, type TurnPhase } from './driver/turn.js';
export { Peer } from './peer.js';
export type {
  BarrierCompletion,
  Completion,
  LearnerStatus,
  Member,
  PeerCounters,
  PeerLimits,
  PeerListener,
  PeerOptions,
  PeerStatus,
  PeerTiming,
  Phase,
  Role,
  ServerId,
} from './peer-api.js';
