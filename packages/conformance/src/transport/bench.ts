import { strict as assert } from 'node:assert';
import { performance } from 'node:perf_hooks';
import type { Address, Connection, Listener, Transport } from '@quorate/interfaces';
import { Side, type Watch } from './side.js';

/** What an adapter's author gives the kit, new for every test. */
export interface TransportSubject {
  readonly transport: Transport;
  /** An address to listen on that no other listener has, for example `127.0.0.1:0`. */
  listenAddress(): Address;
  dispose(): Promise<void> | void;
}

export interface TransportConformanceOptions {
  readonly name: string;
  create(): Promise<TransportSubject>;
  /** How long the kit waits for what must happen before a test fails, in milliseconds; 15,000 by default. */
  readonly patienceMs?: number;
}

/** Both ends of one connection. */
export interface Pair {
  readonly dialled: Side;
  readonly accepted: Side;
}

/** Registers one test: a title that quotes clauses, and a body that runs against a transport of its own. */
export type TransportTest = (title: string, body: (bench: Bench) => Promise<void>) => void;

const DEFAULT_PATIENCE_MS = 15_000;

/** One test's transport, with everything opened on it and every breach of the contract seen so far. */
export class Bench implements Watch {
  readonly transport: Transport;
  readonly #subject: TransportSubject;
  readonly #patienceMs: number;
  readonly #listeners: Listener[] = [];
  readonly #sides: Side[] = [];
  readonly #breaches: string[] = [];
  readonly #waiting = new Set<() => void>();
  /** Calls into the transport that are on the stack. */
  #inside = 0;

  constructor(subject: TransportSubject, patienceMs = DEFAULT_PATIENCE_MS) {
    this.#subject = subject;
    this.transport = subject.transport;
    this.#patienceMs = patienceMs;
  }

  listenAddress(): Address {
    return this.#subject.listenAddress();
  }

  /** Listens on a new address, or the one given; what arrives is left unopened unless `onSide` opens it. */
  async listen(onSide: (side: Side) => void = () => {}, address = this.listenAddress()): Promise<Listener> {
    const listener = await this.transport.listen(address, (connection) => {
      onSide(this.adopt(connection));
      this.changed();
    });
    this.#listeners.push(listener);
    return listener;
  }

  async dial(address: Address): Promise<Side> {
    return this.adopt(await this.transport.dial(address));
  }

  adopt(connection: Connection): Side {
    const side = new Side(connection, this);
    this.#sides.push(side);
    return side;
  }

  /** A new connection through a listener of its own; neither end is opened. */
  async connectUnopened(): Promise<Pair> {
    let accepted: Side | undefined;
    const listener = await this.listen((side) => {
      accepted = side;
    });
    const dialled = await this.dial(listener.address);
    await this.until('the listener to be given the connection', () => accepted !== undefined);
    return { dialled, accepted: accepted as Side };
  }

  async connect(): Promise<Pair> {
    const pair = await this.connectUnopened();
    pair.dialled.open();
    pair.accepted.open();
    return pair;
  }

  /** Resolves once `condition` holds; it is looked at again after every callback of the transport. */
  until(what: string, condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!condition()) return;
        this.#waiting.delete(look);
        clearTimeout(deadline);
        resolve();
      };
      const deadline = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new assert.AssertionError({ message: `waited ${this.#patienceMs} ms in vain for ${what}` }));
      }, this.#patienceMs);
      this.#waiting.add(look);
      look();
    });
  }

  /** Resolves once `condition` holds; it is looked at again in every turn, for what no callback announces. */
  async untilTurn(what: string, condition: () => boolean): Promise<void> {
    const deadline = performance.now() + this.#patienceMs;
    while (!condition()) {
      if (performance.now() > deadline) {
        throw new assert.AssertionError({ message: `waited ${this.#patienceMs} ms in vain for ${what}` });
      }
      await turns(1);
    }
  }

  /** `promise`, or a failure when it takes longer than the kit's patience. */
  async settled<T>(what: string, promise: Promise<T>): Promise<T> {
    let done = false;
    const note = (): void => {
      done = true;
      this.changed();
    };
    promise.then(note, note);
    await this.until(what, () => done);
    return promise;
  }

  async rejects(what: string, promise: Promise<unknown>, code: string): Promise<void> {
    await assert.rejects(this.settled(what, promise), { name: 'QuorateError', code }, `${what} with ${code}`);
  }

  /** Bytes that went round another connection after everything called so far, and a few turns: enough for what must not happen to happen. */
  async elsewhere(): Promise<void> {
    const { dialled, accepted } = await this.connect();
    for (let round = 1; round <= 3; round++) {
      dialled.send(new Uint8Array(1));
      await this.until('a byte to cross another connection', () => accepted.received === round);
      await turns(1);
    }
  }

  /** Runs one call into the transport, during which no callback may begin. */
  call<T>(body: () => T): T {
    this.#inside += 1;
    try {
      return body();
    } finally {
      this.#inside -= 1;
    }
  }

  /** At the beginning of every callback. */
  entered(callback: string): void {
    if (this.#inside > 0) this.breach(`${callback} was called from inside a call on a connection (T-5, T-6, T-7)`);
  }

  breach(what: string): void {
    if (!this.#breaches.includes(what)) this.#breaches.push(what);
  }

  changed(): void {
    for (const look of this.#waiting) look();
  }

  /** Closes everything; each opened end must report its close exactly once, and nothing after it. */
  async finish(): Promise<void> {
    for (const side of this.#sides) {
      side.open();
      side.destroy();
    }
    for (const listener of this.#listeners) await this.settled('a listener to close', listener.close());
    await this.until('every connection to report its close (T-7)', () => this.#sides.every((side) => side.closes > 0));
    await turns(3);
    assert.deepEqual(this.#breaches, [], 'the transport broke its contract');
  }

  /** Whatever happened: leaves nothing behind. */
  async dispose(): Promise<void> {
    for (const side of this.#sides) side.connection.destroy();
    await Promise.allSettled(this.#listeners.map((each) => this.settled('a listener to close', each.close())));
    await this.#subject.dispose();
  }
}

export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
