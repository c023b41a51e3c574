import type { Millis, Timer } from '@quorate/interfaces';
import { ByteWriter } from '@quorate/interfaces';
import { OpCode, writeString } from '@quorate/protocol';
import type { Completion, PeerStatus } from '@quorate/zab';
import type { ServerContext } from '../context.js';
import { NOBODY } from '../sessions/session-guard.js';

const MINUTE_MS = 60_000;
/** The leader looks again at the next sweep; why a deletion came to nothing does not matter. */
const INDIFFERENT: Completion = { settle: () => {}, refuse: () => {}, fail: () => {} };

/**
 * On the leader: deletes containers that lost their last child and TTL nodes whose time is over (zk-client-spec 2.6). The tree
 * names candidates; each deletion is an ordinary write whose `prepare` looks again.
 */
export class ContainerSweeper {
  readonly #context: ServerContext;
  readonly #timer: Timer;
  readonly #limit: number;
  readonly #path = new ByteWriter(256);
  #running = false;

  constructor(context: ServerContext) {
    this.#context = context;
    this.#timer = context.clock.timer(this.#sweep);
    const { containerCheckIntervalMs, containerMaxPerMinute } = context.settings;
    const share = Math.min(containerCheckIntervalMs / MINUTE_MS, 1);
    this.#limit = Math.max(1, Math.floor(containerMaxPerMinute * share));
  }

  get #intervalMs(): Millis {
    return this.#context.settings.containerCheckIntervalMs;
  }

  onStatus({ serving, role }: PeerStatus): void {
    const leads = serving && role === 'leading';
    if (leads === this.#running) return;
    this.#running = leads;
    if (leads) this.#timer.at(this.#context.clock.now() + this.#intervalMs);
    else this.#timer.cancel();
  }

  stop(): void {
    this.#running = false;
    this.#timer.cancel();
  }

  readonly #sweep = (): void => {
    if (!this.#running) return;
    const context = this.#context;
    context.engine.turn.enter();
    for (const path of context.tree.sweep(context.clock.wall(), this.#limit)) {
      this.#path.rewind(0);
      writeString(this.#path, path);
      context.submitOwn(0, 0, OpCode.deleteContainer, this.#path.peek(), NOBODY, INDIFFERENT);
    }
    this.#timer.at(context.clock.now() + this.#intervalMs);
  };
}
