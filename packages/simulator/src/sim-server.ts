import { formatZxid, isQuorateError, type Transport, ZXID_ZERO } from '@quorate/interfaces';
import { type Member, Peer, type PeerCounters, type PeerLimits, type PeerTiming } from '@quorate/zab';
import type { DiskCall } from './disk/crashable-file-system.js';
import type { FileSystemErrorCode } from './disk/file-system-error.js';
import type { SimStorage, StorageHost } from './disk/sim-storage.js';
import type { Ghost, Operation, ServerGhost } from './ghost.js';
import { type Liar, LyingElection } from './network/lying-election.js';
import type { SimNetwork } from './network/sim-network.js';
import { SimTransport } from './network/sim-transport.js';
import { ObservedLog } from './observed-log.js';
import type { Prng } from './prng.js';
import type { Micros, Scheduler } from './scheduler.js';
import { SimProcess } from './sim-process.js';
import { type ClockDrift, VirtualClock } from './virtual-clock.js';
import { LearnerChat } from './workload/learner-chat.js';
import { type MachineWitness, type RegisterMachine, registerMachine } from './workload/register-machine.js';

/** What an ensemble gives each of its servers. */
export interface ServerSettings {
  readonly member: Member;
  readonly members: readonly Member[];
  readonly timing: Partial<PeerTiming>;
  readonly limits: Partial<PeerLimits>;
  readonly snapshot: { readonly every: number; readonly retain: number };
  /** Pieces of 16 KiB that make each snapshot larger. */
  readonly snapshotBallast: number;
  readonly drift: ClockDrift;
  readonly liar: Liar;
  readonly makeStorage: (host: StorageHost) => SimStorage;
}

/** Faults of one machine's disk; change at will. */
export interface DiskFaults {
  /** Every call takes this many times as long. */
  slowness: number;
  /** Chance in 1024 that such a call fails. */
  readonly errors: Map<DiskCall, { readonly code: FileSystemErrorCode; readonly in1024: number }>;
}

const RESTART_MICROS: Micros = 5000;

const COUNTERS = ['elections', 'diffs', 'truncs', 'snaps', 'snapshotsTaken', 'proposals', 'commits', 'syncs'] as const;

/** One machine of a simulated ensemble with the real peer on it: starts, dies, loses power, stops, through many incarnations. */
export class SimServer {
  readonly id: number;
  readonly host: string;
  readonly ghost: ServerGhost;
  readonly faults: DiskFaults = { slowness: 1, errors: new Map() };
  /** Requests that have no outcome yet, and what to do when this server dies with them. */
  readonly open = new Map<Operation, () => void>();
  readonly drift: ClockDrift;
  /** Whoever operates it starts it again whenever it goes down. */
  keepUp = false;
  readonly #settings: ServerSettings;
  readonly #scheduler: Scheduler;
  readonly #network: SimNetwork;
  readonly #world: Ghost;
  readonly #random: Prng;
  readonly #storage: SimStorage;
  readonly #counters: PeerCounters;
  #process: SimProcess | undefined;
  #peer: Peer<RegisterMachine> | undefined;
  #started = false;
  #diskFuse = -1;
  #sawDiskError = false;

