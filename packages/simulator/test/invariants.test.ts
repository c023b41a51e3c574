import { ByteWriter, makeZxid, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import { allInvariants, type CommittedTxn, Ghost, type Operation, type ServerGhost } from '@quorate/simulator';
import type { PeerStatus } from '@quorate/zab';
import { describe, expect, test } from 'vitest';

/** Three voters and an observer whose disks, applies and clients are made up: what must be noticed is. */
class Fiction {
  readonly ghost = new Ghost();

  constructor() {
    this.ghost.use(...allInvariants(this.ghost));
    for (let id = 1; id <= 4; id++) {
      const disk = { base: ZXID_ZERO, zxids: [], last: ZXID_ZERO, durable: ZXID_ZERO, states: [null] };
      const kind = id < 4 ? 'voter' : 'observer';
      this.ghost.servers.set(id, { id, kind, incarnation: 1, up: true, disk, status: undefined, applied: ZXID_ZERO });
    }
  }

  server(id: number): ServerGhost {
    return this.ghost.servers.get(id)!;
  }

  log(id: number, zxid: Zxid, crc: number = zxid): void {
    this.ghost.ask((rule) => rule.logged?.(this.server(id), zxid, crc));
    const { disk } = this.server(id);
    disk.zxids.push(zxid);
    disk.last = zxid;
    disk.durable = zxid;
  }

  apply(id: number, previous: Zxid, zxid: Zxid, more: Partial<CommittedTxn> = {}): void {
    const txn = { client: 1, sequence: zxid % 2 ** 32, key: 1, value: 5, version: zxid % 2 ** 32 };
    this.ghost.applied(this.server(id), previous, { zxid, crc: zxid, digest: zxid, txn, ...more });
  }

  /** A put of value 5 on register 1. */
  ask(sequence: number, more: Partial<Operation> = {}): Operation {
    const request = { client: 1, sequence, kind: 'put', key: 1, value: 5, version: 0, ballast: 0 } as const;
    const operation: Operation = {
      request,
      server: 1,
      incarnation: 1,
      ackedBefore: ZXID_ZERO,
      outcome: 'pending',
      zxid: ZXID_ZERO,
      ...more,
    };
    this.ghost.operations.push(operation);
    return operation;
  }

  answer(operation: Operation, outcome: Operation['outcome'], zxid = ZXID_ZERO): void {
    operation.outcome = outcome;
    operation.zxid = zxid;
    this.ghost.settled(operation);
  }

  status(id: number, more: Partial<PeerStatus>): void {
    const status: PeerStatus = {
      id,
      role: 'following',
      phase: 'broadcast',
      serving: true,
      leader: 1,
      epoch: 1,
      lastLogged: ZXID_ZERO,
      committed: this.ghost.lastCommitted,
      lastApplied: ZXID_ZERO,
      ...more,
    };
    this.ghost.ask((rule) => rule.status?.(this.server(id), status));
    this.server(id).status = status;
  }

  reopen(id: number, entries: readonly Zxid[], more: { base?: Zxid; state?: Uint8Array | null } = {}): void {
    const { base = ZXID_ZERO, state = this.server(id).disk.states[0] ?? null } = more;
    const last = entries.at(-1) ?? base;
    const recovery = { base, last, commit: base, epochs: [], state, tail: 'clean' } as const;
    this.ghost.ask((rule) => rule.opened?.(this.server(id), recovery, entries));
  }

  get broken(): string | undefined {
    return this.ghost.violation?.invariant;
  }
}

const z = (counter: number, epoch = 1): Zxid => makeZxid(epoch, counter);

function epochs(accepted: number, promisedTo: number, current: number): Uint8Array {
  const out = new ByteWriter();
  out.u8(1);
  out.u8(1);
  out.u32(accepted);
  out.u8(promisedTo);
  out.u32(current);
  return out.take();
}

/** Everybody logs, applies and serves two txns, as it should be. */
function healthy(): Fiction {
  const fiction = new Fiction();
  const operations = [fiction.ask(1), fiction.ask(2)];
  for (let id = 1; id <= 4; id++) {
    fiction.server(id).disk.states = [epochs(1, 1, 1)];
    fiction.log(id, z(1));
    fiction.log(id, z(2));
  }
  for (let id = 1; id <= 4; id++) {
    fiction.apply(id, ZXID_ZERO, z(1));
    fiction.apply(id, z(1), z(2));
    const role = id === 1 ? 'leading' : id === 4 ? 'observing' : 'following';
    fiction.status(id, { role, lastApplied: z(2) });
  }
  operations.forEach((operation, i) => {
    fiction.answer(operation, 'ok', z(i + 1));
  });
  return fiction;
}

const BREAKS: Record<string, ((fiction: Fiction) => void)[]> = {
  ZxidUnique: [(f) => f.log(2, z(2), 99)],
  LogContiguity: [(f) => f.reopen(1, [z(1), z(2), z(4)])],
  RecoveryEquivalence: [
    (f) => f.reopen(1, [z(1)]),
    (f) => {
      f.reopen(1, [z(1), z(2)], { state: epochs(1, 2, 1) });
    },
  ],
  EpochOrder: [
    (f) => f.ghost.ask((rule) => rule.stateSaved?.(f.server(1), epochs(1, 1, 2))),
    (f) => {
      f.server(1).disk.states.push(epochs(3, 1, 1));
      f.ghost.ask((rule) => rule.stateSaved?.(f.server(1), epochs(3, 2, 1)));
    },
    (f) => {
      f.server(1).disk.states.push(epochs(3, 1, 1));
      f.ghost.ask((rule) => rule.stateSaved?.(f.server(1), epochs(2, 1, 1)));
    },
  ],
  PrefixConsistency: [(f) => f.apply(2, z(1), z(3)), (f) => f.apply(2, z(2), z(4)), (f) => f.apply(2, z(9), z(10))],
  StateDeterminism: [
    (f) => f.apply(2, z(1), z(2), { digest: 7 }),
    (f) => f.ghost.ask((rule) => rule.restored?.(f.server(2), z(1), 7)),
    (f) => f.ghost.ask((rule) => rule.restored?.(f.server(2), z(3), 7)),
  ],
  ApplyAfterDurable: [
    (f) => {
      f.ask(3);
      f.apply(2, z(2), z(3));
    },
  ],
  CommitQuorum: [
    (f) => {
      f.ask(3);
      f.log(4, z(3));
      f.log(1, z(3));
      f.apply(1, z(2), z(3));
    },
  ],
  CommittedDurability: [
    (f) => {
      for (const id of [2, 3]) f.server(id).disk.durable = z(1);
      f.status(2, { lastApplied: z(2) });
    },
  ],
  CommittedNeverTruncated: [
    (f) => f.ghost.ask((rule) => rule.truncating?.(f.server(2), z(1))),
    (f) => f.ghost.ask((rule) => rule.resetting?.(f.server(2), z(1))),
    (f) => f.ghost.ask((rule) => rule.resetting?.(f.server(2), z(5))),
  ],
  LeadershipUniqueness: [(f) => f.status(2, { role: 'leading', lastApplied: z(2) })],
  LeaderCompleteness: [
    (f) => {
      f.server(2).disk.last = z(1);
      f.status(2, { role: 'leading', epoch: 2, lastApplied: z(2) });
    },
  ],
  AckedIsCommitted: [
    (f) => f.answer(f.ask(3), 'ok', z(3)),
    (f) => {
      for (const id of [1, 2]) f.log(id, z(3));
      f.apply(1, z(2), z(3), { txn: { client: 1, sequence: 2, key: 1, value: 5, version: 3 } });
    },
    (f) => {
      f.ghost.operations[0]!.outcome = 'failed';
      f.ghost.ask((rule) => rule.finished?.());
    },
  ],
  LinearizableWrites: [
    (f) => {
      f.ask(3);
      for (const id of [1, 2]) f.log(id, z(3));
      f.apply(1, z(2), z(3), { txn: { client: 1, sequence: 3, key: 1, value: 6, version: 3 } });
    },
    (f) => {
      f.ask(3, { ackedBefore: z(5) });
      for (const id of [1, 2]) f.log(id, z(3));
      f.apply(1, z(2), z(3));
    },
    (f) => f.answer(f.ask(3, { ackedBefore: z(2) }), 'refused', z(1)),
    (f) => f.answer(f.ask(3), 'refused', z(2)),
  ],
  SessionFIFO: [(f) => f.answer(f.ghost.operations[0]!, 'ok', z(1))],
  SyncFreshness: [(f) => f.ghost.ask((rule) => rule.barrierEnded?.(f.server(2), z(2), z(3)))],
  MonotonicReads: [(f) => f.status(2, { lastApplied: z(1) }), (f) => f.status(2, { lastApplied: z(3) })],
  UpToDateServe: [
    (f) => {
      f.server(3).incarnation = 2;
      f.server(3).applied = z(1);
      f.status(3, { lastApplied: z(1) });
    },
  ],
  Convergence: [
    (f) => {
      f.server(2).status = undefined;
      f.ghost.ask((rule) => rule.finished?.());
    },
    (f) => {
      f.server(4).applied = z(1);
      f.ghost.ask((rule) => rule.finished?.());
    },
    (f) => {
      f.ask(3);
      f.ghost.ask((rule) => rule.finished?.());
    },
  ],
};

describe('rules', () => {
  test('a healthy run breaks none', () => {
    const fiction = healthy();
    fiction.reopen(1, [z(1), z(2)]);
    fiction.ghost.ask((rule) => rule.finished?.());
    expect(fiction.ghost.violation).toBeUndefined();
  });

  test('each has a proof here that it can be broken', () => {
    expect(Object.keys(BREAKS).sort()).toEqual(
      allInvariants(new Ghost())
        .map(({ name }) => name)
        .sort(),
    );
  });

  test.each(Object.entries(BREAKS).flatMap(([name, breaks]) => breaks.map((act, i) => ({ name, way: i + 1, act }))))(
    '$name is found broken, way $way',
    ({ name, act }) => {
      const fiction = healthy();
      act(fiction);
      expect(fiction.broken).toBe(name);
    },
  );
});
