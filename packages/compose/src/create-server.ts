import { systemClock } from '@quorate/clock-system';
import { type Address, type Clock, QuorateError, type Transport } from '@quorate/interfaces';
import { CoordinationServer, type CoordinationServerOptions } from '@quorate/server';
import { Peer } from '@quorate/zab';
import { type NodeType, type ZNodeOptions, znodeStateMachine } from '@quorate/znode';
import { type Binding, bind, bindValue } from './bind.js';
import { CompositionRoot } from './composition-root.js';
import { type EnsembleMember, membershipText, parseEnsemble } from './ensemble.js';
import { QuorateServer } from './quorate-server.js';
import type { Storage } from './storage.js';
import { CLOCK, LOG_STORE, PEER, PEER_TRANSPORT, SERVER, SNAPSHOT_STORE, STATE_MACHINE, TRANSPORT } from './tokens.js';

type ServerOptions = Pick<
  CoordinationServerOptions,
  'settings' | 'timing' | 'limits' | 'snapshot' | 'description' | 'onNotice'
>;

/** What a server is made of. `transport` and `storage` have no default: give them, or bind their tokens. */
export interface CreateServerOptions extends ServerOptions {
  /** 1 … 254, one of the ensemble. */
  readonly id: number;
  /** `1=host:2888:3888;2181,2=…` (see {@link parseEnsemble}), or the members themselves. A single voter stands alone. */
  readonly ensemble: string | readonly EnsembleMember[];
  /** Carries clients, and peers too unless {@link peerTransport} does. */
  readonly transport?: Transport;
  readonly peerTransport?: Transport;
  readonly storage?: Storage;
  /** Where clients are listened for; as the ensemble says unless given. */
  readonly clientAddresses?: readonly Address[];
  /** The machine's clock unless given. */
  readonly clock?: Clock;
  /** ZooKeeper's own unless given. All servers of an ensemble need the same. */
  readonly nodeTypes?: readonly NodeType[];
  /** Parent path → name of the type that plain creates below it make. */
  readonly childTypes?: Readonly<Record<string, string>>;
  /** More about the tree: ACL schemes, TTL nodes. */
  readonly znodes?: Omit<ZNodeOptions, 'nodeTypes' | 'childTypes' | 'configData' | 'superDigest'>;
  /** Replaces any part by its token, or adds parts of one's own. */
  readonly bindings?: readonly Binding[];
  /** The engine stopped by itself: its storage failed or an invariant broke. Unless given, the error is thrown out of the blue, which ends the process. */
  readonly onFatal?: (error: Error) => void;
}

/** Nobody asked to be told: a server that is dead must not look alive. */
function endProcess(error: Error): void {
  setImmediate(() => {
    throw error;
  });
}

function stateMachineBinding(options: CreateServerOptions, members: readonly EnsembleMember[]): Binding {
  const { nodeTypes, childTypes, znodes, settings } = options;
  return bind(STATE_MACHINE, [], () =>
    znodeStateMachine({
      ...znodes,
      ...(nodeTypes && { nodeTypes }),
      ...(childTypes && { childTypes }),
      ...(settings?.superDigest !== undefined && { superDigest: settings.superDigest }),
      ...(members.length > 1 && { configData: new TextEncoder().encode(membershipText(members)) }),
    }),
  );
}

function serverBinding(options: CreateServerOptions, members: readonly EnsembleMember[], own: EnsembleMember): Binding {
  const { id, settings, timing, limits, snapshot, description, onNotice, onFatal } = options;
  return bind(
    SERVER,
    [CLOCK, TRANSPORT, PEER_TRANSPORT, LOG_STORE, SNAPSHOT_STORE, STATE_MACHINE, PEER],
    (clock, clientTransport, peerTransport, log, snapshots, stateMachine, createEngine) =>
      new CoordinationServer({
        id,
        members,
        clock,
        log,
        snapshots,
        stateMachine,
        peerTransport,
        clientTransport,
        createEngine,
        clientAddresses: options.clientAddresses ?? own.clientAddresses ?? [],
        description: { membership: membershipText(members), ...description },
        onFatal: onFatal ?? endProcess,
        ...(settings && { settings }),
        ...(timing && { timing }),
        ...(limits && { limits }),
        ...(snapshot && { snapshot }),
        ...(onNotice && { onNotice }),
      }),
    (server) => server.close(),
  );
}

/** What the options say about each part; what they leave out stays unbound. */
function bindingsOf(options: CreateServerOptions): readonly Binding[] {
  const members = typeof options.ensemble === 'string' ? parseEnsemble(options.ensemble) : options.ensemble;
  const own = members.find(({ id }) => id === options.id);
  if (own === undefined) {
    const ids = members.map(({ id }) => id).join(', ');
    throw new QuorateError('BAD_CONFIG', `server ${options.id} is not in its ensemble, which has ${ids || 'nobody'}`);
  }
  const { transport, peerTransport, storage } = options;
  return [
    bindValue(CLOCK, options.clock ?? systemClock()),
    ...(transport ? [bindValue(TRANSPORT, transport)] : []),
    peerTransport ? bindValue(PEER_TRANSPORT, peerTransport) : bind(PEER_TRANSPORT, [TRANSPORT], (shared) => shared),
    ...(storage ? [bindValue(LOG_STORE, storage.log), bindValue(SNAPSHOT_STORE, storage.snapshots)] : []),
    stateMachineBinding(options, members),
    bind(PEER, [], () => (peerOptions, listener) => new Peer(peerOptions, listener)),
    serverBinding(options, members, own),
    ...(options.bindings ?? []),
  ];
}

/**
 * Composes and starts one server: recovers from its storage, joins its ensemble, listens for clients. It serves them as
 * soon as there is a leader ({@link QuorateServer.serving}).
 * @throws QuorateError `BAD_CONFIG` naming all that is missing, before anything is opened; what the stores and transports throw
 */
export async function createServer(options: CreateServerOptions): Promise<QuorateServer> {
  const root = await CompositionRoot.create(bindingsOf(options), [SERVER]);
  try {
    await root.get(SERVER).start();
  } catch (error) {
    await root.dispose().catch(() => {});
    throw error;
  }
  return new QuorateServer(options.id, root);
}