  constructor(settings: ServerSettings, scheduler: Scheduler, network: SimNetwork, world: Ghost, random: Prng) {
    this.id = settings.member.id;
    this.host = settings.member.peerAddress.slice(0, settings.member.peerAddress.indexOf(':'));
    this.drift = settings.drift;
    this.#settings = settings;
    this.#scheduler = scheduler;
    this.#network = network;
    this.#world = world;
    this.#random = random;
    this.#counters = {
      elections: 0,
      diffs: 0,
      truncs: 0,
      snaps: 0,
      snapshotsTaken: 0,
      proposals: 0,
      commits: 0,
      syncs: 0,
    };
    this.#storage = settings.makeStorage({
      random: random.fork(),
      later: (call, done) => this.#later(call, done),
      onCall: () => this.#onDiskCall(),
      inject: (call) => this.#inject(call),
    });
    const disk = { base: ZXID_ZERO, zxids: [], last: ZXID_ZERO, durable: ZXID_ZERO, states: [null] };
    this.ghost = {
      id: this.id,
      kind: settings.member.kind,
      incarnation: 0,
      up: false,
      disk,
      status: undefined,
      applied: ZXID_ZERO,
    };
    world.servers.set(this.id, this.ghost);
  }

  get up(): boolean {
    return this.#process?.alive === true;
  }

  get paused(): boolean {
    return this.up && this.#process!.paused;
  }

  /** The live peer once it has started. */
  get peer(): Peer<RegisterMachine> | undefined {
    return this.up && this.#started ? this.#peer : undefined;
  }

  /** Of all incarnations. */
  get counters(): PeerCounters {
    const sum = { ...this.#counters };
    const live = this.#started ? this.#peer?.counters : undefined;
    if (live !== undefined) for (const name of COUNTERS) sum[name] += live[name];
    return sum;
  }

  start(): void {
    if (this.up) return;
    this.#network.setDown(this.host, false);
    const process = new SimProcess(this.host, this.#scheduler, this.#random.fork());
    this.#process = process;
    this.#sawDiskError = false;
    this.ghost.incarnation += 1;
    this.ghost.up = true;
    this.#tell('start');
    process.post(() => this.#boot(process), this.#random.between(100, 20_000));
  }

  #boot(process: SimProcess): void {
    const { members, timing, limits, snapshot } = this.#settings;
    const { log, snapshots } = this.#storage.mount();
    const ghost = this.ghost;
    const chat = new LearnerChat(this.#world, ghost);
    const peer = new Peer<RegisterMachine>(
      {
        id: this.id,
        members,
        timing,
        limits,
        snapshot,
        transport: this.#transport(process),
        log: new ObservedLog(log, this.#world, ghost, () => process.alive),
        snapshots,
        clock: new VirtualClock(process, this.drift, this.#random.fork()),
        stateMachine: registerMachine(this.#witness(process), this.#settings.snapshotBallast),
      },
      {
        onStatus: (status) => {
          if (!process.alive) return;
          this.#world.ask((rule) => rule.status?.(ghost, status));
          ghost.status = status;
          const { role, phase, leader, epoch, lastLogged, committed } = status;
          this.#tell(
            `${role} ${phase}, leader ${leader}, epoch ${epoch}, log ${formatZxid(lastLogged)}, committed ${formatZxid(committed)}`,
          );
        },
        onStateMachine: () => {
          if (process.alive) ghost.applied = peer.stateMachine.lastApplied;
        },
        onHeartbeat: () => chat.heartbeat(peer),
        onLearnerMessage: (from, bytes) => chat.fromLearner(peer, from, bytes),
        onLeaderMessage: (bytes) => chat.fromLeader(bytes),
        onFatal: (error) => this.#onFatal(process, error),
        onNotice: (text) => this.#tell(`notice: ${text}`),
      },
    );
    this.#peer = peer;
    peer.start().then(
      () => {
        if (process.alive) this.#started = true;
      },
      (error: Error) => this.#onFatal(process, error),
    );
  }

  #transport(process: SimProcess): Transport {
    const plain = new SimTransport(this.#network, this.host, process);
    const { liar, members } = this.#settings;
    const elections = new Set(members.map((member) => member.electionAddress));
    return new LyingElection(plain, (address) => elections.has(address), liar, members.length, this.#random.fork());
  }

  #witness(process: SimProcess): MachineWitness {
    return {
      applied: (previous, zxid, crc, txn, digest) => {
        if (process.alive) this.#world.applied(this.ghost, previous, { zxid, crc, txn, digest });
      },
      restored: (zxid, digest) => {
        if (process.alive) this.#world.ask((rule) => rule.restored?.(this.ghost, zxid, digest));
      },
    };
  }

  /** The program ends itself; whoever operates it starts it again, after a disk error by a reboot or not. */
  #onFatal(process: SimProcess, error: Error): void {
    if (!process.alive) return;
    this.#tell(`fatal: ${error.message}`);
    const code = isQuorateError(error) ? error.code : error.name;
    if (!this.#sawDiskError || code === 'INVARIANT') {
      this.#world.violate('NoFatal', `server ${this.id} stopped: ${code}: ${error.message}`);
    }
    this.crash(this.#sawDiskError && this.#random.chance(1, 2) ? 'power' : 'process');
    this.#scheduler.after(this.#random.between(1000, 500_000), null, () => this.start());
  }

  /** `process`: the operating system lives on and closes its connections; `power`: it does not, and un-synced writes are lost. */
  crash(how: 'process' | 'power'): void {
    const process = this.#process;
    if (process === undefined || !process.alive) return;
    this.#tell(`crash (${how})`);
    const peer = this.#started ? this.#peer : undefined;
    if (peer !== undefined) for (const name of COUNTERS) this.#counters[name] += peer.counters[name];
    this.#started = false;
    this.#peer = undefined;
    this.#diskFuse = -1;
    process.kill();
    if (how === 'power') this.#network.setDown(this.host, true);
    this.#network.forget(process, how === 'power' ? 'machine' : 'process');
    this.#storage.crash(how);
    this.ghost.up = false;
    this.ghost.status = undefined;
    for (const lost of [...this.open.values()]) lost();
    if (this.keepUp) this.#scheduler.after(RESTART_MICROS, null, () => this.start());
  }

  /** Ends the program in good order; resolves by itself, in virtual time. */
  stop(): void {
    const process = this.#process;
    const peer = this.peer;
    if (process === undefined || peer === undefined) return;
    this.#tell('stop');
    process.post(() => {
      peer.close().then(
        () => {
          if (process.alive) this.crash('process');
        },
        (error: Error) => this.#onFatal(process, error),
      );
    });
  }

  #tell(what: string): void {
    this.#world.tell?.(`server ${this.id}#${this.ghost.incarnation}: ${what}`);
  }

  pause(): void {
    this.#tell('pause');
    this.#process?.pause();
  }

  resume(): void {
    if (this.paused) this.#tell('resume');
    this.#process?.resume();
  }

  /** Crashes it after some more pieces of its code have run: inside a turn as likely as not. */
  crashAfterSlots(slots: number, how: 'process' | 'power'): void {
    this.#process?.afterSlots(slots, () => this.crash(how));
  }

  /** Crashes it at one of its next disk calls, before that call has any effect. */
  crashAtDiskCall(calls: number): void {
    this.#diskFuse = calls;
  }

  /** Forgets crashes that were prepared and have not happened. */
  disarm(): void {
    this.#process?.afterSlots(-1, () => {});
    this.#diskFuse = -1;
  }

  /** Its disk is replaced by an empty one; only while it is down. */
  wipe(): void {
    this.#storage.replace();
    Object.assign(this.ghost.disk, { base: 0, zxids: [], last: 0, durable: 0, states: [null] });
  }

  /** Runs `call` in the server's own process, as something that came over a socket. */
  post(call: (peer: Peer<RegisterMachine>) => void, delay: Micros): boolean {
    const peer = this.peer;
    if (peer === undefined) return false;
    this.#process!.post(() => call(peer), delay);
    return true;
  }

  #later(call: DiskCall, done: () => void): void {
    const [low, high] = call === 'datasync' || call === 'syncDir' ? [80, 1500] : [5, 120];
    this.#process!.post(done, this.#random.between(low, high) * this.faults.slowness);
  }

  #onDiskCall(): void {
    if (this.#diskFuse < 0) return;
    this.#diskFuse -= 1;
    if (this.#diskFuse < 0) this.crash(this.#random.chance(1, 2) ? 'process' : 'power');
  }

  #inject(call: DiskCall): FileSystemErrorCode | undefined {
    const fault = this.faults.errors.get(call);
    if (fault === undefined || !this.#random.chance(fault.in1024, 1024)) return undefined;
    this.#sawDiskError = true;
    return fault.code;
  }
}
