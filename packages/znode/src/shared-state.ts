import type { AclPolicy } from './acl/acl-policy.js';
import type { NodeTypeRegistry } from './node-types/node-type-registry.js';
import { SessionTable } from './sessions/session-table.js';
import { NodeTable } from './tree/node-table.js';
import { SweepIndex } from './tree/sweep-index.js';
import { WatchTable } from './watches/watch-table.js';

/** The applied state of one state machine, and the rules it lives by. */
export class SharedState {
  readonly tree = new NodeTable();
  readonly sessions = new SessionTable();
  readonly sweeps = new SweepIndex();
  readonly watches: WatchTable;
  readonly types: NodeTypeRegistry;
  readonly policy: AclPolicy;

  constructor(types: NodeTypeRegistry, policy: AclPolicy) {
    this.types = types;
    this.policy = policy;
    this.watches = new WatchTable(policy);
  }

  /** Equal where the same txns were applied; below 2^53. */
  get digest(): number {
    return this.tree.digest + this.sessions.digest;
  }
}
