import { ByteReader, ByteWriter } from '@quorate/interfaces';
import type { Ghost, ServerGhost } from '../ghost.js';

/** The part of a peer that carries messages between a learner's server and its leader's. */
export interface ChatPeer {
  tellLeader(bytes: Uint8Array): void;
  tellLearner(id: number, bytes: Uint8Array): void;
}

interface Word {
  readonly id: number;
  readonly incarnation: number;
  readonly count: number;
}

function encode({ id, incarnation, count }: Word): Uint8Array {
  const out = new ByteWriter(16);
  out.u8(id);
  out.u32(incarnation);
  out.u32(count);
  return out.take();
}

function decode(bytes: Uint8Array): Word {
  const input = new ByteReader(bytes);
  return { id: input.u8(), incarnation: input.u32(), count: input.u32() };
}

const isLater = (a: Word, b: Word | undefined): boolean =>
  b === undefined || a.incarnation > b.incarnation || (a.incarnation === b.incarnation && a.count > b.count);

/** With each heartbeat a learner tells its leader a number; the leader tells it back: whole, in order, to nobody else. */
export class LearnerChat {
  readonly #world: Ghost;
  readonly #self: ServerGhost;
  readonly #heard = new Map<number, Word>();
  #count = 0;
  #echoed: Word | undefined;

  constructor(world: Ghost, self: ServerGhost) {
    this.#world = world;
    this.#self = self;
  }

  heartbeat(peer: ChatPeer): void {
    this.#count += 1;
    const bytes = encode({ id: this.#self.id, incarnation: this.#self.incarnation, count: this.#count });
    peer.tellLeader(bytes);
    bytes.fill(0xee);
  }

  fromLearner(peer: ChatPeer, from: number, bytes: Uint8Array): void {
    const word = decode(bytes);
    if (word.id !== from || !isLater(word, this.#heard.get(from))) this.#wrong(`from learner ${from}`, word);
    this.#heard.set(from, word);
    const echo = encode(word);
    peer.tellLearner(from, echo);
    echo.fill(0xee);
  }

  fromLeader(bytes: Uint8Array): void {
    const word = decode(bytes);
    const mine = word.id === this.#self.id && word.incarnation === this.#self.incarnation && word.count <= this.#count;
    if (!mine || !isLater(word, this.#echoed)) this.#wrong('from its leader', word);
    this.#echoed = word;
  }

  #wrong(where: string, { id, incarnation, count }: Word): void {
    this.#world.violate(
      'LearnerMessages',
      `server ${this.#self.id} got ${id}#${incarnation}:${count} ${where}, out of order or not its own`,
    );
  }
}
