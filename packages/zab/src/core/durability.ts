import { epochOf, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import type { Out } from './out.js';
import { cutTable, extendTable } from './sync-plan.js';
import type { CoreState, EpochState } from './types.js';

/*
 * The core's picture of its disk. `log.last` is what was handed to the store, `log.durable` what the store has vouched
 * for. The store works in call order, so one ticket covers everything asked for before it.
 */

/** Asks for durability of everything so far. @returns the ticket that `persisted` will carry */
export function persist(state: CoreState, out: Out): number {
  state.tickets += 1;
  state.pending.push({ ticket: state.tickets, last: state.log.last });
  out.add({ type: 'persist', ticket: state.tickets });
  return state.tickets;
}

/** Asks for durability of what was appended, once, unless that is under way already. */
export function persistAppended(state: CoreState, out: Out): void {
  const asked = state.pending.length > 0 ? state.pending.at(-1)!.last : state.log.durable;
  if (asked !== state.log.last) persist(state, out);
}

/** Whether everything ever handed to the store is on disk: positions are exact then. */
export function isDrained(state: CoreState): boolean {
  return state.pending.length === 0 && state.log.durable === state.log.last;
}

export function notePersisted(state: CoreState, ticket: number): void {
  while (state.pending.length > 0 && state.pending[0]!.ticket <= ticket)
    state.log.durable = state.pending.shift()!.last;
}

export function saveEpochs(state: CoreState, out: Out, epochs: EpochState): void {
  state.epochs = epochs;
  out.add({ type: 'saveState', state: epochs });
}

export function appended(state: CoreState, out: Out, last: Zxid): void {
  state.log.last = last;
  extendTable(state.log.table, epochOf(last), last);
  out.add({ type: 'append', last });
}

/** Removes everything behind `zxid`; persists under way vouch for no more than that from here on. */
export function truncated(state: CoreState, out: Out, zxid: Zxid): void {
  state.log.last = zxid;
  if (state.log.durable > zxid) state.log.durable = zxid;
  for (const pending of state.pending) if (pending.last > zxid) pending.last = zxid;
  cutTable(state.log.table, zxid, epochOf(zxid));
  out.add({ type: 'truncate', zxid });
  persist(state, out);
}

/** Learns that everything up to `zxid` of the leader's history is committed. */
export function noteCommit(state: CoreState, out: Out, zxid: Zxid): void {
  if (zxid > state.committed) state.committed = zxid;
  askApply(state, out);
}

/** Applies what is committed and on this server's disk (ApplyAfterDurable). */
export function askApply(state: CoreState, out: Out): void {
  const through = Math.min(state.committed, state.log.durable) as Zxid;
  if (through > state.applyAsked) {
    state.applyAsked = through;
    out.add({ type: 'apply', zxid: through });
  }
}

/** The history is a stored snapshot at `zxid` from here on; nothing counts as durable until the store vouches for that. */
export function resetTo(state: CoreState, zxid: Zxid): void {
  for (const pending of state.pending) pending.last = ZXID_ZERO;
  state.log = { base: zxid, last: zxid, durable: ZXID_ZERO, table: [{ epoch: epochOf(zxid), last: zxid }] };
  if (zxid > state.committed) state.committed = zxid;
  state.applied = zxid;
  state.applyAsked = zxid;
  state.snapshot = zxid;
}
