import type { AnyToken, ServiceOf } from './tokens.js';

type Services<D extends readonly unknown[]> = { readonly [I in keyof D]: ServiceOf<D[I]> };

/** How one service is made, of what, and how it is ended. Made by {@link bind} and {@link bindValue}. */
export interface Binding {
  readonly token: AnyToken;
  readonly needs: readonly AnyToken[];
  readonly make: (services: readonly unknown[]) => unknown;
  /** Awaited when the composition is disposed; undefined when there is nothing to end. */
  readonly dispose: ((service: unknown) => Promise<void> | void) | undefined;
}

/**
 * Binds a token to a factory. The factory's parameters have the types of the tokens in `needs`, in their order.
 * @param dispose ends the service; called once, behind everything that was made after it
 */
export function bind<K extends AnyToken, const D extends readonly AnyToken[]>(
  key: K,
  needs: D,
  make: (...services: Services<D>) => ServiceOf<K>,
  dispose?: (service: ServiceOf<K>) => Promise<void> | void,
): Binding {
  return {
    token: key,
    needs,
    make: (services) => make(...(services as Services<D>)),
    dispose: dispose && ((service) => dispose(service as ServiceOf<K>)),
  };
}

/** Binds a token to what exists already; ending it stays its owner's business. */
export function bindValue<K extends AnyToken>(key: K, service: ServiceOf<K>): Binding {
  return { token: key, needs: [], make: () => service, dispose: undefined };
}
