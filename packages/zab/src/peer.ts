import {
  type Clock,
  type LogStore,
  QuorateError,
  type SnapshotStore,
  type StateMachine,
  type StateMachineFactory,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';
import { createCore } from './core/core.js';
import { learnersOf, statusOf } from './core/status.js';
import type { CoreEvent, CoreState, Effect } from './core/types.js';
import { Applier } from './driver/applier.js';
import { CoreRunner } from './driver/core-runner.js';
import { checkOptions, coreConfig, DEFAULT_LIMITS, DEFAULT_TIMING } from './driver/defaults.js';
import { ElectionLinks } from './driver/election-links.js';
import { LogDriver } from './driver/log-driver.js';
import { LogTail, type TailBatch } from './driver/log-tail.js';
import { type Recovered, recover } from './driver/recovery.js';
import { Replication } from './driver/replication.js';
import { Replicator } from './driver/replicator.js';
import { Requests } from './driver/requests.js';
import { SnapshotTaker } from './driver/snapshot-taker.js';
import { Turn } from './driver/turn.js';
import { membershipHash } from './native/membership.js';
import { Frame } from './native/messages.js';
import { encodePeerState } from './native/peer-state.js';
import type {
  BarrierCompletion,
  Completion,
  LearnerStatus,
  Member,
  PeerCounters,
  PeerLimits,
  PeerListener,
  PeerOptions,
  PeerStatus,
  ServerId,
} from './peer-api.js';

const SNAPSHOT_EVERY = 100_000;
const SNAPSHOTS_KEPT = 3;

function notServing(): Error {
  return new QuorateError('NOT_SERVING', 'this server has no part in a quorum at the moment; try another, or again');
}

/**
 * A ZAB peer: drives the pure core with a transport, a log, snapshots, a clock and a state machine. The walk of a write:
 * {@link submit} → leadership (prepare, seal) → core (propose) → links and log → acks → core (commit) → applier → completion.
 */
export class Peer<S extends StateMachine> {
  /** Turns of this process: whoever has sockets of their own beside the peer enters and ends turns through it. */
  readonly turn: Turn;
  readonly #options: PeerOptions<S>;
  readonly #listener: PeerListener;
  readonly #clock: Clock;
  readonly #log: LogStore;
  readonly #snapshots: SnapshotStore;
  readonly #factory: StateMachineFactory<S>;
  readonly #limits: PeerLimits;
  readonly #election: ElectionLinks;
  readonly #replication: Replication<S>;
  readonly #taker: SnapshotTaker;
  readonly #requests: Requests;
  /** Made by recovery, in {@link start}. */
  #machine!: S;
  #tail!: LogTail;
  #core: CoreRunner | undefined;
  #logDriver!: LogDriver;
  #replicator!: Replicator;
  #applier!: Applier;
  #generation = -1;
  #closed = false;
  #commits = 0;

  /** @throws QuorateError `BAD_CONFIG` */
  constructor(options: PeerOptions<S>, listener: PeerListener = {}) {
    checkOptions(options);
    const { clock, transport, members, id } = options;
    this.#options = options;
    this.#listener = listener;
    this.#clock = clock;
    this.#log = options.log;
    this.#snapshots = options.snapshots;
    this.#factory = options.stateMachine;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.turn = new Turn(clock);
    const membership = membershipHash(members);
    this.#election = new ElectionLinks(id, members, membership, transport, clock, this.turn, {
      onNotification: (from, notification) => this.#raise({ type: 'notification', from, notification }),
      onReachable: (peer, reachable) => this.#raise({ type: 'reachable', peer, reachable }),
    });
    this.#replication = this.#makeReplication(membership);
    this.#requests = this.#makeRequests();
    this.#taker = this.#makeSnapshotTaker();
  }

  get status(): PeerStatus {
    return statusOf(this.#state);
  }

  /** Requests are taken. */
  get serving(): boolean {
    if (this.#core === undefined || this.#closed) return false;
    const role = this.#core.state.role;
    return role.role !== 'looking' && role.stage === 'serving';
  }

  get learners(): readonly LearnerStatus[] {
    return learnersOf(this.#state);
  }

  get counters(): Readonly<PeerCounters> {
    return {
      ...this.#state.counters,
      snapshotsTaken: this.#taker.taken,
      proposals: this.#requests.proposals,
      commits: this.#commits,
      syncs: this.#logDriver.syncs,
    };
  }

  /** The live instance; replaced when the leader sends a snapshot (see PeerListener.onStateMachine). */
  get stateMachine(): S {
    return this.#machine;
  }

  /** More would exceed a limit: stop taking requests until `onRelief`. A submit is still accepted. */
  get congested(): boolean {
    return this.#requests.congested;
  }

  /**
   * Recovers from disk, opens the peer ports and begins to look for a leader.
   * @throws QuorateError `CORRUPT_LOG`, `CORRUPT_SNAPSHOT`, `BAD_CONFIG`, `ADDRESS_IN_USE`
   */
  async start(): Promise<void> {
    const { id, members } = this.#options;
    const events = {
      onDurable: (token: number): void => this.#onDurable(token),
      onFailure: (error: Error): void =>
        this.#fatal(new QuorateError('STORAGE_FAILED', `the log failed: ${error.message}`, { cause: error })),
    };
    const recovered = await recover(id, this.#log, events, this.#snapshots, this.#factory);
    if (!recovered.ownsState) this.#log.putState(encodePeerState(id, recovered.core.epochs));
    this.#assemble(recovered);
    this.#listener.onStateMachine?.();
    if (members.length > 1) {
      const own = this.#member(id)!;
      await this.#election.listen(own);
      await this.#replication.listen(own);
    }
    if (!this.#closed) this.#core!.start();
  }

  /** Ends every role, link and store. Pending completions fail. */
  async close(): Promise<void> {
    if (!this.#closed) this.#stop();
    await this.#election.close();
    await this.#replication.close();
    await this.#taker.idle();
    await this.#snapshots.close();
    await this.#log.close();
  }

  /**
   * Replicates one request from any role; completions settle in submission order.
   * @param request valid (for the callee) during the call only
   * @param completion may be told inside the call when the request is not accepted
   */
  submit(request: Uint8Array, completion: Completion): void {
    this.turn.ensure();
    if (!this.serving) {
      completion.fail(notServing());
      return;
    }
    this.#requests.submit(request, completion);
  }

  /**
   * {@link submit} as a promise, for those who have no hot path.
   * @returns what `apply` returned on this server
   * @throws QuorateError `REFUSED` with the refusal as its `cause`, or as {@link Completion.fail} tells
   */
  replicate(request: Uint8Array): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.submit(request, {
        settle: (_zxid, result) => resolve(result),
        refuse: (_zxid, refusal) =>
          reject(new QuorateError('REFUSED', 'the state machine refused the request (see cause)', { cause: refusal })),
        fail: reject,
      });
    });
  }

  /** ZooKeeper's sync, made strict: confirmed by a quorum round begun after the call (zab-spec 6.9). */
  barrier(completion: BarrierCompletion): void {
    this.turn.ensure();
    if (this.serving) this.#raise({ type: 'barrier', sequence: this.#requests.barrier(completion) });
    else completion.fail(notServing());
  }

  /** Learner → leader, over the link of the current role; dropped when there is none. Copied. */
  tellLeader(bytes: Uint8Array): void {
    this.#toLeader(Frame.learnerMessage, bytes);
  }

  /** Leader → one learner. Copied; dropped when it is not connected. */
  tellLearner(id: ServerId, bytes: Uint8Array): void {
    const role = this.#state.role;
    if (role.role !== 'leading') return;
    const learner = role.learners.find((each) => each.info.id === id && each.stage === 'active');
    if (learner !== undefined) this.#replication.raw(learner.link, Frame.leaderMessage, bytes);
  }

  /** Takes a snapshot now and resolves when it is stored. */
  takeSnapshot(): Promise<void> {
    return this.#taker.take();
  }

  // ---- the core and what it asks for --------------------------------------------------------------------------------

  get #state(): CoreState {
    if (this.#core === undefined)
      throw new QuorateError('NOT_SERVING', 'the peer has not started yet: await start() first');
    return this.#core.state;
  }

  #assemble({ core, machine, tail }: Recovered<S>): void {
    const { id, members, timing } = this.#options;
    const peer = this;
    this.#machine = machine;
    this.#tail = new LogTail(core.applied, this.#limits.tailBytes);
    for (const batch of tail) this.#tail.push(batch);
    this.#logDriver = new LogDriver(this.#log, this.#tail, this.turn);
    this.#replicator = new Replicator(this.#log, this.#tail, (event) => this.#raise(event));
    const applierHost = {
      get stateMachine(): S {
        return peer.#machine;
      },
      onApplied: (zxid: Zxid, result: unknown): void => this.#onApplied(zxid, result),
      onSlice: (zxid: Zxid): void => this.#onSlice(zxid),
      fatal: (error: Error): void => this.#fatal(error),
    };
    this.#applier = new Applier(applierHost, this.#tail, this.#clock, this.turn, core.applied);
    const config = coreConfig(id, members, { ...DEFAULT_TIMING, ...timing }, this.#limits.windowBytes);
    this.#core = new CoreRunner(createCore(config, core), this.#clock, this.turn, {
      carryOut: (effect) => this.#carryOut(effect),
      fatal: (error) => this.#fatal(error),
    });
  }

  #raise(event: CoreEvent): void {
    this.#core?.raise(event);
  }

  #onDurable(token: number): void {
    if (this.#core === undefined) return;
    this.turn.enter();
    const ticket = this.#logDriver.durable(token);
    if (ticket !== undefined) this.#raise({ type: 'persisted', ticket });
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'notify':
        return this.#election.notify(effect.to, effect.notification);
      case 'dial':
        return this.#replication.dial(this.#member(effect.peer), effect.at, this.#state.generation);
      case 'sendToLeader':
        return this.#replication.toLeader(effect.link, effect.message);
      case 'sendToLearner':
        return this.#replication.toLearner(effect.link, effect.message);
      case 'close':
        return this.#replication.refuse(effect.link, effect.reason);
      case 'append':
        return this.#logDriver.append(effect.last);
      case 'saveState':
        return this.#log.putState(encodePeerState(this.#options.id, effect.state));
      case 'truncate':
        return this.#logDriver.truncate(effect.zxid);
      case 'reset':
        return this.#takeOver(effect.zxid);
      case 'persist':
        return this.#logDriver.persist(effect.ticket);
      case 'replicate':
        return this.#replication.withLink(effect.link, (link) => this.#replicator.run(link, effect));
      case 'sendSnapshot':
        return this.#replication.sendSnapshot(effect.link, effect.zxid);
      case 'apply':
        return this.#applier.allow(effect.zxid);
      case 'barrierDone':
        return this.#requests.barrierDone(effect.sequence, effect.zxid);
      case 'status':
        return this.#onStatus();
    }
  }

  #member(id: ServerId): Member | undefined {
    return this.#options.members.find((member) => member.id === id);
  }

  #toLeader(type: number, bytes: Uint8Array): void {
    const role = this.#state.role;
    if (role.role === 'looking' || role.role === 'leading' || role.link === null) return;
    this.#replication.raw(role.link, type, bytes);
  }

  #onStatus(): void {
    const state = this.#state;
    if (this.#generation !== state.generation) {
      this.#generation = state.generation;
      this.#endRole();
    }
    const role = state.role;
    if (role.role === 'leading' && role.stage === 'serving') this.#requests.lead(role.epoch);
    this.#listener.onStatus?.(this.status);
  }

  #endRole(): void {
    this.#replication.endRole();
    this.#machine.discard(ZXID_ZERO);
    this.#requests.endRole();
  }

  // ---- requests and apply ------------------------------------------------------------------------------------------

  #makeRequests(): Requests {
    const peer = this;
    return new Requests(this.#clock, this.turn, this.#limits, {
      get stateMachine(): S {
        return peer.#machine;
      },
      committed: () => this.#state.committed,
      lastLogged: () => this.#state.log.last,
      applied: () => this.#applier.applied,
      forward: (request) => this.#toLeader(Frame.request, request),
      propose: (batch) => this.#offer(batch, { type: 'propose', last: batch.last }),
      askBarrier: (sequence) => this.#raise({ type: 'barrier', sequence }),
      stepDown: () => this.#raise({ type: 'stepDown' }),
      onRelief: () => this.#listener.onRelief?.(),
    });
  }

  /** Raises an event about a batch, which the core may decide to append. */
  #offer(batch: TailBatch, event: CoreEvent): void {
    this.#logDriver.offer(batch);
    this.#raise(event);
    this.#logDriver.offer(undefined);
  }

  #onApplied(zxid: Zxid, result: unknown): void {
    this.#commits += 1;
    this.#requests.settle(zxid, result);
    this.#listener.onApplied?.(zxid);
    this.#taker.count();
  }

  #onSlice(applied: Zxid): void {
    this.#tail.trim(applied);
    this.#requests.applied(applied);
    this.#raise({ type: 'applied', zxid: applied });
  }

  #makeSnapshotTaker(): SnapshotTaker {
    const { snapshot } = this.#options;
    const peer = this;
    const sizes = { every: snapshot?.every ?? SNAPSHOT_EVERY, retain: snapshot?.retain ?? SNAPSHOTS_KEPT };
    return new SnapshotTaker(this.#snapshots, this.#log, this.#clock, sizes, {
      get stateMachine(): S {
        return peer.#machine;
      },
      onSnapshotStored: (zxid) => this.#raise({ type: 'snapshotStored', zxid }),
      onRetired: (base) => this.#raise({ type: 'retired', base }),
      onSnapshotFailed: (error) => this.#notice(`a snapshot could not be taken, the log is kept: ${error.message}`),
    });
  }

  // ---- what other peers send -----------------------------------------------------------------------------------------

  #makeReplication(membership: number): Replication<S> {
    const { transport, clock, snapshots, stateMachine: factory } = this.#options;
    const greeting = { membership, identity: factory.identity };
    const { frameBytes } = this.#limits;
    const setup = { transport, clock, turn: this.turn, frameBytes, greeting, snapshots, factory };
    return new Replication(setup, {
      raise: (event) => this.#raise(event),
      servedLearner: (link) => this.#servedLearner(link),
      prepare: (request) => this.#requests.prepare(request),
      lastPrepared: () => this.#requests.lastPrepared,
      onLearnerMessage: (from, bytes) => this.#listener.onLearnerMessage?.(from, bytes),
      offer: (batch, event) => this.#offer(batch, event),
      assigned: (zxid, refusal) => this.#requests.assigned(zxid, refusal),
      expectsSnapshot: () => this.#state.role.role !== 'looking' && this.#state.role.stage === 'snapshot',
      onHeartbeat: () => this.#listener.onHeartbeat?.(),
      onLeaderMessage: (bytes) => this.#listener.onLeaderMessage?.(bytes),
      notice: (text) => this.#notice(text),
    });
  }

  #servedLearner(link: number): ServerId | undefined {
    const role = this.#state.role;
    if (role.role !== 'leading' || role.stage !== 'serving') return undefined;
    return role.learners.find((learner) => learner.link === link && learner.stage === 'active')?.info.id;
  }

  /** The core's `reset`: history and state are the received snapshot from here on. */
  #takeOver(zxid: Zxid): void {
    this.#machine = this.#replication.takeReceived();
    this.#logDriver.reset(zxid);
    this.#applier.restart(zxid);
    this.#listener.onStateMachine?.();
  }

  // ---- the end --------------------------------------------------------------------------------------------------------

  #notice(text: string): void {
    this.#listener.onNotice?.(text);
  }

  #stop(): void {
    this.#closed = true;
    this.#core?.stop();
    this.#applier?.stop();
    if (this.#core !== undefined) this.#endRole();
  }

  /** A broken rule or a failed disk ends this peer: it goes on with nothing it cannot vouch for. */
  #fatal(error: Error): void {
    if (this.#closed) return;
    this.#stop();
    this.#election.close().catch(() => {});
    this.#replication.close().catch(() => {});
    this.#listener.onFatal?.(error);
  }
}
