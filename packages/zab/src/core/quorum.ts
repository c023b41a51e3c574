import type { ServerId } from '../peer-api.js';

/** Whether `count` of `voters` voters are a majority. */
export function isMajority(count: number, voters: number): boolean {
  return count > Math.floor(voters / 2);
}

/** How many of `ids` are voters; observers never count, whoever hands them in (ZOOKEEPER-2959). */
export function votersAmong(ids: readonly ServerId[], voters: readonly ServerId[]): number {
  let count = 0;
  for (const voter of voters) if (ids.includes(voter)) count += 1;
  return count;
}

/** The greatest position that a majority has reached. @param positions one per voter, any order */
export function majorityPosition<T extends number>(positions: readonly T[]): T {
  const descending = [...positions].sort((a, b) => b - a);
  return descending[Math.floor(descending.length / 2)]!;
}
