import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { Millis } from './clock.js';
import type { Zxid } from './zxid.js';

/** What a leader adds to a request; all that `prepare` may use besides state and request. */
export interface PrepareContext {
  /** The zxid this txn will have. */
  readonly zxid: Zxid;
  /** The leader's wall clock, never less than in an earlier txn. */
  readonly time: Millis;
  /** 32 random bits. */
  readonly random: number;
}

/**
 * A replicated state machine under primary-order replication: `prepare` turns a request into a txn on the leader, against
 * the applied state and everything proposed after it; the txn is an absolute, idempotent change ("balance is now 70", not
 * "minus 30"); `apply` installs it on every server. Conditions are decided in `prepare` and their outcome is the txn.
 */
export interface StateMachine {
  /** SM-1 Leader only. Writes one txn and returns nothing; or writes nothing and returns a refusal, which reaches the submitter once all earlier txns are committed. `request` is valid during the call. A throw refuses this request only and must leave no trace. */
  prepare(context: PrepareContext, request: ByteReader, txn: ByteWriter): Uint8Array | undefined;
  /** SM-2 Forgets what `prepare` remembers of txns from `from` on (leadership was lost, or a proposal was given up). */
  discard(from: Zxid): void;
  /** SM-3 Every server, in zxid order; total: a throw halts the server. `txn` is valid during the call. @returns the result for the submitter, if it is on this server; used before the next call */
  apply(zxid: Zxid, txn: ByteReader): unknown;
  /** SM-4 Answers from applied state; changes nothing that is replicated. */
  read(query: ByteReader): unknown;
  /** SM-5 An exact cut at the last applied zxid, unaffected by later `apply`; one at a time. */
  snapshot(): SnapshotCut;
  /** SM-6 A number equal on all servers that applied the same txns. Cheap enough to be asked often. */
  digest(): number;
}

export interface SnapshotCut {
  readonly zxid: Zxid;
  /** SM-7 The next piece (at most 1 MiB, at most about 2 ms of work), null at the end. Valid until the next call. */
  next(): Uint8Array | null;
  /** SM-8 Ends the cut, early or not. Idempotent. */
  release(): void;
}

/** Receives a snapshot piece by piece and yields a new state machine; a failure leaves every other instance untouched. */
export interface SnapshotRestore<S extends StateMachine = StateMachine> {
  write(chunk: Uint8Array): void;
  /** @throws QuorateError `CORRUPT_SNAPSHOT` */
  end(): S;
}

export interface StateMachineFactory<S extends StateMachine = StateMachine> {
  /** Name, format and extension set, compared between peers: those that differ refuse each other. For example `znode/1 +lease`. */
  readonly identity: string;
  create(): S;
  restore(zxid: Zxid): SnapshotRestore<S>;
}
