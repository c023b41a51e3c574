import {
  type ByteReader,
  type ByteWriter,
  type EpochEnd,
  QuorateError,
  type Zxid,
  zxidFromNumber,
} from '@quorate/interfaces';
import type { LeaderMessage, LearnerInfo, LearnerMessage } from '../core/types.js';
import { readText, writeText } from './text.js';

/*
 * The native dialect on the peer port: frames of u32 length (of what follows), u8 type, body. docs/zab.md has the table.
 */

/** Frame types, learner → leader below 32, leader → learner from 32 on. */
export const Frame = {
  followerInfo: 1,
  ackEpoch: 2,
  ackNewLeader: 3,
  ack: 4,
  pong: 5,
  barrier: 6,
  request: 7,
  learnerMessage: 8,
  refuse: 32,
  leaderInfo: 33,
  diff: 34,
  trunc: 35,
  newLeader: 36,
  upToDate: 37,
  commit: 38,
  ping: 39,
  barrierDone: 40,
  batch: 41,
  snapBegin: 42,
  snapChunk: 43,
  snapEnd: 44,
  assigned: 45,
  leaderMessage: 46,
} as const;

export const MAGIC = 0x5152_4d31;
export const VERSION = 1;

/** What two peers must agree on before they exchange history. */
export interface Greeting {
  readonly membership: number;
  readonly identity: string;
}

/** Opens a frame. @returns what {@link endFrame} needs */
export function beginFrame(out: ByteWriter, type: number): number {
  const begun = out.length;
  out.u32(0);
  out.u8(type);
  return begun;
}

export function endFrame(out: ByteWriter, begun: number): void {
  out.patchI32(begun, out.length - begun - 4);
}

/** Writes one frame around what `body` writes. */
export function frame(out: ByteWriter, type: number, body?: (out: ByteWriter) => void): void {
  const begun = beginFrame(out, type);
  body?.(out);
  endFrame(out, begun);
}

/** Writes one frame around `bytes`. */
export function writeRaw(out: ByteWriter, type: number, bytes: Uint8Array): void {
  out.u32(bytes.length + 1);
  out.u8(type);
  out.raw(bytes);
}

function readZxid(input: ByteReader): Zxid {
  return zxidFromNumber(input.long());
}

function writeInfo(out: ByteWriter, greeting: Greeting, info: LearnerInfo): void {
  out.u32(MAGIC);
  out.u8(VERSION);
  out.u32(greeting.membership);
  writeText(out, greeting.identity);
  out.u8(info.id);
  out.u8(info.kind === 'voter' ? 0 : 1);
  out.u32(info.acceptedEpoch);
  out.u32(info.currentEpoch);
  out.long(info.base);
  out.long(info.last);
  out.u32(info.epochs.length);
  for (const end of info.epochs) {
    out.u32(end.epoch);
    out.long(end.last);
  }
}

/** @returns the learner's position, or in words why it is refused */
export function readFollowerInfo(input: ByteReader, own: Greeting): LearnerInfo | string {
  if (input.u32() !== MAGIC) return 'this is a Quorate peer port; the other side does not speak its protocol';
  const version = input.u8();
  if (version !== VERSION) return `peer protocol version ${version} is not spoken here; this server speaks ${VERSION}`;
  const membership = input.u32();
  const identity = readText(input);
  const id = input.u8();
  if (membership !== own.membership) {
    return `server ${id} has another ensemble in its configuration (ids and roles of server.N lines must be equal everywhere)`;
  }
  if (identity !== own.identity) return `server ${id} runs the state machine "${identity}", this one "${own.identity}"`;
  const kind = input.u8() === 0 ? 'voter' : 'observer';
  const acceptedEpoch = input.u32();
  const currentEpoch = input.u32();
  const base = readZxid(input);
  const last = readZxid(input);
  const count = input.u32();
  input.need(count * 12);
  const epochs: EpochEnd[] = [];
  for (let i = 0; i < count; i++) epochs.push({ epoch: input.u32(), last: readZxid(input) });
  return { id, kind, acceptedEpoch, currentEpoch, base, last, epochs };
}

