import {
  ByteReader,
  type Clock,
  type LogStore,
  QuorateError,
  type SnapshotStore,
  type StateMachine,
  type StateMachineFactory,
  type Timer,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';
import { createCore, nextDeadline, startCore, step } from './core/core.js';
import { learnersOf, statusOf } from './core/status.js';
import type { CoreConfig, CoreEvent, CoreState, Effect } from './core/types.js';
import { Applier } from './driver/applier.js';
import { Barriers } from './driver/barriers.js';
import { checkOptions, coreConfig, DEFAULT_LIMITS, DEFAULT_TIMING } from './driver/defaults.js';
import { ElectionLinks } from './driver/election-links.js';
import { LeaderFrames } from './driver/leader-frames.js';
import { LearnerFrames } from './driver/learner-frames.js';
import type { Link } from './driver/link.js';
import { LogDriver } from './driver/log-driver.js';
import { LogTail, type TailBatch } from './driver/log-tail.js';
import { PendingRequests } from './driver/pending-requests.js';
import { BATCH_LIMIT, type Prepared, Proposer } from './driver/proposer.js';
import { recover } from './driver/recovery.js';
import { ReplicationLinks } from './driver/replication-links.js';
import { Replicator } from './driver/replicator.js';
import { SnapshotTaker } from './driver/snapshot-taker.js';
import { SnapshotSender } from './driver/snapshot-transfer.js';
import { Turn } from './driver/turn.js';
import { membershipHash } from './native/membership.js';
import { Frame, frame, writeLeaderMessage, writeLearnerMessage } from './native/messages.js';
import { encodePeerState } from './native/peer-state.js';
import { writeText } from './native/text.js';
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

function outcomeUnknown(): Error {
  return new QuorateError('OUTCOME_UNKNOWN', 'the role of this server changed; the request may or may not take effect');
}

/**
 * A ZAB peer: drives the pure core with a transport, a log, snapshots, a clock and a state machine. The walk of a write:
 * {@link submit} → proposer (prepare) → seal → core (propose) → log and links → acks → core (commit) → applier → completion.
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
  readonly #config: CoreConfig;
  readonly #membership: number;
  readonly #election: ElectionLinks;
  readonly #replication: ReplicationLinks;
  readonly #learnerFrames: LearnerFrames;
  readonly #leaderFrames: LeaderFrames<S>;
  readonly #sender: SnapshotSender;
  readonly #taker: SnapshotTaker;
  readonly #timer: Timer;
  readonly #pending = new PendingRequests();
  readonly #barriers = new Barriers();
  readonly #reader = new ByteReader();
  readonly #events: CoreEvent[] = [];
  /** Proposals of this leader that are not applied yet. */
  #outstanding: { readonly last: Zxid; readonly bytes: number }[] = [];
  #outstandingBytes = 0;
  #state!: CoreState;
  #machine!: S;
  #tail!: LogTail;
  #logDriver!: LogDriver;
  #replicator!: Replicator;
  #applier!: Applier<S>;
  #proposer: Proposer | undefined;
  #stamp = 0;
  #generation = -1;
  #running = false;
  #started = false;
  #closed = false;
  #sealScheduled = false;
  #turnEndScheduled = false;
  #applyScheduled = false;
  #congested = false;
  #proposals = 0;
  #commits = 0;

  /** @throws QuorateError `BAD_CONFIG` */
  constructor(options: PeerOptions<S>, listener: PeerListener = {}) {
    checkOptions(options);
    this.#options = options;
    this.#listener = listener;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#snapshots = options.snapshots;
    this.#factory = options.stateMachine;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#config = coreConfig(
      options.id,
      options.members,
      { ...DEFAULT_TIMING, ...options.timing },
      this.#limits.windowBytes,
    );
    const { clock, transport, members, id } = options;
    this.#membership = membershipHash(members);
    this.turn = new Turn(clock);
    this.turn.onBegin((now) => {
      if (this.#started && now >= nextDeadline(this.#state)) this.#raise({ type: 'tick' });
    });
    this.#timer = clock.timer(() => this.turn.enter());
    this.#election = new ElectionLinks(id, members, this.#membership, transport, clock, this.turn, {
      onNotification: (from, notification) => this.#raise({ type: 'notification', from, notification }),
      onReachable: (peer, reachable) => this.#raise({ type: 'reachable', peer, reachable }),
    });
    this.#replication = new ReplicationLinks(transport, clock, this.turn, this.#limits.frameBytes, {
      onAcceptedFrame: (link, body) => this.#learnerFrames.onFrame(link, body),
      onLeaderFrame: (link, body) => this.#leaderFrames.onFrame(link, body),
      onLinkDrain: (link) => {
        this.#sender.wake(link);
        this.#raise({ type: 'drained', link: link.id });
      },
      onLinkClose: (link) => {
        this.#sender.wake(link);
        this.#raise({ type: 'linkClosed', link: link.id });
      },
    });
    this.#learnerFrames = this.#makeLearnerFrames();
    this.#leaderFrames = this.#makeLeaderFrames();
    this.#sender = new SnapshotSender(options.snapshots);
    const every = options.snapshot?.every ?? SNAPSHOT_EVERY;
    const retain = options.snapshot?.retain ?? SNAPSHOTS_KEPT;
    const peer = this;
    this.#taker = new SnapshotTaker(
      options.snapshots,
      options.log,
      clock,
      { every, retain },
      {
        get stateMachine(): S {
          return peer.#machine;
        },
        onSnapshotStored: (zxid) => this.#raise({ type: 'snapshotStored', zxid }),
        onRetired: (base) => this.#raise({ type: 'retired', base }),
        onSnapshotFailed: (error) => this.#notice(`a snapshot could not be taken: ${error.message}; the log is kept`),
      },
    );
  }

  get status(): PeerStatus {
    return statusOf(this.#state);
  }

  /** Requests are taken. */
  get serving(): boolean {
    return this.#started && this.#state.role.role !== 'looking' && this.#state.role.stage === 'serving';
  }

  get learners(): readonly LearnerStatus[] {
    return learnersOf(this.#state);
  }

  get counters(): Readonly<PeerCounters> {
    return {
      ...this.#state.counters,
      snapshotsTaken: this.#taker.taken,
      proposals: this.#proposals,
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
    const { outstandingBytes, outstandingRequests } = this.#limits;
    if (this.#outstandingBytes > outstandingBytes || this.#pending.size > outstandingRequests) this.#congested = true;
    return this.#congested;
  }

  /** Recovers from disk, opens the peer ports and begins to look for a leader. */
  async start(): Promise<void> {
    const recovered = await recover(
      this.#options.id,
      this.#log,
      {
        onDurable: (token) => {
          this.turn.enter();
          const ticket = this.#logDriver?.durable(token);
          if (ticket !== undefined) this.#raise({ type: 'persisted', ticket });
        },
        onFailure: (error) =>
          this.#fatal(new QuorateError('STORAGE_FAILED', `the log failed: ${error.message}`, { cause: error })),
      },
      this.#snapshots,
      this.#factory,
    );
    const { core, machine, tail } = recovered;
    this.#machine = machine;
    this.#tail = new LogTail(core.applied, this.#limits.tailBytes);
    for (const batch of tail) this.#tail.push(batch);
    this.#logDriver = new LogDriver(this.#log, this.#tail, this.turn);
    this.#replicator = new Replicator(this.#log, this.#tail, (event) => this.#raise(event));
    const peer = this;
    this.#applier = new Applier<S>(
      {
        get stateMachine(): S {
          return peer.#machine;
        },
        tail: this.#tail,
        onApplied: (zxid, result) => this.#onApplied(zxid, result),
      },
      this.#clock,
      core.applied,
    );
    this.#state = createCore(this.#config, core);
    if (!recovered.ownsState) this.#log.putState(encodePeerState(this.#options.id, core.epochs));
    if (this.#options.members.length > 1) {
      const own = this.#options.members.find((member) => member.id === this.#options.id)!;
      await this.#election.listen(own);
      await this.#replication.listen(own);
    }
    this.#listener.onStateMachine?.();
    this.#started = true;
    this.turn.enter();
    this.#execute(startCore(this.#state, this.turn.now));
    this.#raise({ type: 'tick' });
  }

  /** Ends every role, link and store. Pending completions fail. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#stop();
    await this.#election.close();
    await this.#replication.close();
    await this.#taker.idle();
    await this.#leaderFrames.idle();
    await this.#snapshots.close();
    await this.#log.close();
  }

  /**
   * Replicates one request from any role; completions settle in submission order.
   * @param request valid (for the callee) during the call only
   * @param completion may be told inside the call when the request is not accepted
   */
  submit(request: Uint8Array, completion: Completion): void {
    this.turn.enter();
    if (this.#closed || !this.serving) {
      completion.fail(new QuorateError('NOT_SERVING', 'this server has no part in a quorum at the moment'));
      return;
    }
    this.#pending.push(completion);
    const role = this.#state.role;
    if (role.role === 'leading') {
      this.#own(this.#prepare(this.#reader.reset(request)), completion);
    } else if (role.role !== 'looking') {
      const link = this.#replication.get(role.link!)!;
      frame(link.writer(), Frame.request, (out) => out.raw(request));
    }
  }

  /** ZooKeeper's sync, made strict: confirmed by a quorum round begun after the call (zab-spec 6.9). */
  barrier(completion: BarrierCompletion): void {
    this.turn.enter();
    if (this.#closed || !this.serving) {
      completion.fail(new QuorateError('NOT_SERVING', 'this server has no part in a quorum at the moment'));
      return;
    }
    this.#raise({ type: 'barrier', sequence: this.#barriers.add(completion) });
  }

  /** Learner → leader, over the link of the current role; dropped when there is none. Copied. */
  tellLeader(bytes: Uint8Array): void {
    const role = this.#state.role;
    if (role.role === 'looking' || role.role === 'leading' || role.link === null) return;
    const link = this.#replication.get(role.link);
    if (link !== undefined) frame(link.writer(), Frame.learnerMessage, (out) => out.raw(bytes));
  }

  /** Leader → one learner. Copied; dropped when it is not connected. */
  tellLearner(id: ServerId, bytes: Uint8Array): void {
    const role = this.#state.role;
    if (role.role !== 'leading') return;
    const learner = role.learners.find((each) => each.info.id === id && each.stage === 'active');
    const link = learner === undefined ? undefined : this.#replication.get(learner.link);
    if (link !== undefined) frame(link.writer(), Frame.leaderMessage, (out) => out.raw(bytes));
  }

  /** Takes a snapshot now and resolves when it is stored. */
  takeSnapshot(): Promise<void> {
    return this.#taker.take();
  }

  // ---- events in, effects out -------------------------------------------------------------------------------------

  /** Gives the core an event and carries out what it asks for; events raised meanwhile follow in order. */
  #raise(event: CoreEvent): void {
    if (!this.#started || this.#closed) return;
    this.#events.push(event);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        this.#execute(step(this.#state, next, this.turn.enter()));
        if (this.#closed) return;
      }
      this.#timer.at(nextDeadline(this.#state));
    } catch (error) {
      this.#fatal(error as Error);
    } finally {
      this.#running = false;
    }
    if (event.type !== 'turnEnd' && !this.#turnEndScheduled) {
      this.#turnEndScheduled = true;
      this.turn.atEnd('prepare', this.#turnEnd);
    }
  }

  readonly #turnEnd = (): void => {
    this.#turnEndScheduled = false;
    this.#raise({ type: 'turnEnd' });
  };

  #execute(effects: readonly Effect[]): void {
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'notify':
        return this.#election.notify(effect.to, effect.notification);
      case 'dial':
        return this.#dial(effect.peer, effect.at);
      case 'sendToLeader': {
        const link = this.#replication.get(effect.link);
        if (link !== undefined) writeLearnerMessage(link.writer(), effect.message, this.#greeting());
        return;
      }
      case 'sendToLearner': {
        const link = this.#replication.get(effect.link);
        if (link !== undefined) writeLeaderMessage(link.writer(), effect.message);
        return;
      }
      case 'close':
        return this.#refuse(effect.link, effect.reason);
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
      case 'replicate': {
        const link = this.#replication.get(effect.link);
        if (link !== undefined) this.#replicator.run(link, effect);
        return;
      }
      case 'sendSnapshot':
        return this.#sendSnapshot(effect.link, effect.zxid);
      case 'apply':
        this.#applier.allow(effect.zxid);
        return this.#scheduleApply();
      case 'barrierDone':
        return this.#barriers.confirm(effect.sequence, effect.zxid, this.#applier.applied);
      case 'status':
        return this.#onStatus();
    }
  }

  #onStatus(): void {
    if (this.#generation !== this.#state.generation) {
      this.#generation = this.#state.generation;
      this.#endRole();
    }
    const role = this.#state.role;
    if (role.role === 'leading' && role.stage === 'serving' && this.#proposer === undefined) {
      this.#proposer = new Proposer(this.#clock, role.epoch, this.#state.log.last, this.#stamp);
    }
    this.#listener.onStatus?.(this.status);
  }

  #endRole(): void {
    this.#replication.dropAll();
    if (this.#proposer !== undefined) this.#stamp = this.#proposer.time;
    this.#proposer = undefined;
    this.#outstanding = [];
    this.#outstandingBytes = 0;
    this.#congested = false;
    this.#machine.discard(ZXID_ZERO);
    this.#leaderFrames.endRole();
    this.#pending.failAll(outcomeUnknown);
    this.#barriers.failAll(outcomeUnknown);
  }

  #dial(id: ServerId, at: number): void {
    const member = this.#member(id);
    const generation = this.#state.generation;
    if (member === undefined) {
      this.#raise({ type: 'dialFailed', generation });
      return;
    }
    this.#replication.dial(member, at, (link) => {
      this.#raise(
        link === undefined ? { type: 'dialFailed', generation } : { type: 'dialled', link: link.id, generation },
      );
    });
  }

  #member(id: ServerId): Member | undefined {
    return this.#options.members.find((member) => member.id === id);
  }

  #refuse(id: number, reason: string): void {
    const link = this.#replication.get(id);
    if (link === undefined) return;
    frame(link.writer(), Frame.refuse, (out) => writeText(out, reason));
    this.#replication.drop(link, 'end');
    this.#notice(`closed the link from ${link.connection.remote}: ${reason}`);
  }

  // ---- prepare and propose ----------------------------------------------------------------------------------------

  #prepare(request: ByteReader): Prepared {
    const prepared = this.#proposer!.prepare(this.#machine, request);
    if (prepared === 'exhausted') this.#raise({ type: 'stepDown' });
    if (prepared !== 'txn') return prepared;
    if (this.#proposer!.openBytes > BATCH_LIMIT) this.#seal();
    else if (!this.#sealScheduled) {
      this.#sealScheduled = true;
      this.turn.atEnd('prepare', this.#sealTask);
    }
    return prepared;
  }

  #own(prepared: Prepared, completion: Completion): void {
    if (prepared === 'txn') {
      this.#pending.assign(this.#proposer!.last);
    } else if (prepared === 'exhausted') {
      return; // the role has ended and failed it with all the others
    } else if ('refusal' in prepared) {
      this.#pending.assign(this.#proposer!.last, prepared.refusal);
      this.#pending.settleRefusals(this.#applier.applied);
    } else {
      this.#pending.dropNewest();
      completion.fail(
        new QuorateError('INVARIANT', `prepare failed: ${prepared.error.message}`, { cause: prepared.error }),
      );
    }
  }

  readonly #sealTask = (): void => {
    this.#sealScheduled = false;
    this.#seal();
  };

  #seal(): void {
    const proposer = this.#proposer;
    if (proposer === undefined || proposer.openCount === 0) return;
    this.#proposals += proposer.openCount;
    const commit = this.#state.committed;
    const previous = this.#state.log.last;
    const bytes = proposer.seal(commit);
    const last = proposer.last;
    this.#outstanding.push({ last, bytes: bytes.length });
    this.#outstandingBytes += bytes.length;
    this.#logDriver.offer({ previous, last, commit, bytes });
    this.#raise({ type: 'propose', last });
    this.#logDriver.offer(undefined);
  }

  // ---- apply --------------------------------------------------------------------------------------------------------

  #scheduleApply(): void {
    if (this.#applyScheduled) return;
    this.#applyScheduled = true;
    this.turn.atEnd('apply', this.#apply);
  }

  readonly #apply = (): void => {
    this.#applyScheduled = false;
    if (this.#closed) return;
    try {
      const outcome = this.#applier.run();
      if (outcome === 'missing')
        throw new QuorateError('INVARIANT', `the txn after ${this.#applier.applied} is not in memory`);
      if (outcome === 'more') this.#clock.defer(() => this.#scheduleApply());
    } catch (error) {
      this.#fatal(error as Error);
      return;
    }
    const applied = this.#applier.applied;
    while (this.#outstanding.length > 0 && this.#outstanding[0]!.last <= applied) {
      this.#outstandingBytes -= this.#outstanding.shift()!.bytes;
    }
    this.#tail.trim(applied);
    this.#barriers.applied(applied);
    this.#raise({ type: 'applied', zxid: applied });
    if (this.#congested) this.#relieve();
  };

  #onApplied(zxid: Zxid, result: unknown): void {
    this.#commits += 1;
    this.#pending.applied(zxid, result);
    this.#listener.onApplied?.(zxid);
    this.#taker.count();
  }

  #relieve(): void {
    const { outstandingBytes, outstandingRequests } = this.#limits;
    if (this.#outstandingBytes * 2 > outstandingBytes || this.#pending.size * 2 > outstandingRequests) return;
    this.#congested = false;
    this.#listener.onRelief?.();
  }

  // ---- what other peers send ------------------------------------------------------------------------------------------

  #greeting(): { membership: number; identity: string } {
    return { membership: this.#membership, identity: this.#factory.identity };
  }

  #makeLearnerFrames(): LearnerFrames {
    return new LearnerFrames({
      greeting: this.#greeting(),
      raise: (event) => this.#raise(event),
      refuse: (link, reason) => this.#refuse(link, reason),
      servedLearner: (link) => {
        const role = this.#state.role;
        if (role.role !== 'leading' || role.stage !== 'serving') return undefined;
        return role.learners.find((learner) => learner.link === link && learner.stage === 'active')?.info.id;
      },
      prepare: (request) => this.#prepare(request),
      lastPrepared: () => this.#proposer!.last,
      onLearnerMessage: (from, bytes) => this.#listener.onLearnerMessage?.(from, bytes),
    });
  }

  #makeLeaderFrames(): LeaderFrames<S> {
    const host = {
      raise: (event: CoreEvent): void => this.#raise(event),
      offer: (batch: TailBatch | undefined): void => this.#logDriver.offer(batch),
      assigned: (zxid: Zxid, refusal: Uint8Array | Error | undefined): void => {
        if (!this.#pending.assign(zxid, refusal)) throw new QuorateError('REFUSED', 'an answer to no request');
        if (refusal !== undefined) this.#pending.settleRefusals(this.#applier.applied);
      },
      expectsSnapshot: (): boolean => this.#state.role.role !== 'looking' && this.#state.role.stage === 'snapshot',
      giveUp: (link: Link, reason: string): void => {
        this.#notice(reason);
        this.#replication.drop(link, 'destroy');
        this.#raise({ type: 'linkClosed', link: link.id });
      },
      onHeartbeat: (): void => this.#listener.onHeartbeat?.(),
      onLeaderMessage: (bytes: Uint8Array): void => this.#listener.onLeaderMessage?.(bytes),
      notice: (text: string): void => this.#notice(text),
    };
    return new LeaderFrames(host, this.#snapshots, this.#factory, this.turn);
  }

  /** The core's `reset`: history and state are the received snapshot from here on. */
  #takeOver(zxid: Zxid): void {
    this.#machine = this.#leaderFrames.takeReceived();
    this.#logDriver.reset(zxid);
    this.#applier.restart(zxid);
    this.#listener.onStateMachine?.();
  }

  #sendSnapshot(id: number, zxid: Zxid): void {
    const link = this.#replication.get(id);
    if (link === undefined) return;
    this.#sender.send(link, zxid).then((whole) => {
      this.turn.enter();
      this.#raise(whole ? { type: 'snapshotSent', link: id, zxid } : { type: 'compacted', link: id });
    });
  }

  // ---- the end ----------------------------------------------------------------------------------------------------------

  #notice(text: string): void {
    this.#listener.onNotice?.(text);
  }

  #stop(): void {
    this.#closed = true;
    this.#timer.cancel();
    if (this.#started) this.#endRole();
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
