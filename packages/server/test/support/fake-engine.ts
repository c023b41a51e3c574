import { ByteReader, ByteWriter, makeZxid, QuorateError, type StateMachine, type Zxid } from '@quorate/interfaces';
import {
  type BarrierCompletion,
  type Completion,
  type LearnerStatus,
  type PeerListener,
  type PeerStatus,
  Turn,
} from '@quorate/zab';
import type { Engine } from '../../src/engine.js';
import type { VirtualClock } from './virtual-clock.js';

/** An engine that commits when the test says so. */
export class FakeEngine<S extends StateMachine> implements Engine<S> {
  readonly turn: Turn;
  readonly counters = {
    elections: 1,
    diffs: 2,
    truncs: 3,
    snaps: 4,
    snapshotsTaken: 0,
    proposals: 0,
    commits: 0,
    syncs: 0,
  };
  learners: LearnerStatus[] = [];
  congested = false;
  /** Refuses the next request inside `submit`, with these bytes. */
  refusal: Uint8Array | undefined;
  status: PeerStatus;
  /** What was told to the leader, and by the leader to whom. */
  readonly toLeader: Uint8Array[] = [];
  readonly toLearner: { readonly id: number; readonly bytes: Uint8Array }[] = [];
  readonly listener: PeerListener;
  readonly stateMachine: S;
  readonly #clock: VirtualClock;
  #pending: { readonly request: Uint8Array; readonly completion: Completion }[] = [];
  #barriers: BarrierCompletion[] = [];
  #counter = 0;

  constructor(clock: VirtualClock, stateMachine: S, listener: PeerListener, id: number) {
    this.#clock = clock;
    this.turn = new Turn(clock);
    this.stateMachine = stateMachine;
    this.listener = listener;
    const zxid = makeZxid(0, 0);
    this.status = {
      id,
      role: 'looking',
      phase: 'election',
      serving: false,
      leader: undefined,
      epoch: 0,
      lastLogged: zxid,
      committed: zxid,
      lastApplied: zxid,
    };
  }

  async start(): Promise<void> {
    this.listener.onStateMachine?.();
  }

  async close(): Promise<void> {
    this.lose();
  }

  async takeSnapshot(): Promise<void> {}

  get pendingCount(): number {
    return this.#pending.length;
  }

  submit(request: Uint8Array, completion: Completion): void {
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal !== undefined) completion.refuse(this.lastApplied, refusal);
    else if (!this.status.serving) completion.fail(new QuorateError('NOT_SERVING', 'no leader'));
    else this.#pending.push({ request: request.slice(), completion });
  }

  barrier(completion: BarrierCompletion): void {
    this.#barriers.push(completion);
  }

  tellLeader(bytes: Uint8Array): void {
    this.toLeader.push(bytes.slice());
  }

  tellLearner(id: number, bytes: Uint8Array): void {
    this.toLearner.push({ id, bytes: bytes.slice() });
  }

  // What the test makes happen -----------------------------------------------------------------------------------------

  become(role: 'leading' | 'following'): void {
    this.status = {
      ...this.status,
      role,
      phase: 'broadcast',
      serving: true,
      leader: role === 'leading' ? this.status.id : 9,
    };
    this.listener.onStatus?.(this.status);
  }

  /** Loses its quorum: pending requests fail first, as a peer does it. */
  lose(): void {
    const failing = [...this.#pending.map(({ completion }) => completion), ...this.#barriers];
    this.#pending = [];
    this.#barriers = [];
    for (const completion of failing) completion.fail(new QuorateError('OUTCOME_UNKNOWN', 'the leader is lost'));
    this.status = { ...this.status, role: 'looking', phase: 'election', serving: false, leader: undefined };
    this.listener.onStatus?.(this.status);
    this.#clock.endTurn();
  }

  /** Prepares, commits and applies the oldest `count` requests, then ends the turn. */
  commit(count = this.#pending.length): void {
    this.turn.enter();
    for (const { request, completion } of this.#pending.splice(0, count)) this.#one(request, completion);
    this.#clock.endTurn();
  }

  #one(request: Uint8Array, completion: Completion): void {
    const zxid = makeZxid(1, this.#counter + 1);
    const txn = new ByteWriter();
    let refusal: Uint8Array | undefined;
    try {
      const context = { zxid, time: this.#clock.wall(), random: 0 };
      refusal = this.stateMachine.prepare(context, new ByteReader(request), txn);
    } catch (cause) {
      completion.fail(new QuorateError('INVARIANT', 'prepare threw', { cause }));
      return;
    }
    if (refusal !== undefined) {
      completion.refuse(makeZxid(1, this.#counter), refusal);
      return;
    }
    this.#counter += 1;
    completion.settle(zxid, this.stateMachine.apply(zxid, new ByteReader(txn.peek())));
  }

  /** A txn of another server's client. */
  applyForeign(request: Uint8Array): void {
    this.turn.enter();
    this.#one(request, { settle: () => {}, refuse: () => {}, fail: () => {} });
    this.#clock.endTurn();
  }

  /** Confirms the oldest barrier. */
  confirmBarrier(): void {
    this.turn.enter();
    this.#barriers.shift()!.settle(this.lastApplied);
    this.#clock.endTurn();
  }

  relieve(): void {
    this.congested = false;
    this.turn.enter();
    this.listener.onRelief?.();
    this.#clock.endTurn();
  }

  get lastApplied(): Zxid {
    return makeZxid(this.#counter === 0 ? 0 : 1, this.#counter);
  }
}
