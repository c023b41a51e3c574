import type { ByteReader, Clock, StateMachine, Zxid } from '@quorate/interfaces';
import type { TailBatch } from './log-tail.js';
import { BATCH_LIMIT, type Prepared, Proposer } from './proposer.js';
import type { Turn } from './turn.js';

export interface LeadershipHost {
  readonly stateMachine: StateMachine;
  committed(): Zxid;
  /** One batch, to be proposed now. */
  propose(batch: TailBatch): void;
}

/** What a serving leader has and nobody else: the open batch and the proposals that are not applied yet. Dropped with the role. */
export class Leadership {
  readonly #proposer: Proposer;
  readonly #turn: Turn;
  readonly #host: LeadershipHost;
  readonly #outstanding: { readonly last: Zxid; readonly bytes: number }[] = [];
  #sealed: Zxid;
  #scheduled = false;
  #over = false;
  /** Bytes proposed and not applied. */
  outstandingBytes = 0;
  proposals = 0;

  constructor(clock: Clock, turn: Turn, epoch: number, last: Zxid, notBefore: number, host: LeadershipHost) {
    this.#proposer = new Proposer(clock, epoch, last, notBefore);
    this.#turn = turn;
    this.#host = host;
    this.#sealed = last;
  }

  /** Zxid of the newest prepared txn. */
  get last(): Zxid {
    return this.#proposer.last;
  }

  /** The newest stamp. */
  get time(): number {
    return this.#proposer.time;
  }

  /** Prepares one request; the batch it joins leaves at the end of the turn. */
  prepare(request: ByteReader): Prepared {
    const prepared = this.#proposer.prepare(this.#host.stateMachine, request);
    if (prepared !== 'txn') return prepared;
    if (this.#proposer.openBytes > BATCH_LIMIT) this.#seal();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      this.#turn.atEnd('prepare', this.#sealTask);
    }
    return prepared;
  }

  applied(zxid: Zxid): void {
    while (this.#outstanding.length > 0 && this.#outstanding[0]!.last <= zxid) {
      this.outstandingBytes -= this.#outstanding.shift()!.bytes;
    }
  }

  end(): void {
    this.#over = true;
  }

  readonly #sealTask = (): void => {
    this.#scheduled = false;
    if (!this.#over) this.#seal();
  };

  #seal(): void {
    const proposer = this.#proposer;
    if (proposer.openCount === 0) return;
    this.proposals += proposer.openCount;
    const commit = this.#host.committed();
    const previous = this.#sealed;
    const last = proposer.last;
    const bytes = proposer.seal(commit);
    this.#sealed = last;
    this.#outstanding.push({ last, bytes: bytes.length });
    this.outstandingBytes += bytes.length;
    this.#host.propose({ previous, last, commit, bytes });
  }
}
