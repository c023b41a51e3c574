import type { PeerCounters } from '@quorate/zab';
import { type EnsembleShape, SimEnsemble } from './ensemble.js';
import type { Operation, Violation } from './ghost.js';
import { type FaultCounts, type FaultKind, Nemesis } from './nemesis.js';
import { Prng } from './prng.js';
import { type ClockDrift, steadyClock } from './virtual-clock.js';
import { Clients } from './workload/clients.js';

export interface RunOptions {
  /** Overrides what the seed draws. */
  readonly shape?: Partial<EnsembleShape>;
  /** Virtual milliseconds of faults; drawn from the seed unless given. */
  readonly chaosMs?: number;
  /** The kinds of faults; a mix drawn from the seed unless given. */
  readonly faults?: readonly FaultKind[];
  /** Virtual milliseconds that an ensemble without faults may take to converge. */
  readonly healMs?: number;
  /** Told, line by line, what happens: for looking into one seed. */
  readonly tell?: (line: string) => void;
}

export interface Totals extends PeerCounters, FaultCounts {
  acked: number;
  refused: number;
  failed: number;
  unknown: number;
  barriers: number;
  connections: number;
}

export interface Verdict {
  readonly seed: number;
  /** Undefined: every rule held. */
  readonly violation: Violation | undefined;
  readonly totals: Totals;
  /** Equal for two runs that did the same. */
  readonly traceHash: number;
  /** Virtual time of the violation, or of the end. */
  readonly virtualMs: number;
  /** Pieces of code that ran. */
  readonly slots: number;
}

const HEAL_MS = 30_000;
const QUIET_MS = 2000;
/** Acks of what was applied may still be under way. */
const ACK_MS = 200;

/** One run: faults of all kinds under load, then healing, then a power loss of everything, all from one seed. */
export async function runSeed(seed: number, options: RunOptions = {}): Promise<Verdict> {
  const random = new Prng(seed, 0x51);
  const ensemble = new SimEnsemble(seed, { ...drawShape(random), ...options.shape });
  const clients = new Clients(
    ensemble,
    {
      clients: random.between(1, 5),
      depth: random.pick([1, 4, 16]),
      thinkMicros: random.pick([10_000, 60_000, 300_000]),
      keys: random.pick([2, 16, 200]),
      maxBallast: random.pick([100, 2000, 20_000]),
    },
    random.fork(),
  );
  const nemesis = new Nemesis(ensemble, random.fork(), options.faults);
  const tell = options.tell;
  if (tell !== undefined) ensemble.ghost.tell = (what) => tell(`${ensemble.scheduler.now / 1000} ${what}`);
  ensemble.startAll();
  clients.start();
  nemesis.start();
  await ensemble.run(options.chaosMs ?? random.between(1000, 8000));
  nemesis.stop();
  const healMs = options.healMs ?? HEAL_MS;
  await converge(ensemble, clients, healMs);
  if (ensemble.ghost.violation === undefined) {
    for (const server of ensemble.servers) {
      server.keepUp = false;
      server.crash('power');
    }
    await ensemble.run(100);
    await converge(ensemble, clients, healMs);
  }
  return {
    seed,
    violation: ensemble.ghost.violation,
    totals: totalsOf(ensemble, clients, nemesis),
    traceHash: ensemble.scheduler.trace.hash,
    virtualMs: Math.floor(ensemble.scheduler.now / 1000),
    slots: ensemble.scheduler.slots,
  };
}

/** Without faults everything must serve, agree, and take a write on every server. */
async function converge(ensemble: SimEnsemble, clients: Clients, millis: number): Promise<void> {
  const { ghost } = ensemble;
  ghost.tell?.('heal');
  ensemble.heal();
  const settled = (): boolean => ensemble.servers.every((server) => server.open.size === 0);
  clients.stop();
  // What was slow or lost on the way has its effects for a while.
  await ensemble.run(QUIET_MS);
  await ensemble.until(() => ensemble.converged && settled(), millis);
  if (ghost.violation === undefined && ensemble.converged) {
    const last: Operation[] = ensemble.servers.map((server) => clients.write(server));
    await ensemble.until(() => last.every(({ outcome }) => outcome !== 'pending') && ensemble.converged, millis);
    const lost = last.find(({ outcome }) => outcome !== 'ok' && outcome !== 'refused');
    if (lost !== undefined)
      ghost.violate('Outcome', `a write on server ${lost.server} was ${lost.outcome} although everything healed`);
  }
  ghost.ask((rule) => rule.finished?.());
  await ensemble.run(ACK_MS);
  checkLeaks(ensemble);
}

