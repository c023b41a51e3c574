import type { Address, Clock, Millis } from '@quorate/interfaces';
import type { Settings } from './options.js';

/** Which server to try next, and how long to wait before it. */
export class ServerList {
  readonly #servers: Address[];
  readonly #clock: Clock;
  readonly #first: Millis;
  readonly #most: Millis;
  #next = 0;
  #failures = 0;
  #fresh = true;

  constructor(settings: Settings, clock: Clock) {
    this.#servers = [...settings.servers];
    this.#clock = clock;
    this.#first = settings.firstBackoffMs;
    this.#most = settings.mostBackoffMs;
    for (let i = this.#servers.length - 1; i > 0; i--) {
      const j = clock.randomU32() % (i + 1);
      const other = this.#servers[j]!;
      this.#servers[j] = this.#servers[i]!;
      this.#servers[i] = other;
    }
  }

  next(): Address {
    const address = this.#servers[this.#next]!;
    this.#next = (this.#next + 1) % this.#servers.length;
    return address;
  }

  /** How long to wait before the next attempt: nothing before the very first; then at random, with a bound that doubles with each round. */
  delay(): Millis {
    if (this.#fresh) {
      this.#fresh = false;
      return 0;
    }
    const rounds = Math.min(Math.floor(this.#failures / this.#servers.length), 20);
    const bound = Math.min(this.#first * 2 ** rounds, this.#most);
    return (this.#clock.randomU32() / 2 ** 32) * bound;
  }

  failed(): void {
    this.#failures += 1;
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
