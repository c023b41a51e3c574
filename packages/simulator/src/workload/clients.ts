import { isQuorateError, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import type { Completion } from '@quorate/zab';
import type { SimEnsemble } from '../ensemble.js';
import type { Operation } from '../ghost.js';
import type { Prng } from '../prng.js';
import type { Micros } from '../scheduler.js';
import { SimProcess } from '../sim-process.js';
import type { SimServer } from '../sim-server.js';
import { encodeRequest, type RegisterRequest } from './register-requests.js';

export interface WorkloadShape {
  readonly clients: number;
  /** Requests that one client has under way at once. */
  readonly depth: number;
  readonly thinkMicros: Micros;
  readonly keys: number;
  readonly maxBallast: number;
}

interface Client {
  readonly id: number;
  server: SimServer;
  sequence: number;
  underWay: number;
  /** When its latest request reaches a server: they travel in order. */
  arrival: Micros;
  /** It will act on its own. */
  due: boolean;
}

/** How long a client waits, at least, after a request that was not answered well. */
const RETRY_MICROS: Micros = 20_000;

/** Clients that write to any server, note every outcome, and now and then ask for a barrier. */
export class Clients {
  readonly #ensemble: SimEnsemble;
  readonly #shape: WorkloadShape;
  readonly #random: Prng;
  readonly #process: SimProcess;
  readonly #clients: Client[];
  /** Those of {@link write}, by server; they never act on their own. */
  readonly #extras = new Map<number, Client>();
  #running = false;
  barriers = 0;

  constructor(ensemble: SimEnsemble, shape: WorkloadShape, random: Prng) {
    this.#ensemble = ensemble;
    this.#shape = shape;
    this.#random = random;
    this.#process = new SimProcess('clients', ensemble.scheduler, random.fork());
    this.#clients = Array.from({ length: shape.clients }, (_, id) => ({
      id,
      server: random.pick(ensemble.servers),
      sequence: 0,
      underWay: 0,
      arrival: 0,
      due: false,
    }));
  }

  start(): void {
    this.#running = true;
    for (const client of this.#clients) this.#think(client);
  }

  /** No new requests; those under way end in their own time. */
  stop(): void {
    this.#running = false;
  }

  /** One write through one server, by a client of its own. */
  write(server: SimServer): Operation {
    let client = this.#extras.get(server.id);
    if (client === undefined) {
      client = { id: 1000 + server.id, server, sequence: 0, underWay: 0, arrival: 0, due: true };
      this.#extras.set(server.id, client);
    }
    client.underWay += 1;
    return this.#submit(client, server);
  }

  #think(client: Client, pause = 1): void {
    if (client.due) return;
    client.due = true;
    this.#process.post(() => {
      client.due = false;
      this.#act(client);
    }, pause + this.#random.below(this.#shape.thinkMicros));
  }

  #act(client: Client): void {
    if (!this.#running) return;
    const random = this.#random;
    if (client.underWay === 0 && random.chance(1, 16)) client.server = this.#anyServer();
    if (random.chance(1, 8)) this.#barrier(random.pick(this.#ensemble.servers));
    for (let i = random.between(1, this.#shape.depth); i > 0 && client.underWay < this.#shape.depth; i--) {
      client.underWay += 1;
      this.#submit(client, client.server);
    }
    if (random.chance(1, 4)) this.#think(client);
  }

  #anyServer(): SimServer {
    const leader = this.#ensemble.leader;
    if (leader !== undefined && this.#random.chance(1, 3)) return leader;
    return this.#random.pick(this.#ensemble.servers);
  }

  #barrier(server: SimServer): void {
    const ghost = this.#ensemble.ghost;
    const ackedBefore = ghost.acked;
    this.barriers += 1;
    server.post(
      (peer) =>
        peer.barrier({
          settle: (zxid) => ghost.ask((rule) => rule.barrierEnded?.(server.ghost, zxid, ackedBefore)),
          fail: () => {},
        }),
      this.#random.between(10, 300),
    );
  }

  #request(client: Client): RegisterRequest {
    const random = this.#random;
    const key = random.below(this.#shape.keys);
    const kind = random.pick(['put', 'add', 'cas'] as const);
    client.sequence += 1;
    return {
      client: client.id,
      sequence: client.sequence,
      kind,
      key,
      value: kind === 'add' ? random.below(100) - 50 : random.u32(),
      version: random.below(8),
      ballast: random.chance(1, 8) ? random.below(this.#shape.maxBallast + 1) : random.below(32),
    };
  }

  #submit(client: Client, server: SimServer): Operation {
    const ghost = this.#ensemble.ghost;
    const operation: Operation = {
      request: this.#request(client),
      server: server.id,
      incarnation: server.ghost.incarnation,
      ackedBefore: ghost.acked,
      outcome: 'pending',
      zxid: ZXID_ZERO,
    };
    ghost.operations.push(operation);
    const bytes = encodeRequest(operation.request);
    const completion = this.#completion(client, server, operation);
    const now = this.#ensemble.scheduler.now;
    client.arrival = Math.max(client.arrival, now + this.#random.between(10, 300));
    const sent = server.post((peer) => {
      peer.submit(bytes, completion);
      // Valid during the call only.
      bytes.fill(0xee);
    }, client.arrival - now);
    if (sent) server.open.set(operation, () => this.#settle(client, server, operation, 'unknown', ZXID_ZERO));
    else this.#settle(client, server, operation, 'failed', ZXID_ZERO);
    return operation;
  }

  #completion(client: Client, server: SimServer, operation: Operation): Completion {
    return {
      settle: (zxid) => this.#settle(client, server, operation, 'ok', zxid),
      refuse: (zxid) => this.#settle(client, server, operation, 'refused', zxid),
      fail: (error) => {
        const code = isQuorateError(error) ? error.code : error.name;
        if (code !== 'NOT_SERVING' && code !== 'OUTCOME_UNKNOWN') {
          this.#ensemble.ghost.violate('Outcome', `a request on server ${server.id} failed: ${code}: ${error.message}`);
        }
        this.#settle(client, server, operation, code === 'NOT_SERVING' ? 'failed' : 'unknown', ZXID_ZERO);
      },
    };
  }

  #settle(client: Client, server: SimServer, operation: Operation, outcome: Operation['outcome'], zxid: Zxid): void {
    const ghost = this.#ensemble.ghost;
    if (operation.outcome !== 'pending') {
      if (operation.incarnation === server.ghost.incarnation && server.up) {
        ghost.violate('Outcome', `a request on server ${server.id} was ${operation.outcome} and then ${outcome}`);
      }
      return;
    }
    operation.outcome = outcome;
    operation.zxid = zxid;
    server.open.delete(operation);
    ghost.settled(operation);
    client.underWay -= 1;
    const well = outcome === 'ok' || outcome === 'refused';
    if (client.due) return;
    if (!well) client.server = this.#anyServer();
    this.#think(client, well ? 1 : RETRY_MICROS);
  }
}
