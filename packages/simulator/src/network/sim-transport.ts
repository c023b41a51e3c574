import type { AbortSignalLike, Address, Connection, Listener, Transport } from '@quorate/interfaces';
import { QuorateError } from '@quorate/interfaces';
import type { Micros } from '../scheduler.js';
import type { SimProcess } from '../sim-process.js';
import { hostOf } from './address.js';
import { delayOf } from './link.js';
import type { SimNetwork } from './sim-network.js';

/** One dial: open until it is settled in one of three ways. */
interface Attempt {
  readonly from: string;
  readonly to: string;
  readonly address: Address;
  readonly until: Micros;
  settled: boolean;
  readonly succeed: (connection: Connection) => void;
  readonly refuse: (why: string) => void;
}

/** The simulated network as one process on one host uses it. */
export class SimTransport implements Transport {
  readonly supports = { pause: true };
  readonly #network: SimNetwork;
  readonly #host: string;
  readonly #process: SimProcess;

  constructor(network: SimNetwork, host: string, process: SimProcess) {
    this.#network = network;
    this.#host = host;
    this.#process = process;
  }

  listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
    return new Promise((resolve, reject) => {
      if (hostOf(address) !== this.#host) {
        throw new QuorateError('BAD_ADDRESS', `${address} is not an address of host ${this.#host}`);
      }
      const host = this.#network.host(this.#host);
      const bound = address.endsWith(':0') ? `${this.#host}:${host.nextPort++}` : address;
      this.#process.post(() => {
        if (host.bindings.has(bound)) {
          return reject(new QuorateError('ADDRESS_IN_USE', `${bound} is in use: close its listener first`));
        }
        const binding = { process: this.#process, onConnection };
        host.bindings.set(bound, binding);
        resolve({
          address: bound,
          close: () =>
            new Promise<void>((closed) => {
              if (host.bindings.get(bound) === binding) host.bindings.delete(bound);
              this.#process.post(closed);
            }),
        });
      });
    });
  }

  dial(address: Address, options?: { signal?: AbortSignalLike }): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const to = hostOf(address);
      const signal = options?.signal;
      const settle = (act: () => void): void => {
        if (attempt.settled) return;
        attempt.settled = true;
        signal?.removeEventListener('abort', abort);
        act();
      };
      const abort = (): void => settle(() => reject(new QuorateError('ABORTED', `the dial of ${address} was aborted`)));
      const attempt: Attempt = {
        from: this.#host,
        to,
        address,
        until: this.#network.scheduler.now + this.#network.dialMicros,
        settled: false,
        succeed: (connection) => settle(() => resolve(connection)),
        refuse: (why) =>
          settle(() => reject(new QuorateError('CONNECTION_FAILED', `could not connect to ${address}: ${why}`))),
      };
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      this.#knock(attempt);
    });
  }

  /** One attempt to reach the listener; repeated while nothing answers. */
  #knock(attempt: Attempt): void {
    const { from, to } = attempt;
    const { scheduler, random } = this.#network;
    if (attempt.settled) return;
    if (scheduler.now >= attempt.until) return void this.#process.post(() => attempt.refuse('timed out'));
    scheduler.after(delayOf(this.#network.link(from, to), 0, random), null, () => {
      if (this.#network.blocked(from, to) || this.#network.host(to).deaf) {
        scheduler.after(100_000 + random.below(300_000), null, () => this.#knock(attempt));
      } else if (!attempt.settled && this.#process.alive) {
        this.#answer(attempt);
      }
    });
  }

  /** The other side's system answers: with a connection if somebody listens, at once and whatever its process does. */
  #answer(attempt: Attempt): void {
    const { from, to, address } = attempt;
    const { scheduler, random } = this.#network;
    const binding = this.#network.host(to).bindings.get(address);
    const back = delayOf(this.#network.link(to, from), 0, random);
    if (binding === undefined) {
      return void scheduler.after(back, this.#process, () => attempt.refuse('nobody listens there'));
    }
    const { ends } = this.#network.connect(from, to, address, this.#process, binding.process);
    binding.process.post(() => {
      // A listener that closed meanwhile takes its unaccepted connections along.
      if (this.#network.host(to).bindings.get(address) === binding) binding.onConnection(ends[1]);
      else ends[1].destroy();
    });
    const confirm = (): void => {
      // Whoever gave the dial up gets nothing, and the other side hears so.
      if (attempt.settled) return ends[0].destroy();
      if (!this.#network.blocked(to, from)) return attempt.succeed(ends[0]);
      if (scheduler.now >= attempt.until) {
        attempt.refuse('timed out');
        ends[0].destroy();
      } else {
        scheduler.after(100_000 + random.below(300_000), this.#process, confirm);
      }
    };
    scheduler.after(back, this.#process, confirm);
  }
}
