import { systemClock } from '@quorate/clock-system';
import { nodeFileSystem } from '@quorate/file-system-node';
import type { LogStore, SnapshotStore } from '@quorate/interfaces';
import { type Config, CoordinationServer, membershipText, type Place } from '@quorate/server';
import { fileStorage } from '@quorate/store-file';
import { levelStorage } from '@quorate/store-leveldb';
import { memoryStorage } from '@quorate/store-memory';
import { tcp } from '@quorate/transport-tcp';
import { websocket } from '@quorate/transport-websocket';
import { znodeStateMachine } from '@quorate/znode';

export interface Assembly {
  readonly config: Config;
  readonly place: Place;
  /** Keeps nothing on disk. */
  readonly ephemeral?: boolean;
  readonly onFatal: (error: Error) => void;
  readonly onNotice: (text: string) => void;
}

interface Stores {
  readonly log: LogStore;
  readonly snapshots: SnapshotStore;
}

/** Everything lies in a directory of its own, beside `myid` and the lock. */
function storesOf({ dataDir, dataLogDir, store }: Config, ephemeral: boolean): Stores {
  if (ephemeral) return memoryStorage();
  if (store === 'leveldb') return levelStorage({ directory: `${dataDir}/leveldb` });
  const fileSystem = nodeFileSystem();
  const main = fileStorage({ fileSystem, directory: dataDir });
  if (dataLogDir === dataDir) return main;
  return { log: fileStorage({ fileSystem, directory: dataLogDir }).log, snapshots: main.snapshots };
}

/** The one place where a configuration becomes a server of real parts. Nothing is opened before its `start`. */
export function assembleServer({ config, place, ephemeral = false, onFatal, onNotice }: Assembly): CoordinationServer {
  const { log, snapshots } = storesOf(config, ephemeral);
  const membership = membershipText(config);
  const clientTransport = tcp();
  const { superDigest, globalOutstandingLimit } = config;
  return new CoordinationServer({
    id: place.id,
    members: place.members,
    clock: systemClock(),
    log,
    snapshots,
    stateMachine: znodeStateMachine({
      extendedTypes: config.extendedTypesEnabled,
      configData: new TextEncoder().encode(membership),
      ...(superDigest !== undefined && { superDigest }),
    }),
    peerTransport: config.peerTransport === 'websocket' ? websocket() : tcp(),
    clientTransport,
    clientAddresses: [place.clientAddress],
    settings: {
      tickMs: config.tickTime,
      minSessionTimeoutMs: config.minSessionTimeout,
      maxSessionTimeoutMs: config.maxSessionTimeout,
      maxClientConnections: config.maxClientCnxns,
      maxFrameBytes: config.juteMaxBuffer,
      fourLetterWords: config.fourLetterWords,
      superDigest,
      containerCheckIntervalMs: config.containerCheckIntervalMs,
      containerMaxPerMinute: config.containerMaxPerMinute,
    },
    timing: { tickMs: config.tickTime, initLimit: config.initLimit, syncLimit: config.syncLimit },
    ...(globalOutstandingLimit !== undefined && { limits: { outstandingRequests: globalOutstandingLimit } }),
    snapshot: { every: config.snapCount, retain: config.snapRetainCount },
    description: {
      clientPort: Number(place.clientAddress.slice(place.clientAddress.lastIndexOf(':') + 1)),
      dataDir: config.dataDir,
      dataLogDir: config.dataLogDir,
      initLimit: config.initLimit,
      syncLimit: config.syncLimit,
      membership,
    },
    onFatal,
    onNotice,
  });
}
