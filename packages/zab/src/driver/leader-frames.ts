import {
  type ByteReader,
  checkBatch,
  invariant,
  QuorateError,
  type SnapshotStore,
  type StateMachine,
  type StateMachineFactory,
  type Zxid,
  zxidFromNumber,
} from '@quorate/interfaces';
import type { CoreEvent } from '../core/types.js';
import { Assigned } from '../native/assigned.js';
import { Frame, readLeaderMessage, unknownFrame } from '../native/messages.js';
import { readText } from '../native/text.js';
import type { Link } from './link.js';
import type { TailBatch } from './log-tail.js';
import { SnapshotReceiver } from './snapshot-transfer.js';
import type { Turn } from './turn.js';

export interface LeaderFramesHost {
  raise(event: CoreEvent): void;
  /** An event about a batch that the core may decide to append. */
  offer(batch: TailBatch, event: CoreEvent): void;
  /** The oldest forwarded request got its zxid, or was refused, or failed. */
  assigned(zxid: Zxid, refusal: Uint8Array | Error | undefined): void;
  /** The core accepted the beginning of a snapshot. */
  expectsSnapshot(): boolean;
  /** Ends the link as if it had closed. */
  giveUp(link: Link, reason: string): void;
  onHeartbeat(): void;
  onLeaderMessage(bytes: Uint8Array): void;
}

/** What a learner hears from its leader: the core's messages, batches, snapshots, answers to forwarded requests. */
export class LeaderFrames<S extends StateMachine> {
  readonly #host: LeaderFramesHost;
  readonly #snapshots: SnapshotStore;
  readonly #factory: StateMachineFactory<S>;
  readonly #turn: Turn;
  #receiver: SnapshotReceiver<S> | undefined;
  #received: S | undefined;
  #aborting: Promise<void> = Promise.resolve();

  constructor(host: LeaderFramesHost, snapshots: SnapshotStore, factory: StateMachineFactory<S>, turn: Turn) {
    this.#host = host;
    this.#snapshots = snapshots;
    this.#factory = factory;
    this.#turn = turn;
  }

  onFrame(link: Link, body: ByteReader): void {
    const type = body.u8();
    const host = this.#host;
    switch (type) {
      case Frame.batch:
        return this.#batch(link, body);
      case Frame.assigned:
        return this.#assigned(body);
      case Frame.leaderMessage:
        return host.onLeaderMessage(body.rest());
      case Frame.refuse:
        return host.giveUp(link, `refused by ${link.connection.remote}: ${readText(body)}`);
      case Frame.snapBegin:
        return this.#snapBegin(link, body);
      case Frame.snapChunk:
        if (this.#receiver?.link !== link) throw new QuorateError('REFUSED', 'a snapshot chunk without its beginning');
        return this.#receiver.chunk(body);
      case Frame.snapEnd:
        return this.#snapEnd(link);
      case Frame.ping:
        host.onHeartbeat();
        break;
    }
    const message = readLeaderMessage(type, body) ?? unknownFrame(type);
    host.raise({ type: 'fromLeader', link: link.id, message });
  }

  /** The state machine that the core's `reset` puts in place. */
  takeReceived(): S {
    const machine = this.#received;
    invariant(machine !== undefined, 'a reset without a received snapshot');
    this.#received = undefined;
    return machine;
  }

  /** The role ended: a transfer under way is given up. */
  endRole(): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    if (receiver !== undefined) this.#aborting = receiver.abort();
  }

  /** Resolves when nothing is under way on the snapshot store. */
  async idle(): Promise<void> {
    await this.#aborting.catch(() => {});
  }

  #batch(link: Link, body: ByteReader): void {
    const bytes = body.copyRest();
    const { previous, last, commit } = checkBatch(bytes);
    this.#host.offer({ previous, last, commit, bytes }, { type: 'batch', link: link.id, previous, last, commit });
  }

  #assigned(body: ByteReader): void {
    const kind = body.u8();
    const zxid = zxidFromNumber(body.long());
    if (kind === Assigned.txn) this.#host.assigned(zxid, undefined);
    else if (kind === Assigned.refused) this.#host.assigned(zxid, body.copyRest());
    else this.#host.assigned(zxid, new QuorateError('INVARIANT', `prepare failed on the leader: ${readText(body)}`));
  }

  #snapBegin(link: Link, body: ByteReader): void {
    this.#host.raise({ type: 'snapshotBegins', link: link.id });
    if (!this.#host.expectsSnapshot()) return;
    const header = body.copyRest();
    link.hold();
    this.#aborting
      .catch(() => {})
      .then(() => {
        if (link.closed) return;
        this.#receiver = new SnapshotReceiver(link, header, this.#snapshots, this.#factory);
        link.release();
      });
  }

  #snapEnd(link: Link): void {
    const receiver = this.#receiver;
    if (receiver?.link !== link) throw new QuorateError('REFUSED', 'the end of a snapshot without its beginning');
    link.hold();
    receiver.finish().then(
      (machine) => {
        this.#turn.enter();
        if (this.#receiver !== receiver) return;
        this.#receiver = undefined;
        this.#received = machine;
        this.#host.raise({ type: 'snapshotReceived', link: link.id, zxid: receiver.zxid });
        this.#received = undefined;
        link.release();
      },
      (error: Error) => {
        this.#turn.enter();
        if (this.#receiver !== receiver) return;
        this.endRole();
        this.#host.giveUp(link, `the leader's snapshot could not be installed: ${error.message}`);
      },
    );
  }
}
