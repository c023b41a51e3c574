const SECRET = 0xb341_5c00n;
const MULTIPLIER = 0x5_deec_e66dn;
const MASK_48 = (1n << 48n) - 1n;

/**
 * The 16-byte password of a session: what Java's random generator yields when seeded with the id and ZooKeeper's constant,
 * so that any server, of any make, computes the same (T58).
 */
export function sessionPassword(sessionId: bigint): Uint8Array {
  const password = new Uint8Array(16);
  let seed = (BigInt.asUintN(64, sessionId ^ SECRET) ^ MULTIPLIER) & MASK_48;
  for (let at = 0; at < 16; at += 4) {
    seed = (seed * MULTIPLIER + 0xbn) & MASK_48;
    const word = Number(seed >> 16n);
    password[at] = word;
    password[at + 1] = word >>> 8;
    password[at + 2] = word >>> 16;
    password[at + 3] = word >>> 24;
  }
  return password;
}

/** Compares in a time that does not depend on where the passwords differ. */
export function samePassword(expected: Uint8Array, given: Uint8Array | null): boolean {
  if (given === null || given.length !== expected.length) return false;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) difference |= expected[i]! ^ given[i]!;
  return difference === 0;
}
