import { type Address, type Clock, QuorateError, type Transport } from '@quorate/interfaces';
import { DEFAULT_MAX_FRAME_BYTES, validatePath } from '@quorate/protocol';
import type { ZkError } from './errors.js';

/**
 * CONNECTING: no connection now; requests wait. CONNECTED: a server serves the session. EXPIRED: the session is gone, and
 * its ephemeral nodes with it. CLOSED: by `close`, or because an authentication was refused. The last two are final.
 */
export type SessionState = 'CONNECTING' | 'CONNECTED' | 'CLOSED' | 'EXPIRED';

/** @param error why, where there is a reason to give */
export type StateListener = (state: SessionState, error?: ZkError) => void;

export interface Auth {
  /** For example `digest`. */
  readonly scheme: string;
  /** For digest `user:password`. Text is sent as UTF-8. */
  readonly auth: Uint8Array | string;
}

export interface ClientOptions {
  /** Addresses that `transport` can dial. They are tried in turn, in an order shuffled once. */
  readonly servers: readonly Address[];
  readonly transport: Transport;
  readonly clock: Clock;
  /** Wanted session timeout, ms; the server has the last word. Default 30000. */
  readonly sessionTimeoutMs?: number;
  /** A path put before every path, for example `/app`. The node must exist. */
  readonly chroot?: string;
  /** Sent on every connection before anything else. */
  readonly auth?: readonly Auth[];
  readonly onState?: StateListener;
  /** A session of an earlier client, to go on with. */
  readonly session?: { readonly id: bigint; readonly password: Uint8Array };
  /** Longest request, bytes: the servers' jute.maxbuffer, beyond which they close the connection. Default 1048575. */
  readonly maxRequestBytes?: number;
  /** Longest response, bytes. Default 64 MiB. */
  readonly maxResponseBytes?: number;
  /** Bounds of the random wait before another server is tried, ms; it doubles with every round of failures. Default 50 to 1000. */
  readonly backoffMs?: { readonly first: number; readonly most: number };
}

export interface Settings {
  readonly servers: readonly Address[];
  readonly sessionTimeoutMs: number;
  /** Empty for none. */
  readonly chroot: string;
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  readonly firstBackoffMs: number;
  readonly mostBackoffMs: number;
}

/** @throws QuorateError `BAD_CONFIG` */
export function settle(options: ClientOptions): Settings {
  if (options.servers.length === 0) {
    throw new QuorateError('BAD_CONFIG', 'servers is empty: give at least one address');
  }
  const sessionTimeoutMs = options.sessionTimeoutMs ?? 30_000;
  if (!(Number.isInteger(sessionTimeoutMs) && sessionTimeoutMs > 0 && sessionTimeoutMs < 2 ** 31)) {
    throw new QuorateError('BAD_CONFIG', `sessionTimeoutMs is ${sessionTimeoutMs}: give whole milliseconds above 0`);
  }
  const chroot = options.chroot === undefined || options.chroot === '/' ? '' : options.chroot;
  const wrong = chroot === '' ? undefined : validatePath(chroot);
  if (wrong !== undefined) throw new QuorateError('BAD_CONFIG', `chroot "${chroot}": ${wrong}`);
  return {
    servers: options.servers,
    sessionTimeoutMs,
    chroot,
    maxRequestBytes: options.maxRequestBytes ?? DEFAULT_MAX_FRAME_BYTES,
    maxResponseBytes: options.maxResponseBytes ?? 64 * 2 ** 20,
    firstBackoffMs: options.backoffMs?.first ?? 50,
    mostBackoffMs: options.backoffMs?.most ?? 1000,
  };
}
