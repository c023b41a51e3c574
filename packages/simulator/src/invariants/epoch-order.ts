import { ByteReader, epochOf, formatZxid } from '@quorate/interfaces';
import type { Invariant, ServerGhost } from '../ghost.js';

interface Epochs {
  readonly accepted: number;
  readonly promisedTo: number;
  readonly current: number;
}

/** The peer's small state, format 1: u8 format, u8 server, u32 accepted epoch, u8 promised to, u32 current epoch. */
function epochsOf(state: Uint8Array | null): Epochs {
  if (state === null) return { accepted: 0, promisedTo: 0, current: 0 };
  const input = new ByteReader(state);
  input.skip(2);
  return { accepted: input.u32(), promisedTo: input.u8(), current: input.u32() };
}

/** currentEpoch ≤ acceptedEpoch, both only grow, and one epoch is promised to one leader (EpochOrder, EpochPromise). */
export function epochOrder(): Invariant {
  const check = (server: ServerGhost, state: Uint8Array | null): string | undefined => {
    const next = epochsOf(state);
    if (next.current > next.accepted)
      return `server ${server.id}: current epoch ${next.current}, accepted ${next.accepted}`;
    return undefined;
  };
  return {
    name: 'EpochOrder',
    stateSaved(server, state) {
      const next = epochsOf(state);
      const old = epochsOf(server.disk.states.at(-1) ?? null);
      if (next.accepted < old.accepted || next.current < old.current) {
        return `server ${server.id}: epochs went back from ${JSON.stringify(old)} to ${JSON.stringify(next)}`;
      }
      if (next.accepted === old.accepted && old.promisedTo !== 0 && next.promisedTo !== old.promisedTo) {
        return `server ${server.id}: epoch ${next.accepted} was promised to ${old.promisedTo} and then to ${next.promisedTo}`;
      }
      return check(server, state);
    },
    opened(server, { state, last }) {
      const { accepted } = epochsOf(state);
      if (epochOf(last) > accepted)
        return `server ${server.id}: its log ends at ${formatZxid(last)}, it accepted epoch ${accepted}`;
      return check(server, state);
    },
  };
}
