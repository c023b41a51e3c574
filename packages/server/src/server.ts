import type { Address, Clock, LogStore, SnapshotStore, StateMachineFactory, Transport } from '@quorate/interfaces';
import { type Member, Peer, type PeerListener, type PeerOptions, type PeerStatus } from '@quorate/zab';
import { ServerContext } from './context.js';
import type { Engine, ZNodeTree } from './engine.js';
import { FourLetterWords } from './four-letter-words/four-letter-words.js';
import type { ClientConnection } from './net/client-connection.js';
import { ClientListener } from './net/client-listener.js';
import { ServerObservables } from './observe/server-observables.js';
import { type ServerDescription, serverView } from './server-view.js';
import { type GuardedStateMachine, guardedFactory, SessionGuard } from './sessions/session-guard.js';
import { SessionService } from './sessions/session-service.js';
import { completeSettings, type ServerSettings } from './settings.js';
import { ContainerSweeper } from './sweep/container-sweeper.js';

type GuardedTree = GuardedStateMachine<ZNodeTree>;

export interface CoordinationServerOptions {
  /** 1 … 254, one of the members. */
  readonly id: number;
  /** The ensemble; a single voter makes a standalone server. */
  readonly members: readonly Member[];
  readonly clock: Clock;
  readonly log: LogStore;
  readonly snapshots: SnapshotStore;
  readonly stateMachine: StateMachineFactory<ZNodeTree>;
  /** Carries elections and replication. */
  readonly peerTransport: Transport;
  /** Carries clients. */
  readonly clientTransport: Transport;
  readonly clientAddresses: readonly Address[];
  readonly settings?: Partial<ServerSettings>;
  readonly timing?: PeerOptions<GuardedTree>['timing'];
  readonly limits?: PeerOptions<GuardedTree>['limits'];
  readonly snapshot?: PeerOptions<GuardedTree>['snapshot'];
  /** For `conf`: what only the configuration knows. */
  readonly description?: Partial<ServerDescription>;
  /** Called once when the engine has stopped by itself: its storage failed or an invariant broke. */
  readonly onFatal?: (error: Error) => void;
  /** Something worth a line in a log: a refused peer, a snapshot that failed. */
  readonly onNotice?: (text: string) => void;
  /** Makes the engine; a `Peer` by default. */
  readonly createEngine?: (options: PeerOptions<GuardedTree>, listener: PeerListener) => Engine<GuardedTree>;
}

/** One ZooKeeper-compatible server: engine, sessions, client connections, admin words. */
export class CoordinationServer {
  readonly observables = new ServerObservables();
  readonly #options: CoordinationServerOptions;
  readonly #engine: Engine<GuardedTree>;
  readonly #context: ServerContext;
  readonly #sessions: SessionService;
  readonly #listener: ClientListener;
  readonly #sweeper: ContainerSweeper;
  #started = false;
  #closing: Promise<void> | undefined = undefined;

  constructor(options: CoordinationServerOptions) {
    this.#options = options;
    const { id, members, clock, log, snapshots, peerTransport } = options;
    const settings = completeSettings(options.settings);
    const guard = new SessionGuard();
    const peerOptions: PeerOptions<GuardedTree> = {
      id,
      members,
      transport: peerTransport,
      log,
      snapshots,
      clock,
      stateMachine: guardedFactory(options.stateMachine, guard),
      timing: { tickMs: settings.tickMs, ...options.timing },
      ...(options.limits && { limits: options.limits }),
      ...(options.snapshot && { snapshot: options.snapshot }),
    };
    const create = options.createEngine ?? ((given, listener) => new Peer(given, listener));
    this.#engine = create(peerOptions, this.#peerListener());
    this.#context = new ServerContext({ id, engine: this.#engine, guard, clock, settings });
    this.#sessions = new SessionService(this.#context, {
      onOpened: (session) => this.observables.session('opened', session),
      onClosed: (session) => this.observables.session('closed', session),
      onExpired: (session) => this.observables.session('expired', session),
    });
    this.#sweeper = new ContainerSweeper(this.#context);
    const words = new FourLetterWords(
      serverView(this.#context, this.#sessions, () => this.#listener, members, options.description),
      settings.fourLetterWords,
    );
    this.#listener = new ClientListener(this.#context, this.#sessions, (code) => words.answer(code));
  }

  get status(): PeerStatus {
    return this.#engine.status;
  }

  /** The addresses that clients can dial, ports resolved. */
  get clientAddresses(): readonly Address[] {
    return this.#listener.addresses;
  }

  get connectionCount(): number {
    return this.#listener.count;
  }

  /** For dashboards and tests. */
  get connections(): Iterable<ClientConnection> {
    return this.#listener.connections;
  }

  /** The znodes as this server has applied them; replaced when the leader sends a snapshot. */
  get tree(): ZNodeTree {
    return this.#engine.stateMachine.tree;
  }

  get engine(): Engine<GuardedTree> {
    return this.#engine;
  }

  /**
   * Recovers from disk, opens the peer ports, then the client addresses. Clients are served once there is a leader.
   * @throws QuorateError of the stores and transports; everything is closed then
   */
  async start(): Promise<void> {
    try {
      await this.#engine.start();
      this.#onStateMachine();
      this.#started = true;
      this.#onStatus(this.#engine.status);
      for (const address of this.#options.clientAddresses) {
        await this.#listener.listen(this.#options.clientTransport, address);
      }
    } catch (error) {
      await this.close().catch(() => {});
      throw error;
    }
  }

  /** Ends client connections, then the engine and its stores. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#started = false;
    this.#context.serving = false;
    this.#sweeper.stop();
    this.#sessions.tracker.stop();
    await this.#listener.close();
    await this.#engine.close();
    this.observables.complete();
  }

  #peerListener(): PeerListener {
    return {
      onStatus: (status) => this.#onStatus(status),
      onStateMachine: () => this.#onStateMachine(),
      onLearnerMessage: (from, bytes) => this.#heed(() => this.#sessions.onLearnerMessage(from, bytes)),
      onLeaderMessage: (bytes) => this.#heed(() => this.#sessions.onLeaderMessage(bytes)),
      onHeartbeat: () => this.#sessions.onHeartbeat(),
      onRelief: () => this.#context.relieve(),
      onNotice: (text) => this.#options.onNotice?.(text),
      onFatal: (error) => this.#onFatal(error),
    };
  }

  /** A message that cannot be read is of a server that speaks otherwise: nothing it could want is done. */
  #heed(read: () => void): void {
    try {
      read();
    } catch {
      this.#context.stats.unreadableMessages += 1;
    }
  }

  #onStatus(status: PeerStatus): void {
    if (!this.#started) return;
    const context = this.#context;
    const wasServing = context.serving;
    context.serving = status.serving;
    this.#sessions.onStatus(status);
    this.#sweeper.onStatus(status);
    if (wasServing && !status.serving) this.#listener.closeAll();
    this.observables.status(status);
  }

  #onStateMachine(): void {
    this.#context.tree = this.#engine.stateMachine.tree;
  }

  #onFatal(error: Error): void {
    this.#context.serving = false;
    this.#sweeper.stop();
    this.#sessions.tracker.stop();
    this.#listener.closeAll();
    this.#options.onFatal?.(error);
  }
}
