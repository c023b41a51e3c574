import {
  ByteReader,
  type SnapshotRestore,
  type SnapshotStore,
  type SnapshotWriter,
  type StateMachine,
  type StateMachineFactory,
  type Zxid,
  zxidFromNumber,
} from '@quorate/interfaces';
import { Frame, frame } from '../native/messages.js';
import type { Link } from './link.js';

/** Chunks under way to the disk before the link is asked to wait. */
const RECEIVE_WINDOW = 8;

/** Streams a stored snapshot to a learner, paced by its socket. */
export class SnapshotSender {
  readonly #snapshots: SnapshotStore;
  readonly #waiting = new Map<Link, () => void>();

  constructor(snapshots: SnapshotStore) {
    this.#snapshots = snapshots;
  }

  /** Resolves true when all of it is in the link's queue, false when it could not be read or the link closed. */
  async send(link: Link, zxid: Zxid): Promise<boolean> {
    try {
      const reader = await this.#snapshots.open(zxid);
      try {
        frame(link.writer(), Frame.snapBegin, (out) => out.long(zxid));
        for (let chunk = await reader.read(); chunk !== null; chunk = await reader.read()) {
          if (link.closed) return false;
          link.sendShared(Frame.snapChunk, new Uint8Array(chunk));
          if (link.blocked) await new Promise<void>((resolve) => this.#waiting.set(link, resolve));
        }
        frame(link.writer(), Frame.snapEnd);
        return !link.closed;
      } finally {
        await reader.close();
      }
    } catch {
      return false;
    }
  }

  /** The link drained, or closed. */
  wake(link: Link): void {
    const resume = this.#waiting.get(link);
    this.#waiting.delete(link);
    resume?.();
  }

  /** Every link closed. */
  wakeAll(): void {
    for (const link of [...this.#waiting.keys()]) this.wake(link);
  }
}

/** Receives one snapshot: into the store and into a new state machine at once. */
export class SnapshotReceiver<S extends StateMachine> {
  readonly link: Link;
  readonly zxid: Zxid;
  readonly #writer: Promise<SnapshotWriter>;
  readonly #restore: SnapshotRestore<S>;
  #chain: Promise<void>;
  #underWay = 0;
  #failed: Error | undefined;

  constructor(link: Link, header: Uint8Array, snapshots: SnapshotStore, factory: StateMachineFactory<S>) {
    this.link = link;
    this.zxid = zxidFromNumber(new ByteReader(header).long());
    this.#writer = snapshots.begin(this.zxid);
    this.#restore = factory.restore(this.zxid);
    this.#chain = this.#writer.then(
      () => {},
      (error: Error) => {
        this.#failed = error;
      },
    );
  }

  /** @param body the chunk; copied */
  chunk(body: ByteReader): void {
    const bytes = body.copyRest();
    this.#underWay += 1;
    if (this.#underWay === RECEIVE_WINDOW) this.link.hold();
    this.#chain = this.#chain.then(async () => {
      if (this.#failed === undefined) {
        try {
          this.#restore.write(bytes);
          await (await this.#writer).write(bytes);
        } catch (error) {
          this.#failed = error as Error;
        }
      }
      this.#underWay -= 1;
      if (this.#underWay === RECEIVE_WINDOW - 1) this.link.release();
    });
  }

  /** All of it has come: resolves with the new state machine once the snapshot is stored. */
  async finish(): Promise<S> {
    await this.#chain;
    if (this.#failed !== undefined) throw this.#failed;
    const machine = this.#restore.end();
    await (await this.#writer).commit();
    return machine;
  }

  async abort(): Promise<void> {
    await this.#chain;
    this.#failed ??= new Error('the transfer was given up');
    await this.#writer.then(
      (writer) => writer.abort(),
      () => {},
    );
  }
}
