import { type ByteReader, type Clock, type Listener, QuorateError, type Transport } from '@quorate/interfaces';
import type { Notification } from '../core/types.js';
import {
  ElectionFrame,
  readElectionHello,
  readNotification,
  writeElectionHello,
  writeNotification,
} from '../native/notification.js';
import type { Member, ServerId } from '../peer-api.js';
import { Link, type LinkHandler } from './link.js';
import type { Turn } from './turn.js';

const FRAME_BYTES = 1024;
const DIAL_MS = 1000;
/** Dials to one server are at least this far apart. */
const REDIAL_MS = 100;

export interface ElectionHost {
  onNotification(from: ServerId, notification: Notification): void;
  onReachable(peer: ServerId, reachable: boolean): void;
}

interface PeerLinks {
  readonly member: Member;
  readonly open: Link[];
  dialling: boolean;
  dialNotBefore: number;
  /** The last word to this server, sent again on a fresh connection. */
  latest: Notification | null;
  reachable: boolean;
}

/** Connections on the election port: anyone may dial, words go over whichever is open, the latest one wins. */
export class ElectionLinks implements LinkHandler {
  readonly #id: ServerId;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #turn: Turn;
  readonly #membership: number;
  readonly #host: ElectionHost;
  readonly #peers = new Map<ServerId, PeerLinks>();
  readonly #owners = new Map<Link, ServerId | undefined>();
  #listener: Listener | undefined;
  #links = 0;
  #closed = false;

  constructor(
    id: ServerId,
    members: readonly Member[],
    membership: number,
    transport: Transport,
    clock: Clock,
    turn: Turn,
    host: ElectionHost,
  ) {
    this.#id = id;
    this.#transport = transport;
    this.#clock = clock;
    this.#turn = turn;
    this.#membership = membership;
    this.#host = host;
    for (const member of members) {
      if (member.id === id) continue;
      this.#peers.set(member.id, {
        member,
        open: [],
        dialling: false,
        dialNotBefore: 0,
        latest: null,
        reachable: false,
      });
    }
  }

  async listen(member: Member): Promise<void> {
    this.#listener = await this.#transport.listen(member.electionAddress, (connection) => {
      this.#turn.enter();
      if (this.#closed) connection.destroy();
      else this.#greet(new Link(++this.#links, connection, this.#turn, FRAME_BYTES, this));
    });
  }

  notify(to: ServerId, notification: Notification): void {
    const peer = this.#peers.get(to);
    if (peer === undefined) return;
    peer.latest = notification;
    const link = peer.open.at(-1);
    if (link !== undefined) writeNotification(link.writer(), notification);
    else this.#dial(peer);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const link of this.#owners.keys()) link.destroy();
    await this.#listener?.close();
  }

  onFrame(link: Link, body: ByteReader): void {
    const type = body.u8();
    const owner = this.#owners.get(link);
    if (owner === undefined) {
      const id = type === ElectionFrame.hello ? readElectionHello(body, this.#membership) : undefined;
      const peer = id === undefined ? undefined : this.#peers.get(id);
      if (peer === undefined) throw new QuorateError('REFUSED', 'a stranger on the election port');
      this.#owners.set(link, peer.member.id);
      this.#opened(peer, link);
      return;
    }
    const notification = type === ElectionFrame.notification ? readNotification(body) : undefined;
    if (notification === undefined) throw new QuorateError('REFUSED', `frame type ${type} on the election port`);
    this.#host.onNotification(owner, notification);
  }

  onDrain(): void {}

  onClose(link: Link): void {
    const owner = this.#owners.get(link);
    this.#owners.delete(link);
    if (owner === undefined) return;
    const peer = this.#peers.get(owner)!;
    const at = peer.open.indexOf(link);
    if (at >= 0) peer.open.splice(at, 1);
    if (peer.open.length === 0) this.#setReachable(peer, false);
  }

  #greet(link: Link): void {
    if (!this.#owners.has(link)) this.#owners.set(link, undefined);
    writeElectionHello(link.writer(), this.#membership, this.#id);
  }

  #opened(peer: PeerLinks, link: Link): void {
    peer.open.push(link);
    if (peer.latest !== null) writeNotification(link.writer(), peer.latest);
    this.#setReachable(peer, true);
  }

  #setReachable(peer: PeerLinks, reachable: boolean): void {
    if (peer.reachable === reachable) return;
    peer.reachable = reachable;
    this.#host.onReachable(peer.member.id, reachable);
  }

  #dial(peer: PeerLinks): void {
    const now = this.#clock.now();
    if (peer.dialling || this.#closed || now < peer.dialNotBefore) return;
    peer.dialling = true;
    peer.dialNotBefore = now + REDIAL_MS;
    let waiting = true;
    const timeout = this.#clock.timer(() => {
      waiting = false;
      peer.dialling = false;
    });
    timeout.at(now + DIAL_MS);
    this.#transport.dial(peer.member.electionAddress).then(
      (connection) => {
        timeout.cancel();
        this.#turn.enter();
        if (!waiting || this.#closed) {
          connection.destroy();
          return;
        }
        peer.dialling = false;
        this.#greet(new Link(++this.#links, connection, this.#turn, FRAME_BYTES, this));
      },
      () => {
        timeout.cancel();
        if (waiting) peer.dialling = false;
      },
    );
  }
}
