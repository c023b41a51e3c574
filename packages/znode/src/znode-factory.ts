import {
  isQuorateError,
  QuorateError,
  type SnapshotRestore,
  type StateMachineFactory,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';
import { AclPolicy } from './acl/acl-policy.js';
import type { AclScheme } from './acl/acl-schemes.js';
import type { NodeType } from './node-types/node-type.js';
import { NodeTypeRegistry } from './node-types/node-type-registry.js';
import { standardNodeTypes } from './node-types/standard-node-types.js';
import { SharedState } from './shared-state.js';
import { TreeRestore } from './snapshot/tree-restore.js';
import { addSystemNodes, putConfig } from './tree/fresh-tree.js';
import { ZNodeStateMachine } from './znode-state-machine.js';

export interface ZNodeOptions {
  /** Default: {@link standardNodeTypes}. All servers of an ensemble need the same. */
  readonly nodeTypes?: readonly NodeType[] | undefined;
  /** Parent path → name of the type that plain creates below it make, for clients that know only ZooKeeper's flags. */
  readonly childTypes?: Readonly<Record<string, string>> | undefined;
  /** TTL nodes (`zookeeper.extendedTypesEnabled`). Default true. */
  readonly extendedTypes?: boolean | undefined;
  /** A digest id that passes every ACL check, for example `super:D/InIHSb7yEEbrWz8b9l71RjZJU=`. */
  readonly superDigest?: string | undefined;
  /** What `/zookeeper/config` holds on this server (spec §2.16). Default: nothing. */
  readonly configData?: Uint8Array | undefined;
  /** No ACL checks at all. */
  readonly skipAcl?: boolean | undefined;
  /** Schemes of ACLs and ids beside world, auth and super. Default: ip and digest. */
  readonly aclSchemes?: readonly AclScheme[] | undefined;
}

/**
 * Makes ZooKeeper's state machine known to a peer: `stateMachine: znodeStateMachine()`.
 * @throws QuorateError `BAD_CONFIG` for node types that contradict each other
 */
export function znodeStateMachine(options: ZNodeOptions = {}): StateMachineFactory<ZNodeStateMachine> {
  const types = new NodeTypeRegistry(options.nodeTypes ?? standardNodeTypes, {
    extendedTypes: options.extendedTypes ?? true,
    childTypes: options.childTypes ?? {},
  });
  const policy = new AclPolicy({
    schemes: options.aclSchemes,
    superDigest: options.superDigest,
    skipAcl: options.skipAcl,
  });
  const finish = (state: SharedState, zxid: Zxid): ZNodeStateMachine => {
    if (options.configData !== undefined) putConfig(state.tree, options.configData);
    return new ZNodeStateMachine(state, zxid);
  };
  return {
    identity: `znode/1${types.signature}`,
    create(): ZNodeStateMachine {
      const state = new SharedState(types, policy);
      addSystemNodes(state.tree);
      return finish(state, ZXID_ZERO);
    },
    restore: (zxid) => new ZNodeRestore(new SharedState(types, policy), zxid, finish),
  };
}

/** Fills a state of its own; what goes wrong is told by `end`. */
class ZNodeRestore implements SnapshotRestore<ZNodeStateMachine> {
  readonly #state: SharedState;
  readonly #zxid: Zxid;
  readonly #finish: (state: SharedState, zxid: Zxid) => ZNodeStateMachine;
  readonly #restore: TreeRestore;
  #failure: unknown = undefined;

  constructor(state: SharedState, zxid: Zxid, finish: (state: SharedState, zxid: Zxid) => ZNodeStateMachine) {
    this.#state = state;
    this.#zxid = zxid;
    this.#finish = finish;
    this.#restore = new TreeRestore(state, zxid);
  }

  write(chunk: Uint8Array): void {
    if (this.#failure !== undefined) return;
    try {
      this.#restore.write(chunk);
    } catch (error) {
      this.#failure = error;
    }
  }

  end(): ZNodeStateMachine {
    if (this.#failure !== undefined) throw asCorrupt(this.#failure);
    this.#restore.end();
    return this.#finish(this.#state, this.#zxid);
  }
}

function asCorrupt(error: unknown): Error {
  if (isQuorateError(error) && error.code === 'CORRUPT_SNAPSHOT') return error;
  const why = error instanceof Error ? error.message : String(error);
  return new QuorateError('CORRUPT_SNAPSHOT', `the snapshot is damaged: ${why}`, { cause: error });
}
