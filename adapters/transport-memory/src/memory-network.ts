import {
  type AbortSignalLike,
  type Address,
  type Clock,
  type Connection,
  type Listener,
  type Millis,
  QuorateError,
  type Transport,
} from '@quorate/interfaces';
import { MemoryConnection } from './memory-connection.js';
import { type Scheduler, schedulerOf } from './scheduler.js';

const FIRST_PORT = 40_000;

export interface MemoryNetworkOptions {
  /** How long a connection that has ended waits for the other side to read, in milliseconds. Default 5,000. */
  readonly endTimeoutMs?: Millis;
}

type Accept = (connection: Connection) => void;

class MemoryTransport implements Transport {
  readonly supports = { pause: true };
  readonly #network: MemoryNetwork;
  readonly #host: string;

  constructor(network: MemoryNetwork, host: string) {
    this.#network = network;
    this.#host = host;
  }

  listen(address: Address, onConnection: Accept): Promise<Listener> {
    return this.#network.listen(address, onConnection);
  }

  dial(address: Address, options?: { signal?: AbortSignalLike }): Promise<Connection> {
    return this.#network.dial(this.#host, address, options?.signal);
  }
}

/**
 * A network inside one process. Every transport made of it reaches every other; addresses are `host:port` with any host
 * name, compared as strings. Nothing is delivered inside the call that sent it.
 */
export class MemoryNetwork {
  readonly #scheduler: Scheduler;
  readonly #listeners = new Map<Address, Accept>();
  #nextPort = FIRST_PORT;

  /** @param clock runs deliveries at its `defer` and the time-out of an end at its timers; without one: microtasks and `setTimeout` */
  constructor(clock?: Clock, options: MemoryNetworkOptions = {}) {
    this.#scheduler = schedulerOf(clock, options.endTimeoutMs ?? 5_000);
  }

  /** @param host how connections dialled from here appear to the other side */
  transport(host = 'localhost'): Transport {
    return new MemoryTransport(this, host);
  }

  /** See {@link Transport.listen}. */
  async listen(address: Address, onConnection: Accept): Promise<Listener> {
    const bound = this.#bind(address);
    if (this.#listeners.has(bound)) {
      throw new QuorateError(
        'ADDRESS_IN_USE',
        `cannot listen on ${bound}: another listener of this network has it; close that one or choose another port`,
      );
    }
    this.#listeners.set(bound, onConnection);
    let open = true;
    return {
      address: bound,
      close: async () => {
        if (open) this.#listeners.delete(bound);
        open = false;
      },
    };
  }

  /** See {@link Transport.dial}. */
  dial(host: string, address: Address, signal: AbortSignalLike | undefined): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        signal?.removeEventListener('abort', aborted);
        reject(new QuorateError('ABORTED', `the dial of ${address} was aborted`));
      };
      signal?.addEventListener('abort', aborted, { once: true });
      if (signal?.aborted) aborted();
      this.#scheduler.later(() => {
        if (signal?.aborted) return;
        signal?.removeEventListener('abort', aborted);
        try {
          resolve(this.#connect(host, address));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  #connect(host: string, address: Address): Connection {
    split(address);
    const accept = this.#listeners.get(address);
    if (accept === undefined) {
      throw new QuorateError('CONNECTION_FAILED', `cannot connect to ${address}: nobody listens there in this network`);
    }
    const { dialled, accepted } = MemoryConnection.pair(`${host}:${this.#takePort()}`, address, this.#scheduler);
    accept(accepted);
    return dialled;
  }

  /** The address with port 0 replaced by a free one. */
  #bind(address: Address): Address {
    const { host, port } = split(address);
    if (port !== 0) return address;
    for (;;) {
      const bound = `${host}:${this.#takePort()}`;
      if (!this.#listeners.has(bound)) return bound;
    }
  }

  #takePort(): number {
    const port = this.#nextPort++;
    if (this.#nextPort > 65_535) this.#nextPort = FIRST_PORT;
    return port;
  }
}

function split(address: Address): { readonly host: string; readonly port: number } {
  const match = /^(.+):(\d{1,5})$/.exec(address);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new QuorateError(
      'BAD_ADDRESS',
      `"${address}" is no address of a memory network: expected host:port with a port from 0 to 65535`,
    );
  }
  return { host: match[1]!, port };
}

/** A new network inside this process: `memoryNetwork().transport('server-1')`. */
export function memoryNetwork(clock?: Clock, options?: MemoryNetworkOptions): MemoryNetwork {
  return new MemoryNetwork(clock, options);
}
