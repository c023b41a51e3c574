import { randomUUID } from 'node:crypto';
import { QuorateError } from '@quorate/interfaces';
import { Container, type ContainerInstance } from 'typedi';
import type { Binding } from './bind.js';
import { planComposition } from './composition-plan.js';
import { DisposalStack } from './disposal-stack.js';
import { type AnyToken, nameOf, type ServiceToken } from './tokens.js';

/**
 * The services of one server, in a container of their own. All are made at once, in the order of their needs, and not
 * replaced afterwards; {@link dispose} ends them in the opposite order.
 */
export class CompositionRoot implements AsyncDisposable {
  readonly #id = randomUUID();
  readonly #container: ContainerInstance = Container.of(this.#id);
  readonly #made = new Set<AnyToken>();
  readonly #disposal = new DisposalStack();

  private constructor() {
    this.#disposal.push('the container', () => {
      Container.reset(this.#id);
    });
  }

  /**
   * Makes the services behind `roots` and what they need. Nothing is made when a token is missing.
   * @throws QuorateError `BAD_CONFIG` naming all missing tokens and cycles; what a factory threw, once the services made before it are ended
   */
  static async create(bindings: readonly Binding[], roots: readonly AnyToken[]): Promise<CompositionRoot> {
    const order = planComposition(bindings, roots);
    const root = new CompositionRoot();
    try {
      for (const binding of order) root.#make(binding);
    } catch (error) {
      await root.dispose().catch(() => {});
      throw error;
    }
    return root;
  }

  /** @throws QuorateError `BAD_CONFIG` for a token that no root needed, and for all after the disposal */
  get<T>(key: ServiceToken<T>): T {
    if (!this.#made.has(key)) {
      throw new QuorateError('BAD_CONFIG', `there is no ${nameOf(key)} here: no root needed it, or all is disposed`);
    }
    return this.#container.get(key);
  }

  /** Ends the services, last made first. Idempotent. @throws Error when one could not be ended; the others are */
  dispose(): Promise<void> {
    this.#made.clear();
    return this.#disposal.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #make({ token, needs, make, dispose }: Binding): void {
    const container = this.#container;
    container.set({ id: token, factory: () => make(needs.map((need) => container.get(need))) });
    const service: unknown = container.get(token);
    // Set as a value, it is the container's no more: a reset would call its method `destroy`, and await nothing.
    container.set(token, service);
    this.#made.add(token);
    if (dispose !== undefined) this.#disposal.push(nameOf(token), () => dispose(service));
  }
}
