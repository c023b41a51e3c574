import { formatZxid, type Zxid } from '@quorate/interfaces';
import type { Invariant } from '../ghost.js';

/** Completions of one client on one server come in the order of its requests, and their zxids never decrease. */
export function sessionFifo(): Invariant {
  const latest = new Map<string, { sequence: number; zxid: Zxid }>();
  return {
    name: 'SessionFIFO',
    settled({ request, server, incarnation, outcome, zxid }) {
      if (outcome !== 'ok' && outcome !== 'refused') return undefined;
      const key = `${request.client}@${server}#${incarnation}`;
      const before = latest.get(key);
      latest.set(key, { sequence: request.sequence, zxid });
      if (before === undefined || (request.sequence > before.sequence && zxid >= before.zxid)) return undefined;
      return `client ${key}: request ${request.sequence} ended at ${formatZxid(zxid)} after request ${before.sequence} at ${formatZxid(before.zxid)}`;
    },
  };
}
