import { ByteReader, type Clock, QuorateError, type StateMachine, type Zxid } from '@quorate/interfaces';
import type { BarrierCompletion, Completion, PeerLimits } from '../peer-api.js';
import { Barriers } from './barriers.js';
import { Leadership } from './leadership.js';
import type { TailBatch } from './log-tail.js';
import { PendingRequests } from './pending-requests.js';
import type { Prepared } from './proposer.js';
import type { Turn } from './turn.js';

export interface RequestsHost {
  readonly stateMachine: StateMachine;
  committed(): Zxid;
  lastLogged(): Zxid;
  applied(): Zxid;
  /** A learner's request goes to its leader. */
  forward(request: Uint8Array): void;
  propose(batch: TailBatch): void;
  /** Asks for a quorum round, begun now; {@link Requests.barrierDone} follows. */
  askBarrier(sequence: number): void;
  /** The counters of this epoch are used up. */
  stepDown(): void;
  onRelief(): void;
}

function outcomeUnknown(): Error {
  return new QuorateError('OUTCOME_UNKNOWN', 'the role of this server changed; the request may or may not take effect');
}

/** Requests from submission to completion: prepared here while this server leads, forwarded while it learns. */
export class Requests {
  readonly #clock: Clock;
  readonly #turn: Turn;
  readonly #limits: PeerLimits;
  readonly #host: RequestsHost;
  readonly #pending = new PendingRequests();
  readonly #barriers = new Barriers();
  readonly #reader = new ByteReader();
  #leadership: Leadership | undefined;
  /** The newest stamp of earlier leaderships of this process: stamps never decrease. */
  #stamp = 0;
  #proposals = 0;
  #congested = false;
  #confirming = false;

  constructor(clock: Clock, turn: Turn, limits: PeerLimits, host: RequestsHost) {
    this.#clock = clock;
    this.#turn = turn;
    this.#limits = limits;
    this.#host = host;
  }

  /** Txns proposed since the process began. */
  get proposals(): number {
    return this.#proposals + (this.#leadership?.proposals ?? 0);
  }

  /** Zxid of the newest prepared txn. */
  get lastPrepared(): Zxid {
    return this.#leadership!.last;
  }

  get congested(): boolean {
    const { outstandingBytes, outstandingRequests } = this.#limits;
    const proposed = this.#leadership?.outstandingBytes ?? 0;
    if (proposed > outstandingBytes || this.#pending.size > outstandingRequests) this.#congested = true;
    return this.#congested;
  }

  /** This server serves as leader of `epoch` from here on. */
  lead(epoch: number): void {
    if (this.#leadership !== undefined) return;
    this.#leadership = new Leadership(this.#clock, this.#turn, epoch, this.#host.lastLogged(), this.#stamp, this.#host);
  }

  /** The role is over: nobody knows what becomes of what was under way. */
  endRole(): void {
    if (this.#leadership !== undefined) {
      this.#leadership.end();
      this.#stamp = this.#leadership.time;
      this.#proposals += this.#leadership.proposals;
      this.#leadership = undefined;
    }
    this.#congested = false;
    this.#pending.failAll(outcomeUnknown);
    this.#barriers.failAll(outcomeUnknown);
  }

  submit(request: Uint8Array, completion: Completion): void {
    this.#pending.push(completion);
    if (this.#leadership === undefined) {
      this.#host.forward(request);
      return;
    }
    const prepared = this.prepare(this.#reader.reset(request));
    if (prepared === 'exhausted') return; // the role has ended, and failed it with all the others
    if (prepared === 'txn') {
      this.#pending.assign(this.lastPrepared);
    } else if ('refusal' in prepared) {
      this.assigned(this.lastPrepared, prepared.refusal);
    } else {
      const { error } = prepared;
      this.#pending.dropNewest();
      completion.fail(new QuorateError('INVARIANT', `prepare failed: ${error.message}`, { cause: error }));
    }
  }

  /** Prepares one request, of this server or of a learner. */
  prepare(request: ByteReader): Prepared {
    const prepared = this.#leadership!.prepare(request);
    if (prepared === 'exhausted') this.#host.stepDown();
    return prepared;
  }

  /** The oldest request without a zxid got one, or was refused, or failed. */
  assigned(zxid: Zxid, refusal: Uint8Array | Error | undefined): void {
    if (!this.#pending.assign(zxid, refusal)) throw new QuorateError('REFUSED', 'an answer to no request');
    if (refusal === undefined || this.#confirming) return;
    this.#confirming = true;
    this.#turn.atEnd('prepare', this.#confirmRefusals);
  }

  /**
   * A leader that was deposed and does not know it yet may refuse what another one would take. So a refusal is told when
   * a quorum round begun after it, one for all of a turn, has shown that the leader still led.
   */
  readonly #confirmRefusals = (): void => {
    this.#confirming = false;
    const index = this.#pending.assigned;
    const settle = (): void => {
      this.#pending.confirm(index);
      this.#pending.settleRefusals(this.#host.applied());
    };
    this.#host.askBarrier(this.#barriers.add({ settle, fail: () => {} }));
  };

  /** @returns the sequence number with which the leader is asked */
  barrier(completion: BarrierCompletion): number {
    return this.#barriers.add(completion);
  }

  barrierDone(sequence: number, zxid: Zxid): void {
    this.#barriers.confirm(sequence, zxid, this.#host.applied());
  }

  /** One txn was applied. */
  settle(zxid: Zxid, result: unknown): void {
    this.#pending.applied(zxid, result);
  }

  /** Everything through `zxid` is applied. */
  applied(zxid: Zxid): void {
    this.#leadership?.applied(zxid);
    this.#barriers.applied(zxid);
    if (this.#congested) this.#relieve();
  }

  #relieve(): void {
    const { outstandingBytes, outstandingRequests } = this.#limits;
    const proposed = this.#leadership?.outstandingBytes ?? 0;
    if (proposed * 2 > outstandingBytes || this.#pending.size * 2 > outstandingRequests) return;
    this.#congested = false;
    this.#host.onRelief();
  }
}
