import type { Clock, SnapshotStore, StateMachine, StateMachineFactory, Transport, Zxid } from '@quorate/interfaces';
import type { CoreEvent, LeaderMessage, LearnerMessage } from '../core/types.js';
import { Frame, frame, type Greeting, writeLeaderMessage, writeLearnerMessage, writeRaw } from '../native/messages.js';
import { writeText } from '../native/text.js';
import type { Member } from '../peer-api.js';
import { LeaderFrames, type LeaderFramesHost } from './leader-frames.js';
import { LearnerFrames, type LearnerFramesHost } from './learner-frames.js';
import type { Link } from './link.js';
import { ReplicationLinks } from './replication-links.js';
import { SnapshotSender } from './snapshot-transfer.js';
import type { Turn } from './turn.js';

export interface ReplicationHost
  extends Omit<LearnerFramesHost, 'refuse' | 'greeting'>,
    Omit<LeaderFramesHost, 'giveUp'> {
  notice(text: string): void;
}

export interface ReplicationSetup<S extends StateMachine> {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly frameBytes: number;
  readonly greeting: Greeting;
  readonly snapshots: SnapshotStore;
  readonly factory: StateMachineFactory<S>;
}

/** The peer port: every link of the current role, what is written to it and what comes from it. */
export class Replication<S extends StateMachine> {
  readonly #host: ReplicationHost;
  readonly #turn: Turn;
  readonly #greeting: Greeting;
  readonly #links: ReplicationLinks;
  readonly #leaderFrames: LeaderFrames<S>;
  readonly #sender: SnapshotSender;

  constructor(setup: ReplicationSetup<S>, host: ReplicationHost) {
    const { transport, clock, turn, frameBytes, greeting, snapshots, factory } = setup;
    this.#host = host;
    this.#turn = turn;
    this.#greeting = greeting;
    this.#sender = new SnapshotSender(snapshots);
    const refuse = (link: number, reason: string): void => this.refuse(link, reason);
    const giveUp = (link: Link, reason: string): void => this.#giveUp(link, reason);
    const learnerFrames = new LearnerFrames({ ...host, greeting, refuse });
    this.#leaderFrames = new LeaderFrames({ ...host, giveUp }, snapshots, factory, turn);
    this.#links = new ReplicationLinks(transport, clock, turn, frameBytes, {
      onAcceptedFrame: (link, body) => learnerFrames.onFrame(link, body),
      onLeaderFrame: (link, body) => this.#leaderFrames.onFrame(link, body),
      onLinkDrain: (link) => {
        this.#sender.wake(link);
        host.raise({ type: 'drained', link: link.id });
      },
      onLinkClose: (link) => {
        this.#sender.wake(link);
        host.raise({ type: 'linkClosed', link: link.id });
      },
    });
  }

  listen(member: Member): Promise<void> {
    return this.#links.listen(member);
  }

  /** Dials a leader at `at` and raises `dialled` or `dialFailed`. @param member undefined for a server that is no member */
  dial(member: Member | undefined, at: number, generation: number): void {
    const failed: CoreEvent = { type: 'dialFailed', generation };
    if (member === undefined) return this.#host.raise(failed);
    this.#links.dial(member, at, (link) => {
      this.#host.raise(link === undefined ? failed : { type: 'dialled', link: link.id, generation });
    });
  }

  withLink(id: number, use: (link: Link) => void): void {
    const link = this.#links.get(id);
    if (link !== undefined) use(link);
  }

  toLeader(id: number, message: LearnerMessage): void {
    this.withLink(id, (link) => writeLearnerMessage(link.writer(), message, this.#greeting));
  }

  toLearner(id: number, message: LeaderMessage): void {
    this.withLink(id, (link) => writeLeaderMessage(link.writer(), message));
  }

  /** One frame of bytes that the core knows nothing of. */
  raw(id: number, type: number, bytes: Uint8Array): void {
    const link = this.#links.get(id);
    if (link !== undefined) writeRaw(link.writer(), type, bytes);
  }

  /** Closes a link, telling the other side why. */
  refuse(id: number, reason: string): void {
    this.withLink(id, (link) => {
      frame(link.writer(), Frame.refuse, (out) => writeText(out, reason));
      this.#links.drop(link, 'end');
      this.#sender.wake(link);
      this.#host.notice(`closed the link from ${link.connection.remote}: ${reason}`);
    });
  }

  sendSnapshot(id: number, zxid: Zxid): void {
    this.withLink(id, (link) => {
      this.#sender.send(link, zxid).then((whole) => {
        this.#turn.enter();
        this.#host.raise(whole ? { type: 'snapshotSent', link: id, zxid } : { type: 'compacted', link: id });
      });
    });
  }

  /** The state machine that came with a snapshot. */
  takeReceived(): S {
    return this.#leaderFrames.takeReceived();
  }

  /** Every link and transfer ends with the role. */
  endRole(): void {
    this.#links.dropAll();
    this.#sender.wakeAll();
    this.#leaderFrames.endRole();
  }

  /** Closes the port. Resolves when nothing is under way on the snapshot store either. */
  async close(): Promise<void> {
    await this.#links.close();
    this.#sender.wakeAll();
    await this.#leaderFrames.idle();
  }

  #giveUp(link: Link, reason: string): void {
    this.#host.notice(reason);
    this.#links.drop(link, 'destroy');
    this.#host.raise({ type: 'linkClosed', link: link.id });
  }
}
