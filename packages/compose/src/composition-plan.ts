import { QuorateError } from '@quorate/interfaces';
import type { Binding } from './bind.js';
import { type AnyToken, nameOf } from './tokens.js';

/** Walks what is needed depth first, so that every service comes behind those it needs. */
class Planner {
  readonly order: Binding[] = [];
  readonly missing = new Map<AnyToken, string>();
  readonly cycles = new Set<string>();
  readonly #bindings: ReadonlyMap<AnyToken, Binding>;
  readonly #done = new Set<AnyToken>();

  constructor(bindings: ReadonlyMap<AnyToken, Binding>) {
    this.#bindings = bindings;
  }

  visit(key: AnyToken, path: readonly AnyToken[]): void {
    if (this.#done.has(key)) return;
    const start = path.indexOf(key);
    if (start >= 0) {
      this.cycles.add([...path.slice(start), key].map(nameOf).join(' → '));
      return;
    }
    const binding = this.#bindings.get(key);
    if (binding === undefined) {
      const by = path.at(-1);
      if (!this.missing.has(key))
        this.missing.set(key, by === undefined ? nameOf(key) : `${nameOf(key)} (needed by ${nameOf(by)})`);
      return;
    }
    const deeper = [...path, key];
    for (const need of binding.needs) this.visit(need, deeper);
    this.#done.add(key);
    this.order.push(binding);
  }
}

/**
 * In which order the services behind `roots` are made. Of several bindings of one token the last counts.
 * @throws QuorateError `BAD_CONFIG` with every missing token and every cycle in one message
 */
export function planComposition(bindings: readonly Binding[], roots: readonly AnyToken[]): readonly Binding[] {
  const planner = new Planner(new Map(bindings.map((binding) => [binding.token, binding])));
  for (const root of roots) planner.visit(root, []);
  const problems: string[] = [];
  if (planner.missing.size > 0) {
    problems.push(`nothing is bound to ${[...planner.missing.values()].join(', ')}: add a bind(…) for each`);
  }
  for (const cycle of planner.cycles) problems.push(`${cycle} need each other: one of them must do without`);
  if (problems.length > 0) throw new QuorateError('BAD_CONFIG', `cannot compose: ${problems.join('; ')}`);
  return planner.order;
}
