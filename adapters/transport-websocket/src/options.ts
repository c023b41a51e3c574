export interface WebSocketOptions {
  /**
   * Origins from which a browser may connect, for example `https://app.example.org`; none by default. A connection
   * without an Origin header (not from a browser) is always let in.
   */
  readonly allowedOrigins?: readonly string[];
  /** Largest message accepted, in bytes; a larger one closes the connection. Default 4 MiB. */
  readonly maxPayload?: number;
  /** Bytes waiting for the other side from which on `send` returns false. Default 64 KiB. */
  readonly highWaterMark?: number;
  /** How long a connection that has ended waits for the other side to read and close, in milliseconds. Default 5,000. */
  readonly endTimeoutMs?: number;
}

/** {@link WebSocketOptions} with its defaults filled in. */
export interface WebSocketSettings {
  readonly allowedOrigins: ReadonlySet<string>;
  readonly maxPayload: number;
  readonly highWaterMark: number;
  readonly endTimeoutMs: number;
}

export function settle(options: WebSocketOptions): WebSocketSettings {
  return {
    allowedOrigins: new Set(options.allowedOrigins?.map((origin) => origin.toLowerCase())),
    maxPayload: options.maxPayload ?? 4 * 1024 * 1024,
    highWaterMark: options.highWaterMark ?? 64 * 1024,
    endTimeoutMs: options.endTimeoutMs ?? 5_000,
  };
}
