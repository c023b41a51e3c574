import { ByteWriter } from '@quorate/interfaces';
import {
  type Acl,
  CreateMode,
  type CreateModeName,
  isSequential,
  isTtl,
  MAX_TTL_MS,
  OPEN_ACL_UNSAFE,
  OpCode,
  writeCreateRequest,
  writeCreateTTLRequest,
  writeString,
} from '@quorate/protocol';
import { badArguments } from './errors.js';

/** A node's data. Text is written as UTF-8; null is stored as null, which is not the same as empty. */
export type Data = Uint8Array | string | null;

export interface CreateOptions {
  /** Default `persistent`. A number is the flag of a node type that the servers have in addition. */
  readonly mode?: CreateModeName | number;
  /** Default: everybody may do everything. */
  readonly acl?: readonly Acl[];
  /** Time-to-live in ms, for the two modes that have one: 1 to 2^40 - 1. */
  readonly ttlMs?: number;
}

export function modeFlags(options: CreateOptions): number {
  const mode = options.mode ?? 'persistent';
  return typeof mode === 'number' ? mode : CreateMode[mode];
}

/** Whether the server puts ten digits behind the path. */
export function isSequentialMode(options: CreateOptions): boolean {
  return isSequential(modeFlags(options));
}

/**
 * The operation that makes a node of this mode (spec §1.10).
 * @param withStat whether the reply shall have a Stat too, where there is a choice
 */
export function createOpcode(options: CreateOptions, withStat: boolean): number {
  const flags = modeFlags(options);
  if (flags === CreateMode.container) return OpCode.createContainer;
  if (isTtl(flags)) return OpCode.createTTL;
  return withStat ? OpCode.create2 : OpCode.create;
}

/** @throws ZkError `badArguments` */
export function checkCreateOptions(path: string, options: CreateOptions): void {
  const flags = modeFlags(options);
  if (!Number.isInteger(flags)) throw badArguments(path, `there is no mode "${String(options.mode)}"`);
  const ttl = options.ttlMs;
  if (isTtl(flags)) {
    if (ttl === undefined || !(Number.isInteger(ttl) && ttl > 0 && ttl <= MAX_TTL_MS)) {
      throw badArguments(path, `ttlMs is ${ttl}: this mode needs whole milliseconds from 1 to ${MAX_TTL_MS}`);
    }
  } else if (ttl !== undefined) {
    throw badArguments(path, 'ttlMs is only for persistentWithTtl and persistentSequentialWithTtl');
  }
}

export function writeCreateBody(
  w: ByteWriter,
  opcode: number,
  path: string,
  data: Uint8Array | null,
  options: CreateOptions,
): void {
  const acl = options.acl ?? OPEN_ACL_UNSAFE;
  const flags = modeFlags(options);
  if (opcode === OpCode.createTTL) writeCreateTTLRequest(w, path, data, acl, flags, options.ttlMs ?? -1);
  else writeCreateRequest(w, path, data, acl, flags);
}

/** Text as UTF-8; bytes and null as they are. */
export function dataBytes(data: Data): Uint8Array | null {
  if (typeof data !== 'string') return data;
  const w = new ByteWriter(4 + 3 * data.length);
  writeString(w, data);
  return w.peek().subarray(4);
}