export function writeLearnerMessage(out: ByteWriter, message: LearnerMessage, greeting: Greeting): void {
  switch (message.type) {
    case 'followerInfo':
      return frame(out, Frame.followerInfo, () => writeInfo(out, greeting, message.info));
    case 'ackEpoch':
      return frame(out, Frame.ackEpoch, () => {
        out.u8(message.counted ? 1 : 0);
        out.u32(message.currentEpoch);
        out.long(message.last);
      });
    case 'ackNewLeader':
      return frame(out, Frame.ackNewLeader, () => out.u32(message.epoch));
    case 'ack':
      return frame(out, Frame.ack, () => out.long(message.zxid));
    case 'pong':
      return frame(out, Frame.pong, () => out.long(message.sequence));
    case 'barrier':
      return frame(out, Frame.barrier, () => out.long(message.sequence));
  }
}

/** @returns undefined for a type that is not the core's */
export function readLearnerMessage(type: number, input: ByteReader): LearnerMessage | undefined {
  switch (type) {
    case Frame.ackEpoch:
      return { type: 'ackEpoch', counted: input.u8() === 1, currentEpoch: input.u32(), last: readZxid(input) };
    case Frame.ackNewLeader:
      return { type: 'ackNewLeader', epoch: input.u32() };
    case Frame.ack:
      return { type: 'ack', zxid: readZxid(input) };
    case Frame.pong:
      return { type: 'pong', sequence: input.long() };
    case Frame.barrier:
      return { type: 'barrier', sequence: input.long() };
    default:
      return undefined;
  }
}

export function writeLeaderMessage(out: ByteWriter, message: LeaderMessage): void {
  switch (message.type) {
    case 'diff':
      return frame(out, Frame.diff);
    case 'leaderInfo':
      return frame(out, Frame.leaderInfo, () => out.u32(message.epoch));
    case 'newLeader':
      return frame(out, Frame.newLeader, () => out.u32(message.epoch));
    case 'trunc':
      return frame(out, Frame.trunc, () => out.long(message.zxid));
    case 'commit':
      return frame(out, Frame.commit, () => out.long(message.zxid));
    case 'upToDate':
      return frame(out, Frame.upToDate, () => out.long(message.commit));
    case 'ping':
      return frame(out, Frame.ping, () => {
        out.long(message.sequence);
        out.long(message.commit);
      });
    case 'barrierDone':
      return frame(out, Frame.barrierDone, () => {
        out.long(message.sequence);
        out.long(message.zxid);
      });
  }
}

/** @returns undefined for a type that is not the core's */
export function readLeaderMessage(type: number, input: ByteReader): LeaderMessage | undefined {
  switch (type) {
    case Frame.leaderInfo:
      return { type: 'leaderInfo', epoch: input.u32() };
    case Frame.diff:
      return { type: 'diff' };
    case Frame.trunc:
      return { type: 'trunc', zxid: readZxid(input) };
    case Frame.newLeader:
      return { type: 'newLeader', epoch: input.u32() };
    case Frame.upToDate:
      return { type: 'upToDate', commit: readZxid(input) };
    case Frame.commit:
      return { type: 'commit', zxid: readZxid(input) };
    case Frame.ping:
      return { type: 'ping', sequence: input.long(), commit: readZxid(input) };
    case Frame.barrierDone:
      return { type: 'barrierDone', sequence: input.long(), zxid: readZxid(input) };
    default:
      return undefined;
  }
}

/** For a frame whose type nobody knows. */
export function unknownFrame(type: number): never {
  throw new QuorateError('REFUSED', `frame type ${type} is unknown to peer protocol version ${VERSION}`);
}
