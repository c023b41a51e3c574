import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.js';
import { fourLetter, mntr, srvr } from './four-letter.js';
import { freePorts } from './ports.js';
import { apacheServer, quorateServer, TARGET, type Target } from './server-command.js';
import { waitUntil } from './wait.js';

export interface EnsembleOptions {
  /** Voters; default 3. One voter and no observer make a standalone server. */
  readonly voters?: number;
  /** Observers, with the ids after the voters'. */
  readonly observers?: number;
  /** Whose servers; default {@link TARGET}. */
  readonly target?: Target;
  /** More lines of zoo.cfg, or others for these defaults. */
  readonly config?: Readonly<Record<string, string | number>>;
}

interface Ports {
  readonly client: number;
  readonly peer: number;
  readonly election: number;
}

/** One server of the ensemble: its files, ports and, while it runs, its process. */
interface Server {
  readonly id: number;
  readonly folder: string;
  readonly ports: Ports;
  readonly observer: boolean;
  child: Child | undefined;
}

/** Real server processes on this machine with a temporary folder of their own. Ids are 1 … n. */
export class Ensemble {
  readonly folder: string;
  readonly #target: Target;
  readonly #servers: readonly Server[];
  readonly #settings: ReadonlyMap<string, string>;

  private constructor(
    target: Target,
    folder: string,
    servers: readonly Server[],
    settings: ReadonlyMap<string, string>,
  ) {
    this.folder = folder;
    this.#target = target;
    this.#servers = servers;
    this.#settings = settings;
  }

