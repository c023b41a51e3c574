import { checkBatch, type LogStore, sliceBatch, type Zxid } from '@quorate/interfaces';
import type { CoreEvent, Effect } from '../core/types.js';
import { Frame } from '../native/messages.js';
import type { Link } from './link.js';
import type { LogTail } from './log-tail.js';

type Replicate = Extract<Effect, { type: 'replicate' }>;

/** Carries out `replicate`: from the tail in memory, or from the log for a learner that lags. */
export class Replicator {
  readonly #log: LogStore;
  readonly #tail: LogTail;
  readonly #raise: (event: CoreEvent) => void;

  constructor(log: LogStore, tail: LogTail, raise: (event: CoreEvent) => void) {
    this.#log = log;
    this.#tail = tail;
    this.#raise = raise;
  }

  run(link: Link, effect: Replicate): void {
    if (effect.after >= this.#tail.start) this.#fromTail(link, effect);
    else this.#fromLog(link, effect);
  }

  #fromTail(link: Link, { after, through, bytes: room }: Replicate): void {
    let last = after;
    let commit: Zxid = 0 as Zxid;
    let sent = 0;
    let index = this.#tail.indexAfter(after);
    while (index !== undefined && last < through && sent < room && !link.blocked) {
      const batch = this.#tail.at(index);
      if (batch === undefined) break;
      const whole = batch.previous === last && batch.last <= through;
      const part = whole ? batch.bytes : sliceBatch(batch.bytes, last, through);
      if (part === undefined) break;
      link.sendShared(Frame.batch, part);
      sent += part.length;
      last = batch.last < through ? batch.last : through;
      commit = batch.commit;
      index += 1;
    }
    this.#raise({ type: 'replicated', link: link.id, last, bytes: sent, commit, blocked: link.blocked });
  }

  #fromLog(link: Link, { after, through, bytes: room }: Replicate): void {
    this.#log.read(after, Math.min(room, 1 << 20), (error, batches) => {
      if (link.closed) return;
      if (error !== null) {
        this.#raise({ type: 'compacted', link: link.id });
        return;
      }
      let last = after;
      let commit: Zxid = 0 as Zxid;
      let sent = 0;
      for (const batch of batches) {
        const part = sliceBatch(batch, last, through);
        if (part === undefined) continue;
        const info = checkBatch(part);
        link.sendShared(Frame.batch, part);
        sent += part.length;
        last = info.last;
        commit = info.commit;
      }
      this.#raise({ type: 'replicated', link: link.id, last, bytes: sent, commit, blocked: link.blocked });
    });
  }
}
