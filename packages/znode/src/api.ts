import type { ByteReader, ByteWriter, Zxid } from '@quorate/interfaces';

/** One authenticated id of a connection, for example `{ scheme: 'ip', id: '127.0.0.1' }`. */
export interface AuthId {
  readonly scheme: string;
  readonly id: string;
}

/** The ids of one connection at one moment, with their encoding kept ready for request envelopes. Immutable. */
export interface Identity {
  readonly ids: readonly AuthId[];
  /** `vector<Id>` in jute. */
  readonly encoded: Uint8Array;
}

/** A client connection as the watch table sees it. Compared by reference. */
export interface Watcher {
  readonly identity: Identity;
  /** The connection's session, for getEphemerals; without one it has none. */
  readonly sessionId?: bigint;
  /** One event, during `apply` (or during setWatches), before any reply that reflects it. @param zxid of the firing txn, -1 for catch-up events */
  notify(type: WatchEventType, path: string, zxid: Zxid | -1): void;
}

export type WatchEventType = 1 | 2 | 3 | 4;

/**
 * What a txn did, for the server that answers the client. The object is reused: use it before the next `apply`.
 * `opcode` is the request's; a failed txn has `error` ≠ 0 (a ZooKeeper code) and no body.
 */
export interface TxnResult {
  readonly error: number;
  /** Writes the reply's body (nothing for delete, closeSession …; path, Stat or multi results otherwise). */
  writeBody(out: ByteWriter): void;
}

/** Reads one request of a client (its body, behind the RequestHeader) and writes the reply's body. */
export interface ReadOperations {
  /**
   * @param watcher who to register when the request asks for a watch
   * @returns 0 with the body in `out`, or a ZooKeeper error code with nothing written
   */
  execute(opcode: number, body: ByteReader, watcher: Watcher, out: ByteWriter): number;
}

export interface SessionInfo {
  readonly id: bigint;
  readonly timeoutMs: number;
}

/** Hears, during `apply`, what became of sessions: on every server, whoever serves them. */
export interface SessionListener {
  /** A session was created, or its timeout set anew. */
  sessionCreated(id: bigint, timeoutMs: number): void;
  /** A session was closed, by its client or because it expired; its ephemerals are gone. */
  sessionClosed(id: bigint): void;
}