  /** Writes `zoo.cfg` and `myid` for every server and starts nothing. */
  static async create(options: EnsembleOptions = {}): Promise<Ensemble> {
    const voters = options.voters ?? 3;
    const count = voters + (options.observers ?? 0);
    const folder = mkdtempSync(join(tmpdir(), 'quorate-ensemble-'));
    const ports = await freePorts(count * 3);
    const servers = Array.from({ length: count }, (_, i): Server => {
      const [client, peer, election] = ports.slice(i * 3, i * 3 + 3) as [number, number, number];
      return {
        id: i + 1,
        folder: join(folder, `server-${i + 1}`),
        ports: { client, peer, election },
        observer: i >= voters,
        child: undefined,
      };
    });
    const settings = new Map<string, string>([
      ['tickTime', '1000'],
      ['initLimit', '10'],
      ['syncLimit', '5'],
      ['maxClientCnxns', '0'],
      ['admin.enableServer', 'false'],
      ['4lw.commands.whitelist', '*'],
      ...Object.entries(options.config ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
    ]);
    const ensemble = new Ensemble(options.target ?? TARGET, folder, servers, settings);
    for (const server of servers) ensemble.#writeFiles(server);
    return ensemble;
  }

  /** As {@link create}, then starts every server and waits until all serve. */
  static async start(options: EnsembleOptions = {}): Promise<Ensemble> {
    const ensemble = await Ensemble.create(options);
    try {
      for (const id of ensemble.ids) ensemble.start(id);
      await ensemble.waitForAll();
      return ensemble;
    } catch (error) {
      await ensemble.dispose();
      throw error;
    }
  }

  get ids(): readonly number[] {
    return this.#servers.map(({ id }) => id);
  }

  /** `host:port` of every server's client port, with commas, as clients take it. */
  get hosts(): string {
    return this.#servers.map(({ ports }) => `127.0.0.1:${ports.client}`).join(',');
  }

  /** Client ports in the order of the ids. */
  get clientPorts(): readonly number[] {
    return this.#servers.map(({ ports }) => ports.client);
  }

  clientPort(id: number): number {
    return this.#server(id).ports.client;
  }

  peerPort(id: number): number {
    return this.#server(id).ports.peer;
  }

  pid(id: number): number {
    return this.#server(id).child?.pid ?? -1;
  }

  dataFolder(id: number): string {
    return join(this.#server(id).folder, 'data');
  }

  /** Starts one server's process, on the data that is there. */
  start(id: number): void {
    const server = this.#server(id);
    if (server.child?.alive) throw new Error(`server ${id} is running already (pid ${server.child.pid})`);
    const config = join(server.folder, 'zoo.cfg');
    const { command, args } =
      this.#target === 'apache' ? apacheServer(config, server.folder, this.#settings) : quorateServer(config);
    server.child = new Child(command, args, { cwd: server.folder });
  }

  /** SIGKILL; waits until the process is gone. */
  async kill(id: number): Promise<void> {
    await this.#server(id).child?.end('SIGKILL');
  }

  /** SIGTERM; waits until the process is gone. */
  async stop(id: number): Promise<void> {
    const child = this.#server(id).child;
    child?.signal('SIGCONT');
    await child?.end('SIGTERM');
  }

  pause(id: number): void {
    this.#server(id).child?.signal('SIGSTOP');
  }

  resume(id: number): void {
    this.#server(id).child?.signal('SIGCONT');
  }

  /** Empties the data folder of a server that is not running, `myid` excepted. */
  wipe(id: number): void {
    const server = this.#server(id);
    rmSync(join(server.folder, 'data'), { recursive: true, force: true });
    this.#writeFiles(server);
  }

  fourLetter(id: number, word: string): Promise<string> {
    return fourLetter(this.clientPort(id), word);
  }

  mntr(id: number): Promise<Map<string, string>> {
    return mntr(this.clientPort(id));
  }

  /** Whether the server serves now. */
  async serves(id: number): Promise<boolean> {
    return (await srvr(this.clientPort(id))) !== undefined;
  }

  /** The id of the only server that says it leads now. */
  async leader(): Promise<number | undefined> {
    const modes = await Promise.all(
      this.#servers.map(async ({ id, ports }) => ({ id, state: await srvr(ports.client) })),
    );
    const leaders = modes.filter(({ state }) => state?.mode === 'leader' || state?.mode === 'standalone');
    return leaders.length === 1 ? leaders[0]!.id : undefined;
  }

  /** Waits for a leader. @param not ids that cannot be it, for example the one that was just killed */
  waitForLeader(not: readonly number[] = [], within = 30_000): Promise<number> {
    const look = async () => {
      const id = await this.leader();
      return id !== undefined && !not.includes(id) ? id : undefined;
    };
    return waitUntil('one server leads', look, { within, explain: () => this.report() });
  }

  /** Waits until all of these servers serve (default: every one), and returns the leader's id. */
  async waitForAll(ids: readonly number[] = this.ids, within = 30_000): Promise<number> {
    const look = async () => {
      const serving = await Promise.all(ids.map((id) => this.serves(id)));
      return serving.every((yes) => yes);
    };
    await waitUntil(`servers ${ids.join(', ')} serve`, look, { within, explain: () => this.report() });
    return this.waitForLeader([], within);
  }

  /** Waits until all of these servers have applied the same zxid, and returns it. Nobody may be writing. */
  waitForSameZxid(ids: readonly number[] = this.ids, within = 30_000): Promise<string> {
    const look = async () => {
      const states = await Promise.all(ids.map((id) => srvr(this.clientPort(id))));
      const zxid = states[0]?.zxid;
      return zxid !== undefined && states.every((state) => state?.zxid === zxid) ? zxid : undefined;
    };
    return waitUntil(`servers ${ids.join(', ')} reach one zxid`, look, { within, explain: () => this.report() });
  }

  /** What every server says of itself and the last of what it printed. */
  async report(): Promise<string> {
    const parts = await Promise.all(
      this.#servers.map(async ({ id, child, ports }) => {
        const state = child?.alive ? await fourLetter(ports.client, 'srvr', 500) : '(not running)';
        return `--- server ${id}, client port ${ports.client}\n${state}\n${child?.output.slice(-3_000) ?? '(never started)'}`;
      }),
    );
    return parts.join('\n');
  }

  /** Kills what runs and removes the folder. */
  async dispose(): Promise<void> {
    await Promise.all(this.#servers.map(({ id }) => this.kill(id)));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #server(id: number): Server {
    const server = this.#servers[id - 1];
    if (server === undefined) throw new Error(`there is no server ${id}: ids are 1 to ${this.#servers.length}`);
    return server;
  }

  #writeFiles(server: Server): void {
    const data = join(server.folder, 'data');
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'myid'), `${server.id}\n`);
    const lines = [...this.#settings].map(([key, value]) => `${key}=${value}`);
    lines.push(`dataDir=${data}`, `clientPort=${server.ports.client}`, 'clientPortAddress=127.0.0.1');
    if (server.observer) lines.push('peerType=observer');
    if (this.#servers.length > 1) {
      for (const { id, ports, observer } of this.#servers) {
        lines.push(`server.${id}=127.0.0.1:${ports.peer}:${ports.election}${observer ? ':observer' : ''}`);
      }
    }
    writeFileSync(join(server.folder, 'zoo.cfg'), `${lines.join('\n')}\n`);
  }
}
