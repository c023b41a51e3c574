import type { LearnerStatus, PeerStatus, Phase } from '../peer-api.js';
import type { CoreState } from './types.js';

function phaseOf(state: CoreState): Phase {
  const role = state.role;
  if (role.role === 'looking') return 'election';
  switch (role.stage) {
    case 'collecting':
    case 'persistingAccepted':
    case 'proposingEpoch':
    case 'persistingCurrent':
    case 'dialling':
    case 'waitEpoch':
      return 'discovery';
    case 'serving':
      return 'broadcast';
    default:
      return 'synchronization';
  }
}

export function statusOf(state: CoreState): PeerStatus {
  const role = state.role;
  return {
    id: state.config.id,
    role: role.role,
    phase: phaseOf(state),
    serving: role.role !== 'looking' && role.stage === 'serving',
    leader: role.role === 'looking' ? undefined : role.role === 'leading' ? state.config.id : role.leader,
    epoch: role.role === 'looking' ? state.epochs.currentEpoch : role.epoch,
    lastLogged: state.log.last,
    committed: state.committed,
    lastApplied: state.applied,
  };
}

export function learnersOf(state: CoreState): LearnerStatus[] {
  if (state.role.role !== 'leading') return [];
  return state.role.learners.map((learner) => ({
    id: learner.info.id,
    kind: learner.info.kind,
    synced: learner.stage === 'active',
    acked: learner.acked,
  }));
}
