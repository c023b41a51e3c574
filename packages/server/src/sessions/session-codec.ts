import type { ByteReader, ByteWriter } from '@quorate/interfaces';

/*
 * What servers tell each other about sessions, beside the replicated log. Learner to leader: the sessions heard of since the
 * last heartbeat, and whether a session that a client brought from elsewhere is alive. Leader to learner: the answer.
 *
 *   touches     u8 1, u32 count, count × (i32 id high, i32 id low, i32 timeout ms)
 *   revalidate  u8 2, u32 sequence, i32 id high, i32 id low, i32 timeout ms
 *   verdict     u8 3, u32 sequence, u8 valid
 */

export const TOUCHES = 1;
export const REVALIDATE = 2;
export const VERDICT = 3;

export interface TouchSource {
  readonly sessionHi: number;
  readonly sessionLo: number;
  readonly timeoutMs: number;
}

/** Begins a list of touches in an empty writer. */
export function beginTouches(out: ByteWriter): void {
  out.u8(TOUCHES);
  out.u32(0);
}

export function addTouch(out: ByteWriter, { sessionHi, sessionLo, timeoutMs }: TouchSource): void {
  out.i32(sessionHi);
  out.i32(sessionLo);
  out.i32(timeoutMs);
}

export function endTouches(out: ByteWriter, count: number): void {
  out.patchI32(1, count);
}

/** Reads what follows the kind. @throws QuorateError `SHORT_READ` */
export function forEachTouch(r: ByteReader, visit: (high: number, low: number, timeoutMs: number) => void): void {
  for (let left = r.u32(); left > 0; left--) visit(r.i32(), r.i32(), r.i32());
}

export interface Revalidate {
  readonly sequence: number;
  readonly sessionHi: number;
  readonly sessionLo: number;
  readonly timeoutMs: number;
}

export function writeRevalidate(out: ByteWriter, question: Revalidate): void {
  out.u8(REVALIDATE);
  out.u32(question.sequence);
  addTouch(out, question);
}

/** Reads what follows the kind. @throws QuorateError `SHORT_READ` */
export function readRevalidate(r: ByteReader): Revalidate {
  return { sequence: r.u32(), sessionHi: r.i32(), sessionLo: r.i32(), timeoutMs: r.i32() };
}

export function writeVerdict(out: ByteWriter, sequence: number, valid: boolean): void {
  out.u8(VERDICT);
  out.u32(sequence);
  out.u8(valid ? 1 : 0);
}

/** Reads what follows the kind. @throws QuorateError `SHORT_READ` */
export function readVerdict(r: ByteReader): { sequence: number; valid: boolean } {
  return { sequence: r.u32(), valid: r.u8() !== 0 };
}
