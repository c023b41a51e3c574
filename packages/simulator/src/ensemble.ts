import type { FileSystem } from '@quorate/interfaces';
import type { Member, PeerLimits, PeerTiming } from '@quorate/zab';
import { FileBackedStorage, ModelStorage } from './disk/sim-storage.js';
import { Ghost } from './ghost.js';
import { allInvariants } from './invariants/all.js';
import type { Liar } from './network/lying-election.js';
import { SimNetwork } from './network/sim-network.js';
import { Prng } from './prng.js';
import { type Micros, Scheduler } from './scheduler.js';
import { SimServer } from './sim-server.js';
import { type ClockDrift, steadyClock } from './virtual-clock.js';

/** What an ensemble is made of; every field has a default. */
export interface EnsembleShape {
  readonly voters: number;
  readonly observers: number;
  readonly timing: Partial<PeerTiming>;
  readonly limits: Partial<PeerLimits>;
  readonly snapshot: { readonly every: number; readonly retain: number };
  /** Pieces of 16 KiB that make each snapshot larger. */
  readonly snapshotBallast: number;
  /** `file`: the real file store; `model`: the contract alone, which is faster and meaner. */
  readonly storage: 'file' | 'model';
  readonly segmentBytes: number;
  readonly preallocateBytes: number;
  /** A faulty layer under the file store. */
  readonly layer: ((base: FileSystem) => FileSystem) | undefined;
  readonly driftOf: (id: number) => ClockDrift;
  /** Of 16 election notifications, how many lie until {@link SimEnsemble.heal}. */
  readonly liesIn16: number;
}

export const DEFAULT_SHAPE: EnsembleShape = {
  voters: 3,
  observers: 0,
  timing: { tickMs: 100, initLimit: 10, syncLimit: 5 },
  limits: {},
  snapshot: { every: 0, retain: 2 },
  snapshotBallast: 0,
  storage: 'file',
  segmentBytes: 64 << 10,
  preallocateBytes: 16 << 10,
  layer: undefined,
  driftOf: () => steadyClock(),
  liesIn16: 0,
};

/** More than this on average is a loop that feeds itself. */
const SLOTS_PER_MS = 100;

/** A whole ensemble of real peers in one process, in virtual time, from one seed. */
export class SimEnsemble {
  readonly random: Prng;
  readonly scheduler = new Scheduler();
  readonly network: SimNetwork;
  readonly ghost = new Ghost();
  readonly servers: readonly SimServer[];
  readonly #liar: Liar;

  constructor(seed: number, shape: Partial<EnsembleShape> = {}) {
    const all: EnsembleShape = { ...DEFAULT_SHAPE, ...shape };
    this.random = new Prng(seed);
    this.network = new SimNetwork(this.scheduler, this.random.fork());
    this.#liar = { active: all.liesIn16 > 0, in16: all.liesIn16 };
    const members = membersOf(all.voters, all.observers);
    this.servers = members.map(
      (member) =>
        new SimServer(
          {
            member,
            members,
            timing: all.timing,
            limits: all.limits,
            snapshot: all.snapshot,
            snapshotBallast: all.snapshotBallast,
            drift: all.driftOf(member.id),
            liar: this.#liar,
            makeStorage: (host) =>
              all.storage === 'model' ? new ModelStorage(host) : new FileBackedStorage(host, all),
          },
          this.scheduler,
          this.network,
          this.ghost,
          this.random.fork(),
        ),
    );
    this.ghost.use(...allInvariants(this.ghost));
  }

  server(id: number): SimServer {
    return this.servers[id - 1]!;
  }

  /** The server that serves as leader of the highest epoch. */
  get leader(): SimServer | undefined {
    let leader: SimServer | undefined;
    for (const server of this.servers) {
      const status = server.ghost.status;
      if (status?.role !== 'leading' || !status.serving) continue;
      if (leader === undefined || status.epoch > leader.ghost.status!.epoch) leader = server;
    }
    return leader;
  }

  startAll(): void {
    for (const server of this.servers) server.start();
  }

  /** Undoes every fault: links, disks, pauses; from now on what goes down is started again. */
  heal(): void {
    this.#liar.active = false;
    this.network.heal();
    for (const server of this.servers) {
      server.faults.slowness = 1;
      server.faults.errors.clear();
      server.disarm();
      server.keepUp = true;
      server.resume();
      server.start();
    }
  }

  /** Goes on for `millis` of virtual time, or until a rule is broken. */
  run(millis: number): Promise<void> {
    return this.until(() => false, millis).then(() => {});
  }

  /** Goes on until `condition` holds, a rule is broken or `millis` have passed. @returns whether the condition holds */
  async until(condition: () => boolean, millis: number): Promise<boolean> {
    const end: Micros = this.scheduler.now + millis * 1000;
    const limit = this.scheduler.slots + SLOTS_PER_MS * millis + 1_000_000;
    const going = (): boolean => {
      if (this.scheduler.slots > limit) this.ghost.violate('NoLivelock', `${limit} slots within ${millis} ms`);
      return this.ghost.violation === undefined && !condition();
    };
    await this.scheduler.runWhile(going, end);
    return this.ghost.violation === undefined && condition();
  }

  /** All servers serve under one leader and have applied the same. */
  get converged(): boolean {
    const leader = this.leader;
    if (leader === undefined) return false;
    const last = this.ghost.lastCommitted;
    return this.servers.every(
      ({ ghost: { status, applied, disk } }) =>
        status?.serving === true && status.leader === leader.id && applied === last && disk.last === last,
    );
  }
}

export function membersOf(voters: number, observers: number): Member[] {
  return Array.from({ length: voters + observers }, (_, i) => ({
    id: i + 1,
    kind: i < voters ? 'voter' : 'observer',
    peerAddress: `s${i + 1}:2888`,
    electionAddress: `s${i + 1}:3888`,
  }));
}
