import { isQuorateError, type Millis, type Zxid } from '@quorate/interfaces';
import type { BarrierCompletion, Completion } from '@quorate/zab';
import type { Identity, TxnResult } from '@quorate/znode';

/** What a slot waits for, or that it waits no more. */
export const SlotState = {
  /** The engine has it. */
  submitted: 0,
  /** A write that the engine was too busy to take. */
  parkedWrite: 1,
  /** A read behind writes of its session. */
  parkedRead: 2,
  /** Its reply is known. */
  done: 3,
} as const;

/** A reply's zxid that is chosen when the reply is written: the last one applied, so that zxids never go back on a connection (T21). */
export const CURRENT_ZXID = -2;

/** Where the outcome of a slot's request is turned into a reply. */
export interface SlotOwner {
  /** @param result of a write, valid during the call; null for a sync */
  slotSettled(slot: ReplySlot, zxid: Zxid, result: TxnResult | null): void;
  slotRefused(slot: ReplySlot, refusal: Uint8Array): void;
  slotFailed(slot: ReplySlot, error: Error): void;
}

/** One request between its arrival and its reply. Pooled; serves as the engine's completion itself, so that a request costs no closure. */
export class ReplySlot implements Completion, BarrierCompletion {
  /** Null once the connection is gone. */
  owner: SlotOwner | null = null;
  next: ReplySlot | null = null;
  state: number = SlotState.done;
  xid = 0;
  opcode = 0;
  /** Error code of the reply, once done. */
  err = 0;
  /** The reply's zxid, or {@link CURRENT_ZXID}. */
  zxid: number = CURRENT_ZXID;
  /** The request's body while parked; the reply's body once done, or for a sync from the beginning; empty for none. */
  bytes: Uint8Array | null = null;
  /** Whose request it is, while parked. */
  identity: Identity | null = null;
  /** Whether the connection ends behind the reply. */
  closes = false;
  startedAt: Millis = 0;
  readonly #pool: SlotPool;

  constructor(pool: SlotPool) {
    this.#pool = pool;
  }

  settle(zxid: Zxid, result?: unknown): void {
    if (this.owner === null) this.#pool.give(this);
    else this.owner.slotSettled(this, zxid, result === undefined ? null : (result as TxnResult));
  }

  refuse(_zxid: Zxid, refusal: Uint8Array): void {
    if (this.owner === null) this.#pool.give(this);
    else this.owner.slotRefused(this, refusal);
  }

  fail(error: Error): void {
    if (this.owner === null) this.#pool.give(this);
    else this.owner.slotFailed(this, error);
  }
}

/** Whether the engine's `prepare` broke on a request: that request alone is at fault. */
export function isPrepareFailure(error: Error): boolean {
  return isQuorateError(error) && error.code === 'INVARIANT';
}

const KEEP_COUNT = 8192;

/** Slots that no request uses. */
export class SlotPool {
  #free: ReplySlot | null = null;
  #count = 0;

  take(owner: SlotOwner, state: number, xid: number, opcode: number, startedAt: Millis): ReplySlot {
    let slot = this.#free;
    if (slot === null) {
      slot = new ReplySlot(this);
    } else {
      this.#free = slot.next;
      this.#count -= 1;
      slot.next = null;
    }
    slot.owner = owner;
    slot.state = state;
    slot.xid = xid;
    slot.opcode = opcode;
    slot.startedAt = startedAt;
    return slot;
  }

  /** Takes back a slot that the engine will not call any more. */
  give(slot: ReplySlot): void {
    slot.owner = null;
    slot.bytes = null;
    slot.identity = null;
    slot.err = 0;
    slot.zxid = CURRENT_ZXID;
    slot.closes = false;
    slot.next = null;
    if (this.#count >= KEEP_COUNT) return;
    slot.next = this.#free;
    this.#free = slot;
    this.#count += 1;
  }
}
