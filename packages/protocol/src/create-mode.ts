/** The `flags` of create requests (spec §1.10). No bit mask above 3: 7 is invalid. */
export const CreateMode = {
  persistent: 0,
  ephemeral: 1,
  persistentSequential: 2,
  ephemeralSequential: 3,
  container: 4,
  persistentWithTtl: 5,
  persistentSequentialWithTtl: 6,
} as const;

export type CreateModeName = keyof typeof CreateMode;

/** The longest time-to-live, in milliseconds: 40 bits (spec §2.6). */
export const MAX_TTL_MS = 0xff_ffff_ffff;

/** Whether ZooKeeper itself knows these flags (0 … 6). */
export function isStandardCreateMode(flags: number): boolean {
  return flags >= 0 && flags <= 6;
}

export function isSequential(flags: number): boolean {
  return flags === 2 || flags === 3 || flags === 6;
}

export function isEphemeral(flags: number): boolean {
  return flags === 1 || flags === 3;
}

export function isTtl(flags: number): boolean {
  return flags === 5 || flags === 6;
}
