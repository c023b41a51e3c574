import type { SimEnsemble } from './ensemble.js';
import type { Prng } from './prng.js';
import type { Micros } from './scheduler.js';
import type { SimServer } from './sim-server.js';

/** How often each kind of fault happened. */
export interface FaultCounts {
  crashes: number;
  powerLosses: number;
  stops: number;
  pauses: number;
  partitions: number;
  resets: number;
  slowLinks: number;
  deafHosts: number;
  diskErrors: number;
  slowDisks: number;
  wipes: number;
  wallJumps: number;
  snapshots: number;
}

type Fault = (nemesis: Nemesis) => void;

const SECOND: Micros = 1_000_000;

/** Faults at random, of a mix that each run draws anew, so that rare combinations get runs of their own. */
export class Nemesis {
  readonly counts: FaultCounts = {
    crashes: 0,
    powerLosses: 0,
    stops: 0,
    pauses: 0,
    partitions: 0,
    resets: 0,
    slowLinks: 0,
    deafHosts: 0,
    diskErrors: 0,
    slowDisks: 0,
    wipes: 0,
    wallJumps: 0,
    snapshots: 0,
  };
  readonly ensemble: SimEnsemble;
  readonly random: Prng;
  readonly #faults: readonly FaultKind[];
  readonly #interval: Micros;
  #running = false;

  constructor(ensemble: SimEnsemble, random: Prng, kinds: readonly FaultKind[] = drawMix(random)) {
    this.ensemble = ensemble;
    this.random = random;
    this.#faults = kinds;
    this.#interval = random.pick([30_000, 150_000, 400_000]);
  }

  start(): void {
    this.#running = true;
    this.#next();
  }

  stop(): void {
    this.#running = false;
  }

  #next(): void {
    this.later(this.random.below(this.#interval * 2), () => {
      if (!this.#running) return;
      if (this.#faults.length > 0) this.#strike(this.random.pick(this.#faults));
      this.#next();
    });
  }

  #strike(kind: FaultKind): void {
    this.ensemble.ghost.tell?.(`fault: ${kind}`);
    FAULTS[kind](this);
  }

  later(delay: Micros, run: () => void): void {
    this.ensemble.scheduler.after(delay, null, run);
  }

