import {
  ByteReader,
  checkBatch,
  ENTRY_TXN,
  type EpochEnd,
  epochOf,
  forEachEntry,
  formatZxid,
  type LogStore,
  type LogStoreEvents,
  QuorateError,
  type SnapshotStore,
  type StateMachine,
  type StateMachineFactory,
  sliceBatch,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';
import type { CoreRecovery } from '../core/core.js';
import { decodePeerState } from '../native/peer-state.js';
import type { ServerId } from '../peer-api.js';
import type { TailBatch } from './log-tail.js';

const READ_BYTES = 4 << 20;

/** What a peer starts with. */
export interface Recovered<S extends StateMachine> {
  readonly core: CoreRecovery;
  readonly machine: S;
  /** The log's end beyond what is known committed: kept, not applied. */
  readonly tail: readonly TailBatch[];
  /** The last token of a sync that recovery itself asked for. */
  readonly ownsState: boolean;
}

function readBatches(log: LogStore, after: Zxid): Promise<readonly Uint8Array[]> {
  return new Promise((resolve, reject) => {
    log.read(after, READ_BYTES, (error, batches) => (error === null ? resolve(batches) : reject(error)));
  });
}

async function restoreNewest<S extends StateMachine>(
  snapshots: SnapshotStore,
  factory: StateMachineFactory<S>,
  base: Zxid,
): Promise<{ machine: S; zxid: Zxid }> {
  let failure: unknown;
  for (const { zxid } of await snapshots.list()) {
    if (zxid < base) break;
    try {
      const restore = factory.restore(zxid);
      const reader = await snapshots.open(zxid);
      try {
        for (let chunk = await reader.read(); chunk !== null; chunk = await reader.read()) restore.write(chunk);
      } finally {
        await reader.close();
      }
      return { machine: restore.end(), zxid };
    } catch (error) {
      failure = error;
    }
  }
  if (base === ZXID_ZERO) return { machine: factory.create(), zxid: ZXID_ZERO };
  throw new QuorateError(
    'CORRUPT_SNAPSHOT',
    `the log begins after ${formatZxid(base)} and no snapshot reaches back to it: the data directory is incomplete`,
    { cause: failure },
  );
}

/** The log's epoch table with the base as its first row. */
function withBase(table: readonly EpochEnd[], base: Zxid): EpochEnd[] {
  const rows = table.filter((end) => end.last >= base);
  if (base !== ZXID_ZERO && !rows.some((end) => end.epoch === epochOf(base))) {
    rows.unshift({ epoch: epochOf(base), last: base });
  }
  return rows;
}

/**
 * Rebuilds memory from disk: newest snapshot, then the log up to the commit index it names; what lies beyond stays in the
 * log, unapplied, until a leader commits or truncates it.
 */
export async function recover<S extends StateMachine>(
  id: ServerId,
  log: LogStore,
  events: LogStoreEvents,
  snapshots: SnapshotStore,
  factory: StateMachineFactory<S>,
): Promise<Recovered<S>> {
  const found = await log.open(events);
  const epochs = decodePeerState(id, found.state);
  const { machine, zxid: snapshot } = await restoreNewest(snapshots, factory, found.base);
  if (snapshot > found.last) {
    // A snapshot was installed and the crash came before the log was reset to it.
    log.reset(snapshot);
    const core = {
      epochs,
      base: snapshot,
      last: snapshot,
      table: [{ epoch: epochOf(snapshot), last: snapshot }],
      committed: snapshot,
      applied: snapshot,
      snapshot,
    };
    return { core, machine, tail: [], ownsState: found.state !== null };
  }
  const committed = Math.max(found.commit, snapshot) as Zxid;
  const tail: TailBatch[] = [];
  const reader = new ByteReader();
  let at = snapshot;
  while (at < found.last) {
    const batches = await readBatches(log, at);
    if (batches.length === 0)
      throw new QuorateError('CORRUPT_LOG', `the log ends at ${formatZxid(at)}, not at ${formatZxid(found.last)}`);
    for (const batch of batches) {
      const part = sliceBatch(batch, at, found.last);
      if (part === undefined) continue;
      forEachEntry(part, reader, (zxid, kind, payload) => {
        if (zxid <= committed && kind === ENTRY_TXN) machine.apply(zxid, payload);
      });
      const info = checkBatch(part);
      if (info.last > committed) {
        const rest = sliceBatch(part, committed, info.last)!;
        const { previous, last, commit } = checkBatch(rest);
        tail.push({ previous, last, commit, bytes: new Uint8Array(rest) });
      }
      at = info.last;
    }
  }
  const core = {
    epochs,
    base: found.base,
    last: found.last,
    table: withBase(found.epochs, found.base),
    committed,
    applied: committed,
    snapshot,
  };
  return { core, machine, tail, ownsState: found.state !== null };
}
