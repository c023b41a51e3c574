import { type LogRecovery, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import type { PeerStatus } from '@quorate/zab';
import type { RegisterRequest, RegisterTxn } from './workload/register-requests.js';

/** What clients know of one request. */
export interface Operation {
  readonly request: RegisterRequest;
  readonly server: number;
  readonly incarnation: number;
  /** The greatest zxid acknowledged to anybody before this request was made. */
  readonly ackedBefore: Zxid;
  outcome: 'pending' | 'ok' | 'refused' | 'failed' | 'unknown';
  zxid: Zxid;
}

/** One txn of the committed sequence. */
export interface CommittedTxn {
  readonly zxid: Zxid;
  readonly crc: number;
  /** Of a state machine that applied everything up to here. */
  readonly digest: number;
  readonly txn: RegisterTxn;
}

/** What a server's storage holds, as its own calls and answers tell. */
export interface DiskGhost {
  /** Where a snapshot takes over: everything up to it counts as held. */
  base: Zxid;
  /** Entries of the log, durable or not, ascending. */
  zxids: Zxid[];
  last: Zxid;
  /** Entries up to here were vouched for, and not removed since. */
  durable: Zxid;
  /** The small state last vouched for, and those put since, oldest first. */
  states: (Uint8Array | null)[];
}

export interface ServerGhost {
  readonly id: number;
  readonly kind: 'voter' | 'observer';
  incarnation: number;
  up: boolean;
  readonly disk: DiskGhost;
  status: PeerStatus | undefined;
  /** What the served state machine has applied. */
  applied: Zxid;
}

/** A broken rule; it ends the run. */
export interface Violation {
  readonly invariant: string;
  readonly message: string;
}

/** One rule of zab-spec 5.10. Handlers run before the ghost takes the event in; they return what is wrong. */
export interface Invariant {
  readonly name: string;
  /** A server, this incarnation or a recovery of it, applied a txn; `fresh` when it is the first one anywhere to do so. */
  applied?(server: ServerGhost, previous: Zxid, txn: CommittedTxn, fresh: boolean): string | undefined;
  restored?(server: ServerGhost, zxid: Zxid, digest: number): string | undefined;
  /** `entries` are what the log holds, read back from it. */
  opened?(server: ServerGhost, recovery: LogRecovery, entries: readonly Zxid[]): string | undefined;
  /** An entry was handed to a log, or was found in one that was opened. */
  logged?(server: ServerGhost, zxid: Zxid, crc: number): string | undefined;
  truncating?(server: ServerGhost, zxid: Zxid): string | undefined;
  resetting?(server: ServerGhost, base: Zxid): string | undefined;
  stateSaved?(server: ServerGhost, state: Uint8Array): string | undefined;
  status?(server: ServerGhost, status: PeerStatus): string | undefined;
  /** An operation got its outcome. */
  settled?(operation: Operation): string | undefined;
  /** A barrier ended on `server`; `ackedBefore` is what had been acknowledged to anybody when it began. */
  barrierEnded?(server: ServerGhost, zxid: Zxid, ackedBefore: Zxid): string | undefined;
  /** The run is over, faults have healed and everything had time to converge. */
  finished?(): string | undefined;
}

/** What the simulation knows and no server does: the committed sequence, every disk, every client's history. */
export class Ghost {
  readonly servers = new Map<number, ServerGhost>();
  readonly operations: Operation[] = [];
  /** The committed sequence, as far as anybody applied it. */
  readonly committed: CommittedTxn[] = [];
  /** Told, in words, of what happens to servers: for people who look into one seed. */
  tell: ((what: string) => void) | undefined;
  /** The first rule that was broken. */
  violation: Violation | undefined;
  readonly #places = new Map<Zxid, number>();
  readonly #invariants: Invariant[] = [];
  /** The greatest zxid acknowledged to any client. */
  acked: Zxid = ZXID_ZERO;

  use(...invariants: readonly Invariant[]): void {
    this.#invariants.push(...invariants);
  }

  get voters(): ServerGhost[] {
    return [...this.servers.values()].filter(({ kind }) => kind === 'voter');
  }

  get lastCommitted(): Zxid {
    return this.committed.at(-1)?.zxid ?? ZXID_ZERO;
  }

  /** Its place in the committed sequence; -1 for the zxid before all; undefined when it is not part of it. */
  placeOf(zxid: Zxid): number | undefined {
    return zxid === ZXID_ZERO ? -1 : this.#places.get(zxid);
  }

  /** Whether a server's disk is known to hold a zxid, in its log or under a snapshot. */
  holds(server: ServerGhost, zxid: Zxid): boolean {
    return zxid <= server.disk.base || (zxid <= server.disk.durable && includes(server.disk.zxids, zxid));
  }

  /** Asks every rule that cares about an event; the first broken one is kept in {@link violation}. */
  ask(question: (rule: Invariant) => string | undefined): void {
    for (const rule of this.#invariants) {
      const wrong = question(rule);
      if (wrong !== undefined) this.violate(rule.name, wrong);
    }
  }

  violate(invariant: string, message: string): void {
    this.violation ??= { invariant, message };
    this.tell?.(`${invariant} is broken: ${message}`);
  }

  applied(server: ServerGhost, previous: Zxid, txn: CommittedTxn): void {
    const fresh = !this.#places.has(txn.zxid);
    this.ask((rule) => rule.applied?.(server, previous, txn, fresh));
    if (fresh) {
      this.#places.set(txn.zxid, this.committed.length);
      this.committed.push(txn);
    }
    server.applied = txn.zxid;
  }

  settled(operation: Operation): void {
    this.ask((rule) => rule.settled?.(operation));
    if (operation.outcome === 'ok' && operation.zxid > this.acked) this.acked = operation.zxid;
  }
}

/** Whether an ascending list holds a value. */
export function includes(ascending: readonly number[], value: number): boolean {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === value;
}
