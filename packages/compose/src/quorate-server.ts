import { type Address, QuorateError } from '@quorate/interfaces';
import type { CoordinationServer, ServerObservables, ZNodeTree } from '@quorate/server';
import type { PeerStatus } from '@quorate/zab';
import type { CompositionRoot } from './composition-root.js';
import { SERVER, type ServiceToken } from './tokens.js';

/** A server that was composed and started. */
export class QuorateServer implements AsyncDisposable {
  readonly id: number;
  readonly #root: CompositionRoot;
  readonly #server: CoordinationServer;

  constructor(id: number, root: CompositionRoot) {
    this.id = id;
    this.#root = root;
    this.#server = root.get(SERVER);
  }

  /** Role, phase, leader, and how far the log is written, committed and applied. */
  get status(): PeerStatus {
    return this.#server.status;
  }

  /** Where clients can dial, ports resolved. */
  get clientAddresses(): readonly Address[] {
    return this.#server.clientAddresses;
  }

  /** Status, sessions and serving as streams. */
  get observables(): ServerObservables {
    return this.#server.observables;
  }

  /** The znodes as this server has applied them; replaced when the leader sends a snapshot. */
  get tree(): ZNodeTree {
    return this.#server.tree;
  }

  /** Resolves once clients are served: at once, or when the ensemble has a leader. @throws QuorateError `CLOSED` when the server is closed before */
  serving(): Promise<void> {
    return new Promise((resolve, reject) => {
      const subscription = this.#server.observables.serving$.subscribe({
        next: (serving) => {
          if (!serving) return;
          resolve();
          setImmediate(() => subscription.unsubscribe());
        },
        complete: () => reject(new QuorateError('CLOSED', `server ${this.id} was closed before it served`)),
      });
    });
  }

  /** A part of the composition, by its token. @throws QuorateError `BAD_CONFIG` */
  get<T>(key: ServiceToken<T>): T {
    return this.#root.get(key);
  }

  /** Ends client connections, then the engine and its stores, then the parts of one's own. Idempotent. */
  close(): Promise<void> {
    return this.#root.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
