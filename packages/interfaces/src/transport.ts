import type { AbortSignalLike } from './abort.js';

/** An opaque string that only its transport understands, for example `127.0.0.1:2181`. */
export type Address = string;

export interface TransportSupports {
  /** {@link Connection.pause} really stops the flow of bytes. */
  readonly pause: boolean;
}

/** Ordered byte streams between addresses. It knows nothing of peers or messages; the same adapter carries clients, elections and replication. */
export interface Transport {
  readonly supports: TransportSupports;
  /**
   * T-1 Resolves once bound; connections arrive through `onConnection` from then on.
   * @throws QuorateError `ADDRESS_IN_USE`, `BAD_ADDRESS`
   */
  listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener>;
  /**
   * T-2 Resolves with an open connection or rejects; an abort rejects with `ABORTED` and leaves nothing open.
   * @throws QuorateError `CONNECTION_FAILED`, `BAD_ADDRESS`, `ABORTED`
   */
  dial(address: Address, options?: { signal?: AbortSignalLike }): Promise<Connection>;
}

export interface Listener {
  /** T-3 The address actually bound: dialling it reaches this listener (port 0 is replaced by the real one). */
  readonly address: Address;
  /** T-4 Accepts nothing more, leaves open connections alone, frees the address before it resolves. Idempotent. */
  close(): Promise<void>;
}

/** Where a connection's bytes and end go. */
export interface ConnectionSink {
  /** T-5 The stream's next bytes, in order; boundaries mean nothing; `chunk` is valid during the call only. */
  onData(chunk: Uint8Array): void;
  /** T-6 After {@link Connection.send} returned false: what was waiting has left. */
  onDrain(): void;
  /** T-7 Exactly once, last of all calls; `error` when it was not an orderly end. Never called from inside `send`, `end` or `destroy`. */
  onClose(error?: Error): void;
}

export interface Connection {
  /** Remote address for people and `ip` ACLs, for example `10.0.0.7:41562`; IPv4-mapped IPv6 appears as IPv4. */
  readonly remote: Address;
  /** The peer's certificate under TLS: its subject as an RFC 2253 distinguished name. */
  readonly peerSubject?: string | undefined;
  /** T-8 Starts delivery. Called once, by the owner, before any other method; bytes that came earlier are held, not lost. */
  open(sink: ConnectionSink): void;
  /**
   * T-9 Queues bytes after all earlier ones; never throws, never blocks, does nothing after the close. Nobody writes to
   * these bytes again until `buffered` is 0. One send is one write: callers coalesce.
   * @returns false when the caller should wait for `onDrain`
   */
  send(bytes: Uint8Array): boolean;
  /** T-10 Bytes accepted and not yet handed on. While it is 0 the connection holds no reference to bytes it was given. */
  readonly buffered: number;
  /** T-11 Stops `onData` (where the transport can) until {@link resume}; both idempotent. */
  pause(): void;
  resume(): void;
  /** T-12 Sends what was accepted, then closes; gives up on a peer that does not read within some seconds. Idempotent. */
  end(): void;
  /** T-13 Closes at once; what was accepted may be lost. Idempotent; also after {@link end}. */
  destroy(): void;
}