/** NoLeak: with nothing to do, nobody is congested and the leader has every learner's word for everything. */
function checkLeaks({ ghost, leader, servers }: SimEnsemble): void {
  for (const { id, peer } of servers)
    if (peer?.congested) ghost.violate('NoLeak', `server ${id} is congested by nothing`);
  for (const { id, synced, acked } of leader?.peer?.learners ?? []) {
    if (!synced || acked < ghost.lastCommitted) {
      ghost.violate(
        'NoLeak',
        `the leader knows learner ${id} at ${acked} (synced: ${synced}), all are at ${ghost.lastCommitted}`,
      );
    }
  }
}

function drawShape(random: Prng): Partial<EnsembleShape> {
  const voters = random.pick([1, 2, 3, 3, 3, 3, 4, 5]);
  const drifting = random.chance(1, 3);
  const drifts = new Map<number, ClockDrift>();
  for (let id = 1; id <= 8; id++) {
    const drift: ClockDrift = {
      ...steadyClock(),
      rateIn1000: random.between(500, 2000),
      offsetMs: random.below(1_000_000),
    };
    drifts.set(id, drifting ? drift : steadyClock());
  }
  return {
    voters,
    observers: random.pick([0, 0, 1, 2]),
    storage: random.pick(['file', 'model']),
    preallocateBytes: random.pick([0, 4096, 65_536]),
    snapshot: { every: random.pick([0, 10, 50, 300]), retain: random.between(1, 3) },
    snapshotBallast: random.pick([0, 0, 1, 20]),
    limits: {
      tailBytes: random.pick([1000, 30_000, 1 << 20]),
      windowBytes: random.pick([2000, 50_000, 1 << 20]),
      outstandingBytes: random.pick([10_000, 1 << 20]),
      outstandingRequests: random.pick([10, 1000]),
    },
    liesIn16: random.pick([0, 0, 0, 1, 6]),
    driftOf: (id) => drifts.get(id) ?? steadyClock(),
  };
}

function totalsOf(ensemble: SimEnsemble, clients: Clients, nemesis: Nemesis): Totals {
  const totals: Totals = {
    elections: 0,
    diffs: 0,
    truncs: 0,
    snaps: 0,
    snapshotsTaken: 0,
    proposals: 0,
    commits: 0,
    syncs: 0,
    ...nemesis.counts,
    acked: 0,
    refused: 0,
    failed: 0,
    unknown: 0,
    barriers: clients.barriers,
    connections: ensemble.network.connections,
  };
  for (const { counters } of ensemble.servers) addTo(totals, counters);
  for (const { outcome } of ensemble.ghost.operations) {
    if (outcome === 'ok') totals.acked += 1;
    else if (outcome !== 'pending') totals[outcome] += 1;
  }
  return totals;
}

/** Adds every count of `more` to the same one of `sum`. */
export function addTo<T extends object>(sum: T, more: Partial<T>): void {
  for (const key of Object.keys(more) as (keyof T)[]) {
    sum[key] = (Number(sum[key] ?? 0) + Number(more[key])) as T[keyof T];
  }
}

/** Runs seeds and prints those that fail. @returns how many failed */
export async function main(seedFrom: number, count: number, options: RunOptions = {}): Promise<number> {
  let failed = 0;
  let virtualMs = 0;
  const totals = {} as Totals;
  const began = process.hrtime.bigint();
  for (let seed = seedFrom; seed < seedFrom + count; seed++) {
    const verdict = await runSeed(seed, options);
    virtualMs += verdict.virtualMs;
    addTo(totals, verdict.totals);
    if (verdict.violation === undefined) continue;
    failed += 1;
    console.log(
      `seed ${seed}: ${verdict.violation.invariant}: ${verdict.violation.message} (at ${verdict.virtualMs} ms)`,
    );
  }
  const realMs = Number((process.hrtime.bigint() - began) / 1_000_000n);
  console.log(`${count} seeds, ${failed} failed; ${virtualMs} virtual ms in ${realMs} ms`, totals);
  return failed;
}
