/** A session id from its two halves; signed 64 bits, as `ephemeralOwner` is. */
export function sessionIdOf(hi: number, lo: number): bigint {
  return (BigInt(hi | 0) << 32n) | BigInt(lo >>> 0);
}

/** High 32 bits, signed. */
export function sessionHi(id: bigint): number {
  return Number(BigInt.asIntN(32, id >> 32n));
}

/** Low 32 bits, signed. */
export function sessionLo(id: bigint): number {
  return Number(BigInt.asIntN(32, id));
}
