import { type Client, type ClientOptions, connect } from '@quorate/client';
import { systemClock } from '@quorate/clock-system';
import { type Address, type Clock, QuorateError } from '@quorate/interfaces';
import type { ServerSettings } from '@quorate/server';
import { type MemoryStorage, memoryStorage } from '@quorate/store-memory';
import { type MemoryNetwork, memoryNetwork } from '@quorate/transport-memory';
import { tcp } from '@quorate/transport-tcp';
import type { PeerOptions, PeerTiming } from '@quorate/zab';
import type { Binding } from './bind.js';
import { type CreateServerOptions, createServer } from './create-server.js';
import type { EnsembleMember } from './ensemble.js';
import type { QuorateServer } from './quorate-server.js';
import { SeverableTransport } from './severable-transport.js';
import { transportsByScheme } from './transports-by-scheme.js';

export interface TestEnsembleOptions extends Pick<CreateServerOptions, 'nodeTypes' | 'childTypes' | 'znodes'> {
  /** Servers that vote; 3 unless given. One stands alone. */
  readonly servers?: number;
  /** Servers that do not, with the ids behind the voters'; none unless given. */
  readonly observers?: number;
  /** The only kind there is: it outlives {@link TestEnsemble.kill}, not the process. */
  readonly storage?: 'memory';
  /** A tick of 500 ms unless given: sessions of 1 to 10 s, and a silent server is given up after 2.5 s. */
  readonly timing?: Partial<PeerTiming>;
  readonly settings?: Partial<ServerSettings>;
  readonly snapshot?: NonNullable<PeerOptions<never>['snapshot']>;
  /** Listens at a port of this machine too, for clients of other processes: see {@link TestEnsemble.connectString}. */
  readonly listenTcp?: boolean;
  /** How long {@link startTestEnsemble} and the waits of an ensemble may take, in milliseconds; 10,000 unless given. */
  readonly patienceMs?: number;
  /** Replaces parts of every server. */
  readonly bindings?: readonly Binding[];
}

interface Machine {
  readonly id: number;
  readonly memoryAddress: Address;
  /** Where it listened last; asked for again after a restart. */
  tcpAddress: Address | undefined;
  storage: MemoryStorage;
  transport: SeverableTransport;
  server: QuorateServer | undefined;
}

const TICK_MS = 500;
const ANY_PORT = 'tcp://127.0.0.1:0';

function membersOf(servers: number, observers: number): readonly EnsembleMember[] {
  return Array.from({ length: servers + observers }, (_, index) => ({
    id: index + 1,
    kind: index < servers ? 'voter' : 'observer',
    peerAddress: `server-${index + 1}:2888`,
    electionAddress: `server-${index + 1}:3888`,
    clientAddresses: [`server-${index + 1}:2181`],
  }));
}

/** Several servers in this process, on a network and disks in memory; servers can be killed and started again. */
export class TestEnsemble implements AsyncDisposable {
  readonly #options: TestEnsembleOptions;
  readonly #patienceMs: number;
  readonly #clock: Clock = systemClock();
  readonly #network: MemoryNetwork = memoryNetwork();
  readonly #members: readonly EnsembleMember[];
  readonly #machines: readonly Machine[];
  readonly #clients = new Set<Client>();
  #closing: Promise<void> | undefined = undefined;

