import type { Connection, ConnectionSink } from '@quorate/interfaces';
import { Relay } from './relay.js';

/** Connections that break one clause each: what is wrong, and the clause. */
export const brokenConnections: readonly (readonly [string, string, new (inner: Connection) => Connection])[] = [
  [
    'exchanges two chunks',
    'T-5',
    class extends Relay {
      #held: Uint8Array | undefined = undefined;

      protected override data(chunk: Uint8Array): void {
        const held = this.#held;
        this.#held = held === undefined ? chunk : undefined;
        if (held === undefined) return;
        super.data(chunk);
        super.data(held);
      }
    },
  ],
  [
    'delivers a chunk twice',
    'T-5',
    class extends Relay {
      protected override data(chunk: Uint8Array): void {
        super.data(chunk);
        super.data(chunk);
      }
    },
  ],
  [
    'drops what a large send holds beyond its buffer',
    'T-5',
    class extends Relay {
      override send(bytes: Uint8Array): boolean {
        return super.send(bytes.subarray(0, 1024 * 1024));
      }
    },
  ],
  [
    'drops a byte now and then among tiny sends',
    'T-9',
    class extends Relay {
      #sends = 0;

      override send(bytes: Uint8Array): boolean {
        this.#sends += 1;
        return super.send(this.#sends % 1000 === 0 ? bytes.subarray(1) : bytes);
      }
    },
  ],
  [
    'never drains',
    'T-6',
    class extends Relay {
      protected override drained(): void {}
    },
  ],
  [
    'drains unasked',
    'T-6',
    class extends Relay {
      override send(bytes: Uint8Array): boolean {
        setImmediate(() => this.sink?.onDrain());
        return super.send(bytes);
      }
    },
  ],
  [
    'drains inside send',
    'T-6',
    class extends Relay {
      override send(bytes: Uint8Array): boolean {
        if (super.send(bytes)) return true;
        this.sink?.onDrain();
        return false;
      }
    },
  ],
  [
    'never says to wait',
    'T-6',
    class extends Relay {
      override send(bytes: Uint8Array): boolean {
        super.send(bytes);
        return true;
      }
    },
  ],
  [
    'reports its close twice',
    'T-7',
    class extends Relay {
      protected override closed(error: Error | undefined): void {
        super.closed(error);
        setImmediate(() => super.closed(error));
      }
    },
  ],
  [
    'never reports its close',
    'T-7',
    class extends Relay {
      protected override closed(): void {}
    },
  ],
  [
    'reports its close inside destroy and end',
    'T-7',
    class extends Relay {
      #told = false;

      override end(): void {
        super.end();
        this.closed(undefined);
      }

      override destroy(): void {
        super.destroy();
        this.closed(undefined);
      }

      protected override closed(error: Error | undefined): void {
        if (!this.#told) super.closed(error);
        this.#told = true;
      }
    },
  ],
  [
    'calls an orderly end an error',
    'T-7',
    class extends Relay {
      protected override closed(): void {
        super.closed(new Error('ended'));
      }
    },
  ],
  [
    'delivers bytes after its close',
    'T-7',
    class extends Relay {
      protected override closed(error: Error | undefined): void {
        super.closed(error);
        this.data(new Uint8Array(1));
      }
    },
  ],
  [
    'loses what came before open',
    'T-8',
    class extends Relay {
      #opened = false;
      #over = false;

      constructor(inner: Connection) {
        super(inner);
        super.open({
          onData: () => {},
          onDrain: () => {},
          onClose: () => {
            this.#over = true;
          },
        });
        this.sink = undefined;
      }

      override open(sink: ConnectionSink): void {
        this.#opened = true;
        this.sink = sink;
        if (this.#over) setImmediate(() => sink.onClose());
      }

      protected override data(chunk: Uint8Array): void {
        if (this.#opened) super.data(chunk);
      }
    },
  ],
  [
    'throws on a send after the close',
    'T-9',
    class extends Relay {
      #over = false;

      override send(bytes: Uint8Array): boolean {
        if (this.#over) throw new Error('closed');
        return super.send(bytes);
      }

      protected override closed(error: Error | undefined): void {
        this.#over = true;
        super.closed(error);
      }
    },
  ],
  [
    'still sends after end',
    'T-9',
    class extends Relay {
      override end(): void {
        setImmediate(() => super.end());
      }
    },
  ],
  [
    'overwrites bytes that were sent',
    'T-9',
    class extends Relay {
      override send(bytes: Uint8Array): boolean {
        const more = super.send(bytes.slice());
        bytes.fill(0);
        return more;
      }
    },
  ],
  [
    'calls nothing buffered what it still refers to',
    'T-10',
    class extends Relay {
      override get buffered(): number {
        return 0;
      }
    },
  ],
  [
    'counts bytes as buffered after the close',
    'T-10',
    class extends Relay {
      #count = 0;

      override get buffered(): number {
        return this.#count;
      }

      override send(bytes: Uint8Array): boolean {
        this.#count = bytes.length;
        return super.send(bytes);
      }
    },
  ],
  [
    'ignores pause',
    'T-11',
    class extends Relay {
      override pause(): void {}
    },
  ],
  [
    'counts pauses',
    'T-11',
    class extends Relay {
      #pauses = 0;

      override pause(): void {
        this.#pauses += 1;
        super.pause();
      }

      override resume(): void {
        this.#pauses -= 1;
        if (this.#pauses === 0) super.resume();
      }
    },
  ],
  [
    'loses what arrives while paused',
    'T-11',
    class extends Relay {
      #paused = false;

      override pause(): void {
        this.#paused = true;
      }

      override resume(): void {
        this.#paused = false;
      }

      protected override data(chunk: Uint8Array): void {
        if (!this.#paused) super.data(chunk);
      }
    },
  ],
  [
    'loses what waits when it ends',
    'T-12',
    class extends Relay {
      override end(): void {
        this.destroy();
      }
    },
  ],
  [
    'never closes after end',
    'T-12',
    class extends Relay {
      override end(): void {}
    },
  ],
  [
    'waits for ever, after end, for a peer that does not read',
    'T-12',
    class extends Relay {
      #ending = false;

      override end(): void {
        this.#ending = true;
        if (this.buffered === 0) super.end();
      }

      protected override drained(): void {
        if (this.#ending) super.end();
        else super.drained();
      }
    },
  ],
  [
    'treats destroy as end',
    'T-13',
    class extends Relay {
      override destroy(): void {
        super.end();
      }
    },
  ],
  [
    'ignores destroy after end',
    'T-13',
    class extends Relay {
      #ended = false;

      override end(): void {
        this.#ended = true;
        super.end();
      }

      override destroy(): void {
        if (!this.#ended) super.destroy();
      }
    },
  ],
];
