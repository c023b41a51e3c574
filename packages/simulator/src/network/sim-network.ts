import type { Address, Connection } from '@quorate/interfaces';
import type { Prng } from '../prng.js';
import type { Micros, Scheduler } from '../scheduler.js';
import type { SimProcess } from '../sim-process.js';
import { FAST_LINK, GIVE_UP_MICROS, type LinkQuality } from './link.js';
import { SimConnection } from './sim-connection.js';

/** Who listens where. */
export interface Binding {
  readonly process: SimProcess;
  readonly onConnection: (connection: Connection) => void;
}

interface Pair {
  readonly hosts: readonly [dialler: string, listener: string];
  readonly ends: readonly [SimConnection, SimConnection];
}

interface HostState {
  down: boolean;
  /** Its system answers no dial for the time being. */
  deaf: boolean;
  nextPort: number;
  readonly bindings: Map<Address, Binding>;
}

/**
 * Hosts joined by links, one per direction, each of a quality of its own. Addresses are `host:port`. A transport belongs
 * to one process: when that dies its listeners vanish and its connections break.
 */
export class SimNetwork {
  readonly scheduler: Scheduler;
  readonly random: Prng;
  readonly #hosts = new Map<string, HostState>();
  readonly #links = new Map<string, LinkQuality>();
  #pairs: Pair[] = [];
  /** Connections made so far. */
  connections = 0;

  constructor(scheduler: Scheduler, random: Prng) {
    this.scheduler = scheduler;
    this.random = random;
  }

  host(name: string): HostState {
    let host = this.#hosts.get(name);
    if (host === undefined) {
      host = { down: false, deaf: false, nextPort: 49152, bindings: new Map() };
      this.#hosts.set(name, host);
    }
    return host;
  }

  /** The path from one host to another; change its fields at will. */
  link(from: string, to: string): LinkQuality {
    const key = `${from}>${to}`;
    let link = this.#links.get(key);
    if (link === undefined) {
      link = { ...FAST_LINK };
      this.#links.set(key, link);
    }
    return link;
  }

  /** Every link fast and whole again, every system answering. */
  heal(): void {
    for (const link of this.#links.values()) Object.assign(link, FAST_LINK);
    for (const host of this.#hosts.values()) host.deaf = false;
  }

  /** Power: a machine that is off answers nothing and tells nobody. */
  setDown(name: string, down: boolean): void {
    this.host(name).down = down;
  }

  blocked(from: string, to: string): boolean {
    return this.host(to).down || this.host(from).down || this.link(from, to).cut;
  }

  /** Breaks the open connections between two hosts; `half` leaves one end unaware until it sends. */
  sever(a: string, b: string, half: boolean): number {
    let count = 0;
    for (const { hosts, ends } of this.#pairs) {
      if (!hosts.includes(a) || !hosts.includes(b)) continue;
      ends[this.random.below(2)]!.sever(half);
      count += 1;
    }
    this.#pairs = this.#pairs.filter(({ ends }) => !ends[0].over || !ends[1].over);
    return count;
  }

  /** For transports: the process behind `host` died; `by` says whether its system lived on to tell the others. */
  forget(process: SimProcess, by: 'process' | 'machine'): void {
    for (const { ends } of this.#pairs) for (const end of ends) if (end.belongsTo(process)) end.abandon(by);
    this.#pairs = this.#pairs.filter(({ ends }) => !ends[0].over || !ends[1].over);
    for (const host of this.#hosts.values()) {
      for (const [address, binding] of host.bindings) if (binding.process === process) host.bindings.delete(address);
    }
  }

  /** For transports: makes the two ends of a connection. */
  connect(from: string, to: string, address: Address, dialler: SimProcess, listener: SimProcess): Pair {
    const port = this.host(from).nextPort++;
    const capacity = this.random.pick([1024, 16_384, 262_144]);
    const random = this.random.fork();
    const end = (process: SimProcess, remote: Address, here: string, there: string): SimConnection =>
      new SimConnection({
        process,
        remote,
        capacity,
        out: { link: this.link(here, there), blocked: () => this.blocked(here, there), random },
        back: this.link(there, here),
      });
    const ends = [end(dialler, address, from, to), end(listener, `${from}:${port}`, to, from)] as const;
    SimConnection.join(ends[0], ends[1]);
    const pair: Pair = { hosts: [from, to], ends };
    if (this.#pairs.length > 64)
      this.#pairs = this.#pairs.filter((known) => !known.ends[0].over || !known.ends[1].over);
    this.#pairs.push(pair);
    this.connections += 1;
    return pair;
  }

  /** How long a dialler's system tries. */
  get dialMicros(): Micros {
    return GIVE_UP_MICROS / 5;
  }
}
