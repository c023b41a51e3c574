import { expect, test } from 'vitest';
import { Ensemble } from '../support/ensemble.js';
import { MORE_KILLS, startWriters, verifyWriters, waitForWrites } from './leader-kills.js';

const VOTERS = 5;
/** As many as a quorum can do without. */
const FAULTY_MAX = 2;
const STEPS = Math.max(30, MORE_KILLS);
const TICK_MS = 500;
/** Long enough for a client to notice a server that stands still and to go elsewhere. */
const SESSION_TIMEOUT_MS = 6_000;

const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)]!;

/** Servers of an ensemble that are killed, paused, started and resumed at random, never more than a quorum can do without. */
class Nemesis {
  readonly log: string[] = [];
  readonly #ensemble: Ensemble;
  readonly #dead = new Set<number>();
  readonly #paused = new Set<number>();

  constructor(ensemble: Ensemble) {
    this.#ensemble = ensemble;
  }

  async step(): Promise<void> {
    const well = this.#ensemble.ids.filter((id) => !this.#dead.has(id) && !this.#paused.has(id));
    const actions: (() => Promise<void> | void)[] = [];
    if (VOTERS - well.length < FAULTY_MAX) {
      // Half of the time whoever leads.
      const leader = await this.#ensemble.leader();
      const target = Math.random() < 0.5 && leader !== undefined && well.includes(leader) ? leader : pick(well);
      actions.push(
        () => this.#kill(target),
        () => this.#pause(target),
      );
    }
    if (this.#dead.size > 0) actions.push(() => this.#start(pick([...this.#dead])));
    if (this.#paused.size > 0) actions.push(() => this.#resume(pick([...this.#paused])));
    await pick(actions)();
  }

  heal(): void {
    for (const id of this.#paused) this.#resume(id);
    for (const id of this.#dead) this.#start(id);
  }

  async #kill(id: number): Promise<void> {
    this.log.push(`kill ${id}`);
    this.#dead.add(id);
    await this.#ensemble.kill(id);
  }

  #pause(id: number): void {
    this.log.push(`pause ${id}`);
    this.#paused.add(id);
    this.#ensemble.pause(id);
  }

  #start(id: number): void {
    this.log.push(`start ${id}`);
    this.#dead.delete(id);
    this.#ensemble.start(id);
  }

  #resume(id: number): void {
    this.log.push(`resume ${id}`);
    this.#paused.delete(id);
    this.#ensemble.resume(id);
  }
}

test(
  'servers die, stand still and come back at random: writes go on, nothing acknowledged is lost, nothing late takes effect',
  async () => {
    const ensemble = await Ensemble.start({ voters: VOTERS, config: { tickTime: TICK_MS, syncLimit: 3 } });
    const nemesis = new Nemesis(ensemble);
    try {
      const writers = await startWriters(ensemble, SESSION_TIMEOUT_MS);
      for (let i = 0; i < STEPS; i++) {
        await nemesis.step();
        await waitForWrites(ensemble, writers, 1 + Math.floor(Math.random() * 200));
      }
      nemesis.heal();
      await ensemble.waitForAll();
      await waitForWrites(ensemble, writers, 50);
      const wrong = await verifyWriters(ensemble, writers);
      const told = `${nemesis.log.join(', ')}\n${wrong.length > 0 ? await ensemble.report() : ''}`;
      expect(wrong, told).toEqual([]);
    } finally {
      await ensemble.dispose();
    }
  },
  240_000 + STEPS * 10_000,
);