  /** Undoes a fault later, unless the run has healed everything by then. */
  undo(within: Micros, run: () => void): void {
    this.later(this.random.below(within), () => {
      if (this.#running) run();
    });
  }

  victim(): SimServer {
    const leader = this.ensemble.leader;
    return leader !== undefined && this.random.chance(1, 3) ? leader : this.random.pick(this.ensemble.servers);
  }

  /** A crash from which it comes back very soon. */
  bounce(server: SimServer): void {
    if (!this.#running || !server.up) return;
    this.counts.crashes += 1;
    server.crash('process');
    this.later(this.random.below(50_000), () => {
      if (this.#running) server.start();
    });
  }

  restart(server: SimServer): void {
    this.undo(2 * SECOND, () => {
      server.start();
      if (this.random.chance(1, 4)) this.spoilStart(server);
    });
  }

  /** Crashes a server somewhere between its start and shortly after it joined, so that every step of that is hit. */
  spoilStart(server: SimServer): void {
    this.counts.crashes += 1;
    if (this.random.chance(1, 2)) server.crashAtDiskCall(this.random.below(80));
    else server.crashAfterSlots(this.random.below(300), this.random.chance(1, 2) ? 'process' : 'power');
    this.undo(SECOND, () => {
      server.disarm();
      server.start();
    });
  }
}

function cut(nemesis: Nemesis, pairs: readonly (readonly [SimServer, SimServer])[], both: boolean): void {
  const { network } = nemesis.ensemble;
  nemesis.counts.partitions += 1;
  for (const [a, b] of pairs) {
    network.link(a.host, b.host).cut = true;
    if (both) network.link(b.host, a.host).cut = true;
    if (nemesis.random.chance(1, 4)) network.sever(a.host, b.host, nemesis.random.chance(1, 2));
  }
  nemesis.undo(3 * SECOND, () => {
    for (const [a, b] of pairs) {
      network.link(a.host, b.host).cut = false;
      network.link(b.host, a.host).cut = false;
    }
  });
}

const pairsOf = (from: readonly SimServer[], to: readonly SimServer[]) =>
  from.flatMap((a) => to.filter((b) => b !== a).map((b) => [a, b] as const));

const FAULTS = {
  crash(nemesis) {
    const server = nemesis.victim();
    if (!server.up) return;
    nemesis.counts.crashes += 1;
    const how = nemesis.random.chance(1, 2) ? 'process' : 'power';
    if (how === 'power') nemesis.counts.powerLosses += 1;
    switch (nemesis.random.below(3)) {
      case 0:
        server.crash(how);
        break;
      case 1:
        server.crashAfterSlots(nemesis.random.below(60), how);
        break;
      default:
        server.crashAtDiskCall(nemesis.random.below(40));
    }
    nemesis.restart(server);
  },
  blackout(nemesis) {
    const { servers } = nemesis.ensemble;
    const count = nemesis.random.between(Math.min(2, servers.length), servers.length);
    for (const server of nemesis.random.shuffled(servers).slice(0, count)) {
      if (server.up) nemesis.counts.powerLosses += 1;
      server.crash('power');
      nemesis.restart(server);
    }
  },
  stop(nemesis) {
    const server = nemesis.victim();
    nemesis.counts.stops += 1;
    server.stop();
    nemesis.restart(server);
  },
  pause(nemesis) {
    const server = nemesis.victim();
    nemesis.counts.pauses += 1;
    server.pause();
    nemesis.undo(2 * SECOND, () => server.resume());
  },
  isolate(nemesis) {
    const server = nemesis.victim();
    const others = nemesis.ensemble.servers;
    const pairs = nemesis.random.chance(1, 2) ? pairsOf([server], others) : pairsOf(others, [server]);
    cut(nemesis, pairs, nemesis.random.chance(1, 2));
  },
  /** The leader can be heard, or can hear, or neither: its proposals stay its own while the others go on. */
  loneLeader(nemesis) {
    const leader = nemesis.ensemble.leader;
    if (leader === undefined) return;
    const others = nemesis.ensemble.servers;
    const both = nemesis.random.chance(1, 3);
    cut(nemesis, nemesis.random.chance(3, 4) ? pairsOf([leader], others) : pairsOf(others, [leader]), both);
    if (nemesis.random.chance(1, 2)) nemesis.later(nemesis.random.below(SECOND), () => nemesis.bounce(leader));
  },
  split(nemesis) {
    const mixed = nemesis.random.shuffled(nemesis.ensemble.servers);
    const at = nemesis.random.below(mixed.length);
    cut(nemesis, pairsOf(mixed.slice(0, at), mixed.slice(at)), nemesis.random.chance(2, 3));
  },
  cutSome(nemesis) {
    const all = pairsOf(nemesis.ensemble.servers, nemesis.ensemble.servers);
    cut(nemesis, nemesis.random.shuffled(all).slice(0, nemesis.random.between(1, 3)), false);
  },
  reset(nemesis) {
    const [a, b] = nemesis.random.shuffled(nemesis.ensemble.servers);
    if (a === undefined || b === undefined) return;
    nemesis.counts.resets += nemesis.ensemble.network.sever(a.host, b.host, nemesis.random.chance(1, 2));
  },
  slowLink(nemesis) {
    const [a, b] = nemesis.random.shuffled(nemesis.ensemble.servers);
    if (a === undefined || b === undefined) return;
    nemesis.counts.slowLinks += 1;
    const link = nemesis.ensemble.network.link(a.host, b.host);
    const cutNow = link.cut;
    Object.assign(link, {
      minDelay: nemesis.random.below(20_000),
      maxDelay: 20_000 + nemesis.random.below(150_000),
      bytesPerMs: nemesis.random.pick([10, 1000, 100_000]),
      cut: cutNow,
    });
    nemesis.undo(4 * SECOND, () => Object.assign(link, { minDelay: 50, maxDelay: 600, bytesPerMs: 100_000 }));
  },
  deafHost(nemesis) {
    const host = nemesis.ensemble.network.host(nemesis.victim().host);
    nemesis.counts.deafHosts += 1;
    host.deaf = true;
    nemesis.undo(2 * SECOND, () => {
      host.deaf = false;
    });
  },
  diskError(nemesis) {
    const { faults } = nemesis.victim();
    const call = nemesis.random.pick([
      'datasync',
      'datasync',
      'write',
      'rename',
      'syncDir',
      'open',
      'truncate',
    ] as const);
    const code = call === 'write' || call === 'open' ? 'ENOSPC' : 'EIO';
    nemesis.counts.diskErrors += 1;
    faults.errors.set(call, { code, in1024: nemesis.random.pick([8, 128, 1024]) });
    nemesis.undo(SECOND, () => faults.errors.delete(call));
  },
  slowDisk(nemesis) {
    const { faults } = nemesis.victim();
    nemesis.counts.slowDisks += 1;
    faults.slowness = nemesis.random.pick([5, 50, 500]);
    nemesis.undo(2 * SECOND, () => {
      faults.slowness = 1;
    });
  },
  wipeObserver(nemesis) {
    const observers = nemesis.ensemble.servers.filter(({ ghost }) => ghost.kind === 'observer');
    if (observers.length === 0) return;
    const server = nemesis.random.pick(observers);
    nemesis.counts.wipes += 1;
    server.crash('power');
    server.wipe();
    nemesis.restart(server);
  },
  wallJump(nemesis) {
    nemesis.counts.wallJumps += 1;
    nemesis.victim().drift.wallMs += nemesis.random.between(-3_600_000, 3_600_000);
  },
  snapshot(nemesis) {
    const asked = nemesis.victim().post((peer) => {
      peer.takeSnapshot().catch(() => {});
    }, 1);
    if (asked) nemesis.counts.snapshots += 1;
  },
} satisfies Record<string, Fault>;

export type FaultKind = keyof typeof FAULTS;
export const FAULT_KINDS = Object.keys(FAULTS) as FaultKind[];

/** Each kind is in or out; now and then only one is in. */
function drawMix(random: Prng): FaultKind[] {
  if (random.chance(1, 8)) return [random.pick(FAULT_KINDS)];
  const mix = FAULT_KINDS.filter(() => random.chance(1, 3));
  return random.chance(1, 3) ? [...mix, 'loneLeader', 'loneLeader'] : mix;
}
