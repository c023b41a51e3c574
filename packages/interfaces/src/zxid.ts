import { QuorateError } from './errors.js';

declare const zxidBrand: unique symbol;

/**
 * A ZooKeeper transaction id: `epoch * 2^32 + counter`. An exact, sortable number while the epoch is below 2^21
 * (see ADR 0002); the constructors in this file are the only places that make one.
 */
export type Zxid = number & { readonly [zxidBrand]: 'Zxid' };

/** Epochs at or beyond this bound would make a zxid inexact; a server refuses to start or to lead with one. */
export const EPOCH_LIMIT = 2 ** 21;

/** The last counter a leader may propose; past it, it steps down so that a new epoch begins (ZOOKEEPER-1277). */
export const COUNTER_LIMIT = 0xffff_fff0;

const COUNTERS = 2 ** 32;

/** The zxid before every other: an empty history. */
export const ZXID_ZERO = 0 as Zxid;

/**
 * @param epoch 0 ≤ epoch < 2^21
 * @param counter 0 ≤ counter < 2^32
 * @throws QuorateError `ZXID_RANGE`
 */
export function makeZxid(epoch: number, counter: number): Zxid {
  if (!(epoch >= 0 && epoch < EPOCH_LIMIT && counter >= 0 && counter < COUNTERS)) {
    throw new QuorateError(
      'ZXID_RANGE',
      `zxid (epoch ${epoch}, counter ${counter}) is outside what Quorate can represent: epoch below ${EPOCH_LIMIT}, counter below 2^32`,
    );
  }
  return (epoch * COUNTERS + counter) as Zxid;
}

/** Brands a number read from disk or wire. @throws QuorateError `ZXID_RANGE` */
export function zxidFromNumber(value: number): Zxid {
  if (!(value >= 0 && value < EPOCH_LIMIT * COUNTERS && Number.isInteger(value))) {
    throw new QuorateError('ZXID_RANGE', `${value} is no zxid: expected an integer from 0 to 2^53 - 1`);
  }
  return value as Zxid;
}

/** The high 32 bits. */
export function epochOf(zxid: Zxid): number {
  return Math.floor(zxid / COUNTERS);
}

/** The low 32 bits. */
export function counterOf(zxid: Zxid): number {
  return zxid % COUNTERS;
}

/** The zxid after `zxid` in the same epoch. */
export function nextZxid(zxid: Zxid): Zxid {
  return makeZxid(epochOf(zxid), counterOf(zxid) + 1);
}

/** Whether `next` may directly follow `previous` in a log: the next counter, or counter 1 of a later epoch. */
export function follows(previous: Zxid, next: Zxid): boolean {
  return next === previous + 1 ? counterOf(next) !== 0 : counterOf(next) === 1 && epochOf(next) > epochOf(previous);
}

/** `0x` and lower-case hexadecimal digits, as ZooKeeper's tools print a zxid. */
export function formatZxid(zxid: Zxid): string {
  return `0x${zxid.toString(16)}`;
}
