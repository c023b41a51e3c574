import { ByteWriter } from '@quorate/interfaces';
import { KIND_BATCH, KIND_RETIRE, KIND_STATE } from './frame.js';

/** These calls become frames of the same kind; {@link CALL_TRUNCATE} and {@link CALL_RESET} a new segment. */
export const CALL_BATCH = KIND_BATCH;
export const CALL_STATE = KIND_STATE;
export const CALL_RETIRE = KIND_RETIRE;
export const CALL_TRUNCATE = 5;
export const CALL_RESET = 6;

const NOTHING = new Uint8Array(0);

/** One call on the store that is not on disk yet. */
export class Call {
  readonly number: number;
  readonly kind: number;
  /** Body of the frame; empty where there is none. */
  readonly body: Uint8Array;
  /** Retire: the oldest segment that counts afterwards. Other kinds: the log's last zxid afterwards. */
  readonly value: number;
  /** The token of the latest sync that asked for everything up to this call; 0 when none did. */
  token = 0;

  constructor(number: number, kind: number, body: Uint8Array, value: number) {
    this.number = number;
    this.kind = kind;
    this.body = body;
    this.value = value;
  }
}

/** Calls in order, from the first one that is not on disk. */
export class CallQueue {
  readonly #calls: Call[] = [];
  #number = 0;

  get length(): number {
    return this.#calls.length;
  }

  /** @returns the call's number */
  add(kind: number, body: Uint8Array | null, value: number): number {
    this.#number += 1;
    this.#calls.push(new Call(this.#number, kind, body ?? NOTHING, value));
    return this.#number;
  }

  /** @param state copied */
  addState(state: Uint8Array): void {
    const body = new Uint8Array(1 + state.length);
    body.set(state, 1);
    this.add(CALL_STATE, body, 0);
  }

  addRetire(oldest: number): void {
    const body = new ByteWriter(8);
    body.long(oldest);
    this.add(CALL_RETIRE, body.take(), oldest);
  }

  at(index: number): Call | undefined {
    return this.#calls[index];
  }

  /** Notes a sync's token at the newest call. @returns false when there is none: all is on disk */
  mark(token: number): boolean {
    const newest = this.#calls.at(-1);
    if (newest === undefined) return false;
    newest.token = token;
    return true;
  }

  /** Removes the first `count` calls. @returns the highest token among them; 0 when there is none */
  take(count: number): number {
    let token = 0;
    for (let i = 0; i < count; i++) token = Math.max(token, this.#calls[i]!.token);
    this.#calls.splice(0, count);
    return token;
  }

  clear(): void {
    this.#calls.length = 0;
  }
}
