import type {
  ByteReader,
  ByteWriter,
  PrepareContext,
  SnapshotCut,
  StateMachine,
  StateMachineFactory,
  Zxid,
} from '@quorate/interfaces';
import { ZkErrorCode } from '@quorate/protocol';
import { sessionIdOf } from './session-id.js';

/*
 * Who may write for a session. A session belongs to the server that its client last came to; a write that still arrives through
 * an earlier one must not be executed (T63). Every request therefore carries, behind the envelope, its session and the server
 * it entered through. The leader notes the server of every session it confirms to somebody; `prepare` compares. A session that
 * never moved since this leader began has no note, and needs none: only the server that made it has a connection for it.
 *
 *   trailer = i32 id high, i32 id low, u8 server (0: the ensemble itself, always allowed)
 */

export const TRAILER_BYTES = 9;
/** The server id of requests that no client sent. */
export const NOBODY = 0;

/** Where the type and session of a txn are in its header: ZooKeeper's TxnHeader. */
const TXN_SESSION_AT = 0;
const TXN_TYPE_AT = 28;
const TXN_HEADER_BYTES = 32;
const CREATE_SESSION = -10;
const CLOSE_SESSION = -11;

/** What `prepare` says of a write for a session that moved. */
const MOVED = (() => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, ZkErrorCode.sessionMoved);
  return bytes;
})();

export interface SessionGuardEvents {
  /** A session's first or last txn was applied on this server. */
  onSessionCreated(id: bigint): void;
  onSessionClosed(id: bigint): void;
}

export class SessionGuard {
  /** On a leader: the server each confirmed session belongs to. */
  readonly owners = new Map<bigint, number>();
  events: SessionGuardEvents | undefined = undefined;

  mayWrite(high: number, low: number, server: number): boolean {
    if (server === NOBODY || this.owners.size === 0) return true;
    const owner = this.owners.get(sessionIdOf(high, low));
    return owner === undefined || owner === server;
  }
}

export function writeTrailer(out: ByteWriter, high: number, low: number, server: number): void {
  out.i32(high);
  out.i32(low);
  out.u8(server);
}

/** A state machine whose requests carry a trailer and whose sessions are watched. */
export class GuardedStateMachine<T extends StateMachine> implements StateMachine {
  readonly tree: T;
  readonly #guard: SessionGuard;

  constructor(tree: T, guard: SessionGuard) {
    this.tree = tree;
    this.#guard = guard;
  }

  prepare(context: PrepareContext, request: ByteReader, txn: ByteWriter): Uint8Array | undefined {
    request.need(TRAILER_BYTES);
    const end = request.end - TRAILER_BYTES;
    const { view } = request;
    if (!this.#guard.mayWrite(view.getInt32(end), view.getInt32(end + 4), view.getUint8(end + 8))) return MOVED;
    request.end = end;
    return this.tree.prepare(context, request, txn);
  }

  discard(from: Zxid): void {
    this.tree.discard(from);
  }

  apply(zxid: Zxid, txn: ByteReader): unknown {
    const at = txn.offset;
    const type = txn.remaining < TXN_HEADER_BYTES ? 0 : txn.view.getInt32(at + TXN_TYPE_AT);
    if (type !== CREATE_SESSION && type !== CLOSE_SESSION) return this.tree.apply(zxid, txn);
    const id = txn.view.getBigInt64(at + TXN_SESSION_AT);
    const result = this.tree.apply(zxid, txn);
    if (type === CREATE_SESSION) this.#guard.events?.onSessionCreated(id);
    else this.#guard.events?.onSessionClosed(id);
    return result;
  }

  read(query: ByteReader): unknown {
    return this.tree.read(query);
  }

  snapshot(): SnapshotCut {
    return this.tree.snapshot();
  }

  digest(): number {
    return this.tree.digest();
  }
}

/** The same state machines, guarded. */
export function guardedFactory<T extends StateMachine>(
  factory: StateMachineFactory<T>,
  guard: SessionGuard,
): StateMachineFactory<GuardedStateMachine<T>> {
  return {
    identity: `${factory.identity} +sessions/1`,
    create: () => new GuardedStateMachine(factory.create(), guard),
    restore: (zxid) => {
      const restore = factory.restore(zxid);
      return {
        write: (chunk) => restore.write(chunk),
        end: () => new GuardedStateMachine(restore.end(), guard),
      };
    },
  };
}
