import { QuorateError, type StateMachine } from '@quorate/interfaces';
import type { CoreConfig } from '../core/types.js';
import type { Member, PeerLimits, PeerOptions, PeerTiming } from '../peer-api.js';

export const DEFAULT_TIMING: PeerTiming = { tickMs: 2000, initLimit: 10, syncLimit: 5 };

export const DEFAULT_LIMITS: PeerLimits = {
  outstandingBytes: 64 << 20,
  outstandingRequests: 20_000,
  windowBytes: 16 << 20,
  tailBytes: 64 << 20,
  frameBytes: 64 << 20,
};

const SETTLE_MS = 20;
const NOTIFY_MS = 200;

/** Checks what a peer was given. @throws QuorateError `BAD_CONFIG` naming everything that is wrong */
export function checkOptions<S extends StateMachine>(options: PeerOptions<S>): void {
  const problems: string[] = [];
  const ids = options.members.map((member) => member.id);
  if (!ids.includes(options.id)) problems.push(`server ${options.id} is not among the members (${ids.join(', ')})`);
  if (new Set(ids).size !== ids.length) problems.push(`two members have the same id (${ids.join(', ')})`);
  for (const id of ids)
    if (!(Number.isInteger(id) && id >= 1 && id <= 254)) problems.push(`server id ${id}; 1 to 254 are legal`);
  if (!options.members.some((member) => member.kind === 'voter')) problems.push('no member is a voter');
  for (const [name, value] of Object.entries(options.timing ?? {})) {
    if (!(value > 0)) problems.push(`timing.${name} is ${value}; it must be positive`);
  }
  if (problems.length > 0) throw new QuorateError('BAD_CONFIG', `the peer cannot start: ${problems.join('; ')}`);
}

function idsOf(members: readonly Member[], kind: Member['kind']): number[] {
  return members
    .filter((member) => member.kind === kind)
    .map((member) => member.id)
    .sort((a, b) => a - b);
}

export function coreConfig(
  id: number,
  members: readonly Member[],
  timing: PeerTiming,
  windowBytes: number,
): CoreConfig {
  return {
    id,
    voters: idsOf(members, 'voter'),
    observers: idsOf(members, 'observer'),
    initMs: timing.tickMs * timing.initLimit,
    syncMs: timing.tickMs * timing.syncLimit,
    pingMs: timing.tickMs / 2,
    settleMs: SETTLE_MS,
    notifyMs: NOTIFY_MS,
    windowBytes,
  };
}
