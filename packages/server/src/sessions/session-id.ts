import type { Millis } from '@quorate/interfaces';

const COUNTER_BITS = 16n;
const TIME_BITS = 40n;
const TIME_MASK = (1n << TIME_BITS) - 1n;

/**
 * Ids of new sessions (zk-client-spec 2.10): the server's id in the high byte, the low 40 bits of a time in ms when the server
 * started, then 16 bits that count; the count runs over into the time, as in ZooKeeper. Signed 64-bit: negative from server 128 on.
 */
export class SessionIds {
  #next: bigint;

  /** @param since wall time rather than the process's own: ids must not repeat after a restart within the life of a session */
  constructor(serverId: number, since: Millis) {
    const time = BigInt(Math.floor(since)) & TIME_MASK;
    this.#next = (BigInt(serverId) << (TIME_BITS + COUNTER_BITS)) | (time << COUNTER_BITS);
  }

  next(): bigint {
    const id = BigInt.asIntN(64, this.#next);
    this.#next += 1n;
    return id;
  }
}

/** The high 32 bits, signed. */
export function highOf(id: bigint): number {
  return Number(BigInt.asIntN(32, id >> 32n));
}

/** The low 32 bits, signed. */
export function lowOf(id: bigint): number {
  return Number(BigInt.asIntN(32, id));
}

export function sessionIdOf(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

/** `0x` and the unsigned hexadecimal digits, as ZooKeeper prints session ids. */
export function formatSessionId(id: bigint): string {
  return `0x${BigInt.asUintN(64, id).toString(16)}`;
}
