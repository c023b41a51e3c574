import type { Zxid } from '@quorate/interfaces';
import type { Completion } from '../peer-api.js';

const UNASSIGNED = -1;

function refuse(completion: Completion, zxid: Zxid, refusal: Uint8Array | Error): void {
  if (refusal instanceof Uint8Array) completion.refuse(zxid, refusal);
  else completion.fail(refusal);
}

/**
 * Requests of this server that wait for their txn, oldest first: zxids are assigned in submission order, so the head is
 * always the next one. Two rings rather than an object per request.
 */
export class PendingRequests {
  #completions: (Completion | undefined)[] = new Array(1024).fill(undefined);
  #zxids = new Float64Array(1024);
  #refusals: (Uint8Array | Error | undefined)[] = new Array(1024).fill(undefined);
  #head = 0;
  #assigned = 0;
  #tail = 0;
  /** Refusals before this one are confirmed: their leader still led after it had refused. */
  #confirmed = 0;

  get size(): number {
    return this.#tail - this.#head;
  }

  push(completion: Completion): void {
    if (this.size === this.#completions.length) this.#grow();
    const at = this.#tail & (this.#completions.length - 1);
    this.#completions[at] = completion;
    this.#zxids[at] = UNASSIGNED;
    this.#refusals[at] = undefined;
    this.#tail += 1;
  }

  /** The oldest request without one gets its zxid; with a refusal (or a failure of `prepare`), `zxid` is what must be applied before it is told. */
  assign(zxid: Zxid, refusal?: Uint8Array | Error): boolean {
    if (this.#assigned === this.#tail) return false;
    const at = this.#assigned & (this.#completions.length - 1);
    this.#zxids[at] = zxid;
    this.#refusals[at] = refusal;
    this.#assigned += 1;
    return true;
  }

  /** Index behind the newest request that has a zxid, for {@link confirm}. */
  get assigned(): number {
    return this.#assigned;
  }

  /** The leader led after it had assigned everything before `index`. */
  confirm(index: number): void {
    if (index > this.#confirmed) this.#confirmed = index;
  }

  /** The newest request, which has just been pushed, ends without a zxid. */
  dropNewest(): void {
    this.#tail -= 1;
    this.#completions[this.#tail & (this.#completions.length - 1)] = undefined;
    if (this.#assigned > this.#tail) this.#assigned = this.#tail;
  }

  /** A txn was applied: settles its request, if it is of this server, and the refusals that waited for it. */
  applied(zxid: Zxid, result: unknown): void {
    const mask = this.#completions.length - 1;
    while (this.#head < this.#assigned) {
      const at = this.#head & mask;
      const waitsFor = this.#zxids[at]!;
      if (waitsFor > zxid) return;
      // A txn proposed after a refusal and committed proves that the leader led; else the refusal has to be confirmed.
      if (this.#refusals[at] !== undefined && waitsFor === zxid && this.#head >= this.#confirmed) return;
      const completion = this.#completions[at]!;
      const refusal = this.#refusals[at];
      this.#completions[at] = undefined;
      this.#refusals[at] = undefined;
      this.#head += 1;
      if (refusal !== undefined) refuse(completion, waitsFor as Zxid, refusal);
      else if (waitsFor === zxid) completion.settle(zxid, result);
      else completion.fail(new Error(`txn ${waitsFor} was passed over at ${zxid}`));
    }
  }

  /** Settles refusals that are confirmed and wait for nothing that is still to come. */
  settleRefusals(appliedThrough: Zxid): void {
    const mask = this.#completions.length - 1;
    while (this.#head < this.#assigned) {
      const at = this.#head & mask;
      const refusal = this.#refusals[at];
      const waitsFor = this.#zxids[at]!;
      if (refusal === undefined || waitsFor > appliedThrough || this.#head >= this.#confirmed) return;
      const completion = this.#completions[at]!;
      this.#completions[at] = undefined;
      this.#refusals[at] = undefined;
      this.#head += 1;
      refuse(completion, waitsFor as Zxid, refusal);
    }
  }

  /** The role ended: nobody knows what becomes of them. */
  failAll(makeError: () => Error): void {
    if (this.#head === this.#tail) return;
    const error = makeError();
    const mask = this.#completions.length - 1;
    const { head, tail } = { head: this.#head, tail: this.#tail };
    const failing = [];
    for (let i = head; i < tail; i++) {
      failing.push(this.#completions[i & mask]!);
      this.#completions[i & mask] = undefined;
      this.#refusals[i & mask] = undefined;
    }
    this.#head = this.#assigned = this.#tail;
    for (const completion of failing) completion.fail(error);
  }

  #grow(): void {
    const size = this.#completions.length;
    const completions: (Completion | undefined)[] = new Array(size * 2).fill(undefined);
    const zxids = new Float64Array(size * 2);
    const refusals: (Uint8Array | Error | undefined)[] = new Array(size * 2).fill(undefined);
    for (let i = this.#head; i < this.#tail; i++) {
      const from = i & (size - 1);
      const to = i & (size * 2 - 1);
      completions[to] = this.#completions[from];
      zxids[to] = this.#zxids[from]!;
      refusals[to] = this.#refusals[from];
    }
    this.#completions = completions;
    this.#zxids = zxids;
    this.#refusals = refusals;
  }
}
