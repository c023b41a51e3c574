import { Clients, type EnsembleShape, type Operation, Prng, SimEnsemble, type SimServer } from '@quorate/simulator';
import { expect } from 'vitest';

/** An ensemble that is told what to do, step by step; every step checks all rules. */
export class Scenario {
  readonly ensemble: SimEnsemble;
  readonly #clients: Clients;

  constructor(shape: Partial<EnsembleShape> = {}, seed = 1) {
    this.ensemble = new SimEnsemble(seed, shape);
    const random = new Prng(seed, 1);
    const load = { clients: 0, depth: 1, thinkMicros: 1000, keys: 8, maxBallast: 100 };
    this.#clients = new Clients(this.ensemble, load, random);
  }

  static async started(shape: Partial<EnsembleShape> = {}, seed = 1): Promise<Scenario> {
    const scenario = new Scenario(shape, seed);
    scenario.ensemble.startAll();
    await scenario.until(() => scenario.ensemble.converged);
    return scenario;
  }

  get leader(): SimServer {
    const leader = this.ensemble.leader;
    if (leader === undefined) throw new Error('nobody leads');
    return leader;
  }

  get followers(): SimServer[] {
    return this.ensemble.servers.filter(({ ghost }) => ghost.status?.role === 'following');
  }

  /** Runs until `condition` holds; fails when a rule is broken or it takes longer than `millis`. */
  async until(condition: () => boolean, millis = 20_000): Promise<void> {
    const holds = await this.ensemble.until(condition, millis);
    expect(this.ensemble.ghost.violation).toBeUndefined();
    expect(holds).toBe(true);
  }

  async run(millis: number): Promise<void> {
    await this.ensemble.run(millis);
    expect(this.ensemble.ghost.violation).toBeUndefined();
  }

  /** Hands in `count` writes; they may stay without an outcome. */
  submit(server: SimServer, count: number): Operation[] {
    return Array.from({ length: count }, () => this.#clients.write(server));
  }

  /** Writes and waits for the outcomes, all of them good. */
  async write(server: SimServer, count: number): Promise<Operation[]> {
    const operations = this.submit(server, count);
    await this.until(() => operations.every(({ outcome }) => outcome !== 'pending'));
    expect(operations.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'refused')).toEqual([]);
    return operations;
  }

  /** Cuts what `server` sends, what it is sent, or both. */
  cut(server: SimServer, which: 'out' | 'in' | 'both'): void {
    for (const other of this.ensemble.servers) {
      if (other === server) continue;
      if (which !== 'in') this.ensemble.network.link(server.host, other.host).cut = true;
      if (which !== 'out') this.ensemble.network.link(other.host, server.host).cut = true;
    }
  }

  async converge(): Promise<void> {
    this.ensemble.heal();
    await this.until(() => this.ensemble.converged);
    this.ensemble.ghost.ask((rule) => rule.finished?.());
    expect(this.ensemble.ghost.violation).toBeUndefined();
  }

  isCommitted({ request }: Operation): boolean {
    return this.ensemble.ghost.committed.some(
      ({ txn }) => txn.client === request.client && txn.sequence === request.sequence,
    );
  }

  /** Writes of a kind that no state refuses. */
  unconditional(operations: readonly Operation[]): Operation[] {
    return operations.filter(({ request }) => request.kind !== 'cas');
  }
}
