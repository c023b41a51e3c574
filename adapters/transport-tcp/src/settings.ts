import type { ConnectionOptions, TlsOptions } from 'node:tls';

export interface TcpOptions {
  /**
   * Node's TLS options, for listeners and dials alike (`key`, `cert`, `ca`, `requestCert`, `servername` …); without it
   * connections are plain.
   */
  readonly tls?: TlsOptions & ConnectionOptions;
  /** Bytes waiting for the other side from which on `send` returns false. Default 64 KiB. */
  readonly highWaterMark?: number;
  /** Sends small writes at once rather than waiting for more (TCP_NODELAY). Default true. */
  readonly noDelay?: boolean;
  /** How long a connection that has ended waits for the other side to read and close, in milliseconds. Default 5,000. */
  readonly endTimeoutMs?: number;
}

/** {@link TcpOptions} with its defaults filled in. */
export interface TcpSettings {
  readonly tls: (TlsOptions & ConnectionOptions) | undefined;
  readonly highWaterMark: number;
  readonly noDelay: boolean;
  readonly endTimeoutMs: number;
}

export function settle(options: TcpOptions): TcpSettings {
  return {
    tls: options.tls,
    highWaterMark: options.highWaterMark ?? 64 * 1024,
    noDelay: options.noDelay ?? true,
    endTimeoutMs: options.endTimeoutMs ?? 5_000,
  };
}
