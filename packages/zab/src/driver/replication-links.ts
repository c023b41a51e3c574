import type { ByteReader, Clock, Connection, Listener, Transport } from '@quorate/interfaces';
import type { Member } from '../peer-api.js';
import { Link, type LinkHandler } from './link.js';
import type { Turn } from './turn.js';

const DIAL_MS = 2000;

export interface ReplicationHost {
  onAcceptedFrame(link: Link, body: ByteReader): void;
  onLeaderFrame(link: Link, body: ByteReader): void;
  onLinkDrain(link: Link): void;
  onLinkClose(link: Link, error: Error | undefined): void;
}

/** Connections on the peer port: learners dial, the leader accepts; all of them end with the role that made them. */
export class ReplicationLinks {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #turn: Turn;
  readonly #frameBytes: number;
  readonly #links = new Map<number, Link>();
  readonly #accepted: LinkHandler;
  readonly #dialled: LinkHandler;
  #listener: Listener | undefined;
  #ids = 0;
  #closed = false;

  constructor(transport: Transport, clock: Clock, turn: Turn, frameBytes: number, host: ReplicationHost) {
    this.#transport = transport;
    this.#clock = clock;
    this.#turn = turn;
    this.#frameBytes = frameBytes;
    const onDrain = (link: Link): void => host.onLinkDrain(link);
    const onClose = (link: Link, error: Error | undefined): void => {
      if (this.#links.delete(link.id)) host.onLinkClose(link, error);
    };
    this.#accepted = { onFrame: (link, body) => host.onAcceptedFrame(link, body), onDrain, onClose };
    this.#dialled = { onFrame: (link, body) => host.onLeaderFrame(link, body), onDrain, onClose };
  }

  async listen(member: Member): Promise<void> {
    this.#listener = await this.#transport.listen(member.peerAddress, (connection) => {
      this.#turn.enter();
      if (this.#closed) connection.destroy();
      else this.#add(connection, this.#accepted);
    });
  }

  get(id: number): Link | undefined {
    return this.#links.get(id);
  }

  /** Dials at `at`; `opened` gets the link, or undefined when it failed or took too long. */
  dial(member: Member, at: number, opened: (link: Link | undefined) => void): void {
    const start = this.#clock.timer(() => {
      this.#turn.enter();
      if (!this.#closed) this.#dialNow(member, opened);
    });
    if (at <= this.#turn.now) this.#dialNow(member, opened);
    else start.at(at);
  }

  #dialNow(member: Member, opened: (link: Link | undefined) => void): void {
    let waiting = true;
    const settle = (link: Link | undefined): void => {
      waiting = false;
      timeout.cancel();
      opened(link);
    };
    const timeout = this.#clock.timer(() => {
      this.#turn.enter();
      if (waiting) settle(undefined);
    });
    timeout.at(this.#clock.now() + DIAL_MS);
    this.#transport.dial(member.peerAddress).then(
      (connection) => {
        this.#turn.enter();
        if (waiting && !this.#closed) settle(this.#add(connection, this.#dialled));
        else connection.destroy();
      },
      () => {
        this.#turn.enter();
        if (waiting) settle(undefined);
      },
    );
  }

  /** Ends one link; its host is not told. */
  drop(link: Link, how: 'end' | 'destroy'): void {
    this.#links.delete(link.id);
    if (how === 'end') link.end();
    else link.destroy();
  }

  /** Ends every link of the role that is over. */
  dropAll(): void {
    for (const link of [...this.#links.values()]) this.drop(link, 'destroy');
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.dropAll();
    await this.#listener?.close();
  }

  #add(connection: Connection, handler: LinkHandler): Link {
    this.#ids += 1;
    const link = new Link(this.#ids, connection, this.#turn, this.#frameBytes, handler);
    this.#links.set(link.id, link);
    return link;
  }
}
