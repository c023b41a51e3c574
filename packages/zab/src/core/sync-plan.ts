import { type EpochEnd, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import type { LearnerInfo } from './types.js';

/** How a learner is brought to its leader's history (zab-spec 6.4, native dialect). */
export type SyncPlan =
  | { readonly kind: 'diff'; readonly from: Zxid }
  | { readonly kind: 'trunc'; readonly from: Zxid }
  | { readonly kind: 'snap'; readonly from: Zxid };

/** What the leader has. */
export interface LeaderHistory {
  readonly base: Zxid;
  readonly last: Zxid;
  readonly table: readonly EpochEnd[];
  /** Newest stored snapshot, 0 for none. */
  readonly snapshot: Zxid;
}

/**
 * Where two histories part: holding any txn of an epoch implies agreeing on everything before it (LogMatching), so in the
 * highest epoch both know they agree up to the smaller end.
 * @returns undefined where neither the tables nor the bases meet
 */
export function commonPoint(learner: Pick<LearnerInfo, 'base' | 'epochs'>, leader: LeaderHistory): Zxid | undefined {
  for (let i = learner.epochs.length - 1; i >= 0; i--) {
    const theirs = learner.epochs[i]!;
    const ours = leader.table.find((end) => end.epoch === theirs.epoch);
    if (ours !== undefined) return Math.min(theirs.last, ours.last) as Zxid;
  }
  return learner.base === ZXID_ZERO && leader.base === ZXID_ZERO ? ZXID_ZERO : undefined;
}

/** Chooses DIFF, TRUNC (then DIFF) or SNAP. A learner without any history takes a snapshot rather than the whole log. */
export function planSync(learner: LearnerInfo, leader: LeaderHistory): SyncPlan {
  const common = commonPoint(learner, leader);
  const reachable = common !== undefined && common >= leader.base && common >= learner.base;
  const empty = learner.last === ZXID_ZERO;
  if (leader.snapshot > ZXID_ZERO && (!reachable || (empty && leader.snapshot > leader.base))) {
    return { kind: 'snap', from: leader.snapshot };
  }
  if (!reachable) return { kind: 'snap', from: leader.snapshot };
  return learner.last > common ? { kind: 'trunc', from: common } : { kind: 'diff', from: common };
}

/** The epoch table after `last` was appended. */
export function extendTable(table: EpochEnd[], epoch: number, last: Zxid): void {
  const end = table.at(-1);
  if (end?.epoch === epoch) table[table.length - 1] = { epoch, last };
  else table.push({ epoch, last });
}

/** The epoch table after everything behind `zxid` was removed. */
export function cutTable(table: EpochEnd[], zxid: Zxid, epoch: number): void {
  while (table.length > 0 && table.at(-1)!.epoch > epoch) table.pop();
  const end = table.at(-1);
  if (zxid === ZXID_ZERO) table.length = 0;
  else if (end?.epoch === epoch) table[table.length - 1] = { epoch, last: zxid };
  else table.push({ epoch, last: zxid });
}
