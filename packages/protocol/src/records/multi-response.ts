import { type ByteReader, type ByteWriter, QuorateError } from '@quorate/interfaces';
import { readBuffer, readString, readStringVector } from '../jute.js';
import { OpCode } from '../op-codes.js';
import { readStat, type Stat } from '../stat.js';
import { writeMultiHeader } from './multi-request.js';

/** One result of a failed multi, or of a failed sub-read: type -1 and the code twice (T41). */
export function writeMultiError(w: ByteWriter, err: number): void {
  writeMultiHeader(w, OpCode.error, false, err);
  w.i32(err);
}

/** One result: only the fields that its `type` has are set. */
export interface MultiResult {
  /** 1, 2, 4, 5, 8, 13, 15, or -1 for an error. */
  readonly type: number;
  /** A `ZkErrorCode`; may be 0 with type -1 (an operation before the one that failed). */
  readonly err: number;
  readonly path?: string;
  readonly stat?: Stat;
  /** A view on the reader's bytes. */
  readonly data?: Uint8Array | null;
  readonly children?: readonly string[];
}

/**
 * Reads the next result of a multi or multiRead response.
 * @returns undefined at the terminator
 * @throws QuorateError `SHORT_READ`; `REFUSED` for a type that no response may hold
 */
export function readMultiResult(r: ByteReader): MultiResult | undefined {
  const type = r.i32();
  const done = r.u8() !== 0;
  const err = r.i32();
  if (done) return undefined;
  switch (type) {
    case OpCode.create:
      return { type, err, path: readString(r) ?? '' };
    case OpCode.create2:
      return { type, err, path: readString(r) ?? '', stat: readStat(r) };
    case OpCode.setData:
      return { type, err, stat: readStat(r) };
    case OpCode.delete:
    case OpCode.check:
      return { type, err };
    case OpCode.getData:
      return { type, err, data: readBuffer(r), stat: readStat(r) };
    case OpCode.getChildren:
      return { type, err, children: readStringVector(r) ?? [] };
    case OpCode.error:
      return { type, err: r.i32() };
    default:
      throw new QuorateError('REFUSED', `a multi response holds a result of unknown type ${type}`);
  }
}

/** All results of a response, the terminator included. @throws QuorateError `SHORT_READ`, `REFUSED` */
export function readMultiResponse(r: ByteReader): MultiResult[] {
  const results: MultiResult[] = [];
  for (let result = readMultiResult(r); result !== undefined; result = readMultiResult(r)) results.push(result);
  return results;
}
