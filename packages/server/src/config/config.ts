import type { ServerLine } from './server-line.js';

/** A whole configuration, every default filled in (zk-client-spec 3.4). Times in ms unless the name says otherwise. */
export interface Config {
  readonly tickTime: number;
  /** Ticks. */
  readonly initLimit: number;
  /** Ticks. */
  readonly syncLimit: number;
  readonly dataDir: string;
  /** {@link dataDir} unless given. */
  readonly dataLogDir: string;
  readonly clientPort: number | undefined;
  readonly clientPortAddress: string | undefined;
  /** Ascending ids; empty for a standalone server. */
  readonly servers: readonly ServerLine[];
  readonly standaloneEnabled: boolean;
  readonly peerType: 'participant' | 'observer' | undefined;
  /** Connections per client address; 0 for no limit. */
  readonly maxClientCnxns: number;
  readonly minSessionTimeout: number;
  readonly maxSessionTimeout: number;
  /** Txns between snapshots. */
  readonly snapCount: number;
  readonly snapRetainCount: number;
  /** Hours; 0 keeps every snapshot. */
  readonly purgeInterval: number;
  /** Names of four-letter words, or `*` alone for all. */
  readonly fourLetterWords: readonly string[];
  readonly containerCheckIntervalMs: number;
  /** Containers and TTL nodes deleted per minute at most. */
  readonly containerMaxPerMinute: number;
  readonly extendedTypesEnabled: boolean;
  /** `user:hash` whose digest makes its owner super; undefined for nobody. */
  readonly superDigest: string | undefined;
  /** Requests under way before clients are held back; undefined leaves it to the engine. */
  readonly globalOutstandingLimit: number | undefined;
  /** Longest frame taken from a client, in bytes. */
  readonly juteMaxBuffer: number;
  readonly peerTransport: 'tcp' | 'websocket';
  readonly store: 'file' | 'leveldb';
}

/** What a configuration text says, or everything that is wrong with it. */
export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[]; readonly warnings: readonly string[] };
