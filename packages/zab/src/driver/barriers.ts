import type { Zxid } from '@quorate/interfaces';
import type { BarrierCompletion } from '../peer-api.js';

/** Barriers of this server: first they wait for the leader's quorum round, then for apply to get there. */
export class Barriers {
  #asked: { readonly sequence: number; readonly completion: BarrierCompletion }[] = [];
  #confirmed: { readonly zxid: Zxid; readonly completion: BarrierCompletion }[] = [];
  #sequence = 0;

  /** @returns the sequence number to ask the leader with */
  add(completion: BarrierCompletion): number {
    this.#sequence += 1;
    this.#asked.push({ sequence: this.#sequence, completion });
    return this.#sequence;
  }

  /** The round ended: `zxid` covers everything committed before the barrier was asked for. */
  confirm(sequence: number, zxid: Zxid, applied: Zxid): void {
    while (this.#asked.length > 0 && this.#asked[0]!.sequence <= sequence) {
      this.#confirmed.push({ zxid, completion: this.#asked.shift()!.completion });
    }
    this.applied(applied);
  }

  applied(zxid: Zxid): void {
    while (this.#confirmed.length > 0 && this.#confirmed[0]!.zxid <= zxid) {
      this.#confirmed.shift()!.completion.settle(zxid);
    }
  }

  failAll(makeError: () => Error): void {
    const failing = [...this.#confirmed, ...this.#asked];
    this.#confirmed = [];
    this.#asked = [];
    for (const { completion } of failing) completion.fail(makeError());
  }
}
