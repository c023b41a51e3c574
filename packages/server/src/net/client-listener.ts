import type { Address, Connection, Listener, Millis, Timer, Transport } from '@quorate/interfaces';
import type { ServerContext } from '../context.js';
import type { SessionService } from '../sessions/session-service.js';
import { hostOf } from './addresses.js';
import { ClientConnection, type ClientConnectionHost } from './client-connection.js';

/** What a connection that is not wanted hears. */
const SILENCE = { onData: () => {}, onDrain: () => {}, onClose: () => {} };
/** How often idle connections are looked for. */
const IDLE_LOOK_MS = 10_000;

/** All client connections of one server, on any number of addresses. */
export class ClientListener implements ClientConnectionHost {
  readonly context: ServerContext;
  readonly sessions: SessionService;
  readonly #fourLetterWord: (word: number) => string | undefined;
  readonly #listeners: Listener[] = [];
  readonly #connections = new Set<ClientConnection>();
  /** Connections without a session, oldest first, and when their time is over. */
  readonly #greeting = new Map<ClientConnection, Millis>();
  readonly #perHost = new Map<string, number>();
  readonly #greetingTimer: Timer;
  readonly #idleTimer: Timer;
  #idleLookAt: Millis = 0;

  constructor(context: ServerContext, sessions: SessionService, fourLetterWord: (word: number) => string | undefined) {
    this.context = context;
    this.sessions = sessions;
    this.#fourLetterWord = fourLetterWord;
    this.#greetingTimer = context.clock.timer(this.#endSilentOnes);
    this.#idleTimer = context.clock.timer(this.#endIdleOnes);
  }

  get connections(): Iterable<ClientConnection> {
    return this.#connections;
  }

  get count(): number {
    return this.#connections.size;
  }

  /** Addresses really bound. */
  get addresses(): readonly Address[] {
    return this.#listeners.map(({ address }) => address);
  }

  /** @throws QuorateError `ADDRESS_IN_USE`, `BAD_ADDRESS` */
  async listen(transport: Transport, address: Address): Promise<void> {
    this.#listeners.push(await transport.listen(address, this.#accept));
    if (this.#listeners.length > 1) return;
    this.#idleLookAt = this.context.clock.now() + IDLE_LOOK_MS;
    this.#idleTimer.at(this.#idleLookAt);
  }

  fourLetterWord(word: number): string | undefined {
    return this.#fourLetterWord(word);
  }

  readonly #accept = (connection: Connection): void => {
    const { context } = this;
    context.engine.turn.enter();
    const host = hostOf(connection.remote);
    const others = this.#perHost.get(host) ?? 0;
    const limit = context.settings.maxClientConnections;
    if (limit > 0 && others >= limit) {
      context.stats.connectionsRejected += 1;
      connection.open(SILENCE);
      connection.destroy();
      return;
    }
    this.#perHost.set(host, others + 1);
    context.stats.connectionsMade += 1;
    const client = new ClientConnection(this, connection);
    this.#connections.add(client);
    const deadline = context.clock.now() + context.settings.sessionlessTimeoutMs;
    if (this.#greeting.size === 0) this.#greetingTimer.at(deadline);
    this.#greeting.set(client, deadline);
    client.open();
  };

  onEstablished(connection: ClientConnection): void {
    this.#greeting.delete(connection);
  }

  onClosed(connection: ClientConnection): void {
    if (!this.#connections.delete(connection)) return;
    this.#greeting.delete(connection);
    const host = hostOf(connection.remote);
    const left = (this.#perHost.get(host) ?? 1) - 1;
    if (left > 0) this.#perHost.set(host, left);
    else this.#perHost.delete(host);
  }

  /** A connection that never asked for a session has had its time (T27). */
  readonly #endSilentOnes = (): void => {
    const { clock, engine, stats } = this.context;
    engine.turn.enter();
    const now = clock.now();
    for (const [connection, deadline] of this.#greeting) {
      if (deadline > now) {
        this.#greetingTimer.at(deadline);
        return;
      }
      this.#greeting.delete(connection);
      stats.sessionlessExpired += 1;
      connection.finish();
    }
  };

  /** A client that was silent for longer than its session may be has gone, whatever became of the session elsewhere. */
  readonly #endIdleOnes = (): void => {
    const { clock, engine } = this.context;
    engine.turn.enter();
    const now = clock.now();
    const late = now - this.#idleLookAt > IDLE_LOOK_MS;
    this.#idleLookAt = now + IDLE_LOOK_MS;
    this.#idleTimer.at(this.#idleLookAt);
    // After a stall of ours what the clients sent is still to be read.
    if (late) return;
    for (const connection of this.#connections) {
      const silent = now - connection.heardAt;
      if (connection.hasSession && !connection.heldBack && silent > connection.timeoutMs + IDLE_LOOK_MS) {
        connection.finish();
      }
    }
  };

  /** Ends every connection; new ones are still accepted. */
  closeAll(): void {
    for (const connection of [...this.#connections]) connection.finish();
  }

  /** Accepts nothing more and ends every connection. */
  async close(): Promise<void> {
    this.#greetingTimer.cancel();
    this.#idleTimer.cancel();
    const closing = this.#listeners.map((listener) => listener.close());
    this.closeAll();
    await Promise.all(closing);
  }
}
