import type { Prng } from '../prng.js';
import type { Micros } from '../scheduler.js';

/** How one host reaches another: one direction of a path, shared by all connections on it. */
export interface LinkQuality {
  /** Nothing arrives; what is sent waits, and gives up after {@link GIVE_UP_MICROS}. */
  cut: boolean;
  minDelay: Micros;
  maxDelay: Micros;
  /** Of 64 chunks, how many meet a delay ten times as long. */
  spikesIn64: number;
  bytesPerMs: number;
}

export const FAST_LINK: Readonly<LinkQuality> = {
  cut: false,
  minDelay: 50,
  maxDelay: 600,
  spikesIn64: 1,
  bytesPerMs: 100_000,
};

/** How long a sender's system tries to get bytes through before it declares the connection dead. */
export const GIVE_UP_MICROS: Micros = 15_000_000;

const LONGEST_DELAY_MICROS: Micros = 1_000_000;

/** How long `bytes` take. */
export function delayOf(link: LinkQuality, bytes: number, random: Prng): Micros {
  const base = random.between(link.minDelay, link.maxDelay) + Math.floor((bytes * 1000) / link.bytesPerMs);
  const delay = link.spikesIn64 > 0 && random.chance(link.spikesIn64, 64) ? base * 10 : base;
  return Math.min(delay, LONGEST_DELAY_MICROS);
}