  private constructor(options: TestEnsembleOptions) {
    this.#options = options;
    this.#patienceMs = options.patienceMs ?? 10_000;
    this.#members = membersOf(options.servers ?? 3, options.observers ?? 0);
    this.#machines = this.#members.map(({ id }) => ({
      id,
      memoryAddress: `server-${id}:2181`,
      tcpAddress: options.listenTcp ? ANY_PORT : undefined,
      storage: memoryStorage(),
      transport: this.#plug(id),
      server: undefined,
    }));
  }

  /** Use {@link startTestEnsemble}. */
  static async start(options: TestEnsembleOptions): Promise<TestEnsemble> {
    const ensemble = new TestEnsemble(options);
    try {
      const boots = await Promise.allSettled(ensemble.#machines.map((machine) => ensemble.#boot(machine)));
      for (const boot of boots) if (boot.status === 'rejected') throw boot.reason;
      await ensemble.serving();
      return ensemble;
    } catch (error) {
      await ensemble.close().catch(() => {});
      throw error;
    }
  }

  /** The ids of all servers, running or not. */
  get ids(): readonly number[] {
    return this.#machines.map(({ id }) => id);
  }

  /** Where clients of this process reach a server, through a transport of {@link network}. */
  address(id: number): Address {
    return this.#machine(id).memoryAddress;
  }

  /** `127.0.0.1:port,…`, where clients of any process reach the ensemble. @throws QuorateError `BAD_CONFIG` without `listenTcp` */
  get connectString(): string {
    if (!this.#options.listenTcp) {
      throw new QuorateError('BAD_CONFIG', 'this ensemble is in memory only: start it with listenTcp: true');
    }
    return this.#machines.map(({ tcpAddress }) => tcpAddress?.slice('tcp://'.length)).join(',');
  }

  /** The network that servers and clients of this process are on. */
  get network(): MemoryNetwork {
    return this.#network;
  }

  /** A server that runs. @throws QuorateError `BAD_CONFIG` when there is none with this id, or it was killed */
  server(id: number): QuorateServer {
    const { server } = this.#machine(id);
    if (server === undefined) {
      throw new QuorateError('BAD_CONFIG', `server ${id} does not run: restart(${id}) starts it again`);
    }
    return server;
  }

  /** A client whose session is open. It is closed with the ensemble. @param options over the ensemble's own servers and network */
  async connect(options: Partial<ClientOptions> = {}): Promise<Client> {
    const client = connect({
      servers: this.#machines.map(({ memoryAddress }) => memoryAddress),
      transport: this.#network.transport('client'),
      clock: this.#clock,
      ...options,
    });
    this.#clients.add(client);
    await this.#inTime('a client to connect', client.connected());
    return client;
  }

  /** Waits for a server that leads and serves. @returns its id */
  async leader(): Promise<number> {
    const servers = this.#running().map(({ server }) => server!);
    const leads = ({ status }: QuorateServer): boolean => status.role === 'leading' && status.serving;
    const subscriptions: { unsubscribe(): void }[] = [];
    const found = new Promise<number>((resolve) => {
      for (const server of servers) {
        const look = (): void => {
          if (leads(server)) resolve(server.id);
        };
        subscriptions.push(server.observables.status$.subscribe(look));
      }
    });
    try {
      return await this.#inTime('a leader', found);
    } finally {
      for (const subscription of subscriptions) subscription.unsubscribe();
    }
  }

  /** Waits until all servers that run serve clients. */
  async serving(): Promise<void> {
    await this.#inTime('all servers to serve', Promise.all(this.#running().map(({ server }) => server!.serving())));
  }

  /**
   * Ends a server as a power failure would: from one moment to the next nothing leaves it, and its disk keeps what was
   * durable. The others find out by themselves.
   */
  async kill(id: number): Promise<void> {
    const machine = this.#machine(id);
    const server = this.server(id);
    machine.server = undefined;
    const severed = machine.transport.sever();
    machine.storage = machine.storage.reopen();
    await severed;
    await server.close().catch(() => {});
  }

  /** Starts a killed server again on its old disk and addresses, and waits until it serves. */
  async restart(id: number): Promise<void> {
    const machine = this.#machine(id);
    if (machine.server !== undefined) await this.kill(id);
    machine.transport = this.#plug(id);
    await this.#boot(machine);
    await this.#inTime(`server ${id} to serve`, this.server(id).serving());
  }

  /** Closes the clients, then the servers. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const closed = Promise.all([...this.#clients].map((client) => client.close()));
    await this.#inTime('the clients to close', closed).catch(() => {});
    await Promise.all(this.#running().map(({ server }) => server!.close()));
  }

  async #boot(machine: Machine): Promise<void> {
    const { id, memoryAddress, tcpAddress, storage, transport } = machine;
    const { timing, settings, snapshot, nodeTypes, childTypes, znodes, bindings } = this.#options;
    const server = await createServer({
      id,
      ensemble: this.#members,
      transport,
      storage,
      clock: this.#clock,
      clientAddresses: tcpAddress === undefined ? [memoryAddress] : [memoryAddress, tcpAddress],
      timing: { tickMs: TICK_MS, ...timing },
      settings: { tickMs: timing?.tickMs ?? TICK_MS, maxClientConnections: 0, fourLetterWords: ['*'], ...settings },
      ...(snapshot && { snapshot }),
      ...(nodeTypes && { nodeTypes }),
      ...(childTypes && { childTypes }),
      ...(znodes && { znodes }),
      ...(bindings && { bindings }),
    });
    machine.server = server;
    if (tcpAddress !== undefined) machine.tcpAddress = server.clientAddresses[1];
  }

  #plug(id: number): SeverableTransport {
    return new SeverableTransport(transportsByScheme({ tcp: tcp() }, this.#network.transport(`server-${id}`)));
  }

  #running(): readonly Machine[] {
    return this.#machines.filter(({ server }) => server !== undefined);
  }

  #machine(id: number): Machine {
    const machine = this.#machines[id - 1];
    if (machine === undefined) {
      throw new QuorateError('BAD_CONFIG', `there is no server ${id}: this ensemble has ${this.ids.join(', ')}`);
    }
    return machine;
  }

  async #inTime<T>(what: string, promise: Promise<T>): Promise<T> {
    let timeout: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timeout = setTimeout(() => reject(new QuorateError('NOT_SERVING', this.#report(what))), this.#patienceMs);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timeout);
    }
  }

  #report(what: string): string {
    const states = this.#machines.map(({ id, server }) => {
      if (server === undefined) return `${id} does not run`;
      const { role, phase, serving } = server.status;
      return `${id} is ${role} (${phase})${serving ? ' and serves' : ''}`;
    });
    return `waited ${this.#patienceMs} ms in vain for ${what}: ${states.join(', ')}`;
  }
}
