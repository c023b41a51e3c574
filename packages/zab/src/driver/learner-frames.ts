import { type ByteReader, QuorateError, type Zxid } from '@quorate/interfaces';
import type { CoreEvent } from '../core/types.js';
import { Assigned } from '../native/assigned.js';
import {
  beginFrame,
  endFrame,
  Frame,
  type Greeting,
  readFollowerInfo,
  readLearnerMessage,
  unknownFrame,
} from '../native/messages.js';
import { writeText } from '../native/text.js';
import type { ServerId } from '../peer-api.js';
import type { Link } from './link.js';
import type { Prepared } from './proposer.js';

export interface LearnerFramesHost {
  readonly greeting: Greeting;
  raise(event: CoreEvent): void;
  refuse(link: number, reason: string): void;
  /** The learner on this link, once it is active and this server takes requests. */
  servedLearner(link: number): ServerId | undefined;
  prepare(request: ByteReader): Prepared;
  lastPrepared(): Zxid;
  onLearnerMessage(from: ServerId, bytes: Uint8Array): void;
}

/** What arrives on the peer port: learners' messages to their leader, their servers' requests among them. */
export class LearnerFrames {
  readonly #host: LearnerFramesHost;

  constructor(host: LearnerFramesHost) {
    this.#host = host;
  }

  onFrame(link: Link, body: ByteReader): void {
    const type = body.u8();
    const host = this.#host;
    if (type === Frame.request) return this.#request(link, body);
    if (type === Frame.followerInfo) {
      const info = readFollowerInfo(body, host.greeting);
      if (typeof info === 'string') host.refuse(link.id, info);
      else host.raise({ type: 'fromLearner', link: link.id, message: { type: 'followerInfo', info } });
      return;
    }
    if (type === Frame.learnerMessage) {
      const id = host.servedLearner(link.id);
      if (id !== undefined) host.onLearnerMessage(id, body.rest());
      return;
    }
    const message = readLearnerMessage(type, body) ?? unknownFrame(type);
    host.raise({ type: 'fromLearner', link: link.id, message });
  }

  /** A forwarded request is prepared in its place among our own; its zxid is told on the same link, before its commit. */
  #request(link: Link, body: ByteReader): void {
    const host = this.#host;
    if (host.servedLearner(link.id) === undefined) {
      throw new QuorateError('REFUSED', 'a request from a server that is not being served');
    }
    const prepared = host.prepare(body);
    if (prepared === 'exhausted') return;
    const zxid = host.lastPrepared();
    const out = link.writer();
    const begun = beginFrame(out, Frame.assigned);
    out.u8(prepared === 'txn' ? Assigned.txn : 'refusal' in prepared ? Assigned.refused : Assigned.failed);
    out.long(zxid);
    if (prepared !== 'txn') {
      if ('refusal' in prepared) out.raw(prepared.refusal);
      else writeText(out, prepared.error.message);
    }
    endFrame(out, begun);
  }
}
