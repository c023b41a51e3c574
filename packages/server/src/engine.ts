import type { ByteReader, ByteWriter, Millis, StateMachine, Zxid } from '@quorate/interfaces';
import type { Peer } from '@quorate/zab';
import type { SessionInfo, Watcher } from '@quorate/znode';

/** What the server needs of a tree of znodes beside its replication. */
export interface ZNodeTree extends StateMachine {
  /** Reads one request's body and writes the reply's. @returns 0, or a ZooKeeper error code with nothing written */
  execute(opcode: number, body: ByteReader, watcher: Watcher, out: ByteWriter): number;
  readonly sessions: {
    get(id: bigint): SessionInfo | undefined;
    has(id: bigint): boolean;
    ids(): Iterable<bigint>;
    readonly size: number;
  };
  readonly watches: {
    removeWatcher(watcher: Watcher): void;
    /** Watches of all kinds. */
    readonly size: number;
    /** Every pair in the table of data watches. */
    forEachDataWatch(visit: (path: string, watcher: Watcher) => void): void;
  };
  /** With the root counted twice, as ZooKeeper does (T76). */
  readonly nodeCount: number;
  readonly ephemeralCount: number;
  readonly approximateDataSize: number;
  readonly lastApplied: Zxid;
  /** Containers and TTL nodes whose time has come, at most `limit`. @param now wall time */
  sweep(now: Millis, limit: number): readonly string[];
}

/** What the server needs of the engine. */
export type Engine<S extends StateMachine> = Pick<
  Peer<S>,
  | 'turn'
  | 'status'
  | 'learners'
  | 'counters'
  | 'stateMachine'
  | 'congested'
  | 'start'
  | 'close'
  | 'submit'
  | 'barrier'
  | 'tellLeader'
  | 'tellLearner'
  | 'takeSnapshot'
>;
