import { type ByteReader, type ByteWriter, zxidFromNumber } from '@quorate/interfaces';
import type { Notification } from '../core/types.js';
import type { Role, ServerId } from '../peer-api.js';
import { frame, MAGIC, VERSION } from './messages.js';

/* The native dialect on the election port: one hello per connection, then notifications in both directions. */

export const ElectionFrame = { hello: 1, notification: 2 } as const;

const ROLES: readonly Role[] = ['looking', 'following', 'leading', 'observing'];

export function writeElectionHello(out: ByteWriter, membership: number, id: ServerId): void {
  frame(out, ElectionFrame.hello, () => {
    out.u32(MAGIC);
    out.u8(VERSION);
    out.u32(membership);
    out.u8(id);
  });
}

/** @returns the server's id, or undefined for a stranger */
export function readElectionHello(input: ByteReader, membership: number): ServerId | undefined {
  if (input.u32() !== MAGIC || input.u8() !== VERSION || input.u32() !== membership) return undefined;
  return input.u8();
}

export function writeNotification(out: ByteWriter, notification: Notification): void {
  frame(out, ElectionFrame.notification, () => {
    out.u8(ROLES.indexOf(notification.state));
    out.long(notification.round);
    const vote = notification.vote;
    out.u8(vote === null ? 0 : 1);
    if (vote === null) return;
    out.u8(vote.leader);
    out.long(vote.zxid);
    out.u32(vote.epoch);
  });
}

/** @returns undefined where the state is none we know */
export function readNotification(input: ByteReader): Notification | undefined {
  const state = ROLES[input.u8()];
  if (state === undefined) return undefined;
  const round = input.long();
  if (input.u8() === 0) return { state, round, vote: null };
  return { state, round, vote: { leader: input.u8(), zxid: zxidFromNumber(input.long()), epoch: input.u32() } };
}
