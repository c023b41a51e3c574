import type { Address } from '@quorate/interfaces';
import type { ServerContext } from '../context.js';
import type { ConnectionFigures } from '../pipeline/reply-port.js';
import type { SessionTracker } from '../sessions/session-tracker.js';

/** A client connection as the four-letter words show it. */
export interface ConnectionView {
  readonly remote: Address;
  readonly establishedAt: number;
  readonly figures: ConnectionFigures;
  readonly queued: number;
  readonly heldBack: boolean;
  readonly hasSession: boolean;
  readonly sessionId: bigint;
  readonly timeoutMs: number;
}

/** What `conf` and `dirs` tell of a server's configuration. */
export interface ConfigurationView {
  readonly clientPort: number;
  readonly dataDir: string;
  readonly dataLogDir: string;
  readonly initLimit: number;
  readonly syncLimit: number;
  readonly electionPort: number;
  readonly quorumPort: number;
  readonly observer: boolean;
  /** `server.N` lines and the version, as `/zookeeper/config` has them; empty for a standalone server. */
  readonly membership: string;
}

/** What the four-letter words may look at. */
export interface ServerView {
  readonly context: ServerContext;
  readonly configuration: ConfigurationView;
  /** An ensemble of one (mode `standalone`). */
  readonly standalone: boolean;
  readonly voters: number;
  /** Monotonic time of the start. */
  readonly startedAt: number;
  readonly tracker: SessionTracker;
  readonly connectionCount: number;
  connections(): Iterable<ConnectionView>;
}

/** `standalone`, `leader`, `follower` or `observer`. */
export function modeOf({ context, standalone }: ServerView): string {
  if (standalone) return 'standalone';
  const { role } = context.engine.status;
  return role === 'leading' ? 'leader' : role === 'observing' ? 'observer' : 'follower';
}

/** A number as Java prints a double: never without a point. */
export function javaDouble(value: number): string {
  const rounded = Math.round(value * 10_000) / 10_000;
  return Number.isInteger(rounded) ? `${rounded}.0` : String(rounded);
}
