import type { Millis } from '@quorate/interfaces';

/** How a server treats its clients; every field has a default (zk-client-spec 3.4). */
export interface ServerSettings {
  /** Length of a tick: the grain of session expiry. */
  readonly tickMs: Millis;
  /** What a client's wish for a session timeout is clamped to. */
  readonly minSessionTimeoutMs: Millis;
  readonly maxSessionTimeoutMs: Millis;
  /** Connections per client address; 0 for no limit. */
  readonly maxClientConnections: number;
  /** How long a connection may take to ask for a session (T27). */
  readonly sessionlessTimeoutMs: Millis;
  /** Longest frame taken from a client, in bytes. */
  readonly maxFrameBytes: number;
  /** Names of four-letter words that are answered, or `*` for all (T71). */
  readonly fourLetterWords: readonly string[];
  /** `user:hash` of the user who may do everything; undefined for nobody. */
  readonly superDigest: string | undefined;
  /** How often containers and TTL nodes are looked after. */
  readonly containerCheckIntervalMs: Millis;
  readonly containerMaxPerMinute: number;
  /** Requests of one connection that wait for their turn, beyond which it is not read any further. */
  readonly maxQueuedRequests: number;
  /** Bytes of such requests. */
  readonly maxQueuedBytes: number;
  /** Bytes a client has not taken yet, beyond which none of its requests is read. */
  readonly maxUnsentBytes: number;
}

export const DEFAULT_SETTINGS: ServerSettings = {
  tickMs: 2000,
  minSessionTimeoutMs: 4000,
  maxSessionTimeoutMs: 40_000,
  maxClientConnections: 60,
  sessionlessTimeoutMs: 10_000,
  maxFrameBytes: 1_048_575,
  fourLetterWords: ['srvr'],
  superDigest: undefined,
  containerCheckIntervalMs: 60_000,
  containerMaxPerMinute: 10_000,
  maxQueuedRequests: 4096,
  maxQueuedBytes: 4 * 1_048_576,
  maxUnsentBytes: 1_048_576,
};

/** Fills in the defaults; the limits of session timeouts are 2 and 20 ticks unless given (T60). */
export function completeSettings(given: Partial<ServerSettings> = {}): ServerSettings {
  const tickMs = given.tickMs ?? DEFAULT_SETTINGS.tickMs;
  return {
    ...DEFAULT_SETTINGS,
    minSessionTimeoutMs: 2 * tickMs,
    maxSessionTimeoutMs: 20 * tickMs,
    ...given,
  };
}
