import {
  ByteReader,
  crc32,
  forEachEntry,
  type LogRecovery,
  type LogStore,
  type LogStoreEvents,
  type Zxid,
} from '@quorate/interfaces';
import type { Ghost, ServerGhost } from './ghost.js';

interface SyncMark {
  readonly token: number;
  readonly last: Zxid;
  readonly base: Zxid;
  readonly states: number;
}

/** A log that tells the ghost what its server asks of it and what it answers. */
export class ObservedLog implements LogStore {
  readonly supports: LogStore['supports'];
  readonly #inner: LogStore;
  readonly #ghost: Ghost;
  readonly #server: ServerGhost;
  readonly #alive: () => boolean;
  readonly #reader = new ByteReader();
  #marks: SyncMark[] = [];
  #statesPut = 0;

  constructor(inner: LogStore, ghost: Ghost, server: ServerGhost, alive: () => boolean) {
    this.supports = inner.supports;
    this.#inner = inner;
    this.#ghost = ghost;
    this.#server = server;
    this.#alive = alive;
  }

  get base(): Zxid {
    return this.#inner.base;
  }

  get last(): Zxid {
    return this.#inner.last;
  }

  async open(events: LogStoreEvents): Promise<LogRecovery> {
    const recovery = await this.#inner.open({
      onDurable: (token) => {
        if (!this.#alive()) return;
        this.#durable(token);
        events.onDurable(token);
      },
      onFailure: (error) => {
        if (this.#alive()) events.onFailure(error);
      },
    });
    const entries: Zxid[] = [];
    let at = recovery.base;
    while (at < recovery.last) {
      const batches = await this.#read(at);
      if (batches.length === 0) break;
      for (const batch of batches) {
        forEachEntry(batch, this.#reader, (zxid, _kind, payload) => {
          if (zxid <= at) return;
          entries.push(zxid);
          const crc = crcOf(payload);
          this.#ghost.ask((rule) => rule.logged?.(this.#server, zxid, crc));
          at = zxid;
        });
      }
    }
    this.#ghost.ask((rule) => rule.opened?.(this.#server, recovery, entries));
    const disk = this.#server.disk;
    disk.base = recovery.base;
    disk.zxids = entries;
    disk.last = recovery.last;
    disk.durable = recovery.last;
    disk.states = [recovery.state];
    return recovery;
  }

  #read(after: Zxid): Promise<readonly Uint8Array[]> {
    return new Promise((resolve, reject) => {
      this.#inner.read(after, 1 << 20, (error, batches) => (error === null ? resolve(batches) : reject(error)));
    });
  }

  append(batch: Uint8Array): void {
    this.#inner.append(batch);
    if (!this.#alive()) return;
    const disk = this.#server.disk;
    forEachEntry(batch, this.#reader, (zxid, _kind, payload) => {
      const crc = crcOf(payload);
      this.#ghost.ask((rule) => rule.logged?.(this.#server, zxid, crc));
      disk.zxids.push(zxid);
      disk.last = zxid;
    });
  }

  putState(state: Uint8Array): void {
    this.#inner.putState(state);
    if (!this.#alive()) return;
    this.#ghost.ask((rule) => rule.stateSaved?.(this.#server, state));
    this.#server.disk.states.push(state.slice());
    this.#statesPut += 1;
  }

  truncateAfter(zxid: Zxid): void {
    this.#inner.truncateAfter(zxid);
    if (!this.#alive()) return;
    this.#ghost.ask((rule) => rule.truncating?.(this.#server, zxid));
    const disk = this.#server.disk;
    while (disk.zxids.length > 0 && disk.zxids.at(-1)! > zxid) disk.zxids.pop();
    disk.last = zxid;
    this.#clamp(zxid);
  }

  reset(base: Zxid): void {
    this.#inner.reset(base);
    if (!this.#alive()) return;
    this.#ghost.ask((rule) => rule.resetting?.(this.#server, base));
    const disk = this.#server.disk;
    // Until the reset is durable, either history may come back; both hold what was held.
    disk.zxids = disk.zxids.filter((zxid) => zxid <= disk.durable);
    disk.last = base;
    this.#clamp(base);
  }

  /** Nothing beyond `zxid` is vouched for any more, not even by a sync that is under way. */
  #clamp(zxid: Zxid): void {
    const disk = this.#server.disk;
    if (disk.durable > zxid) disk.durable = zxid;
    this.#marks = this.#marks.map((mark) => (mark.last > zxid ? { ...mark, last: zxid } : mark));
  }

  sync(): number {
    const token = this.#inner.sync();
    if (this.#alive()) {
      this.#marks.push({ token, last: this.#inner.last, base: this.#inner.base, states: this.#statesPut });
    }
    return token;
  }

  #durable(token: number): void {
    const disk = this.#server.disk;
    let mark: SyncMark | undefined;
    while (this.#marks.length > 0 && this.#marks[0]!.token <= token) mark = this.#marks.shift();
    if (mark === undefined) return;
    if (mark.last > disk.durable) disk.durable = mark.last;
    if (mark.base > disk.base) disk.base = Math.min(mark.base, disk.last) as Zxid;
    const newer = this.#statesPut - mark.states;
    disk.states = disk.states.slice(Math.max(0, disk.states.length - newer - 1));
  }

  read(after: Zxid, maxBytes: number, done: (error: Error | null, batches: readonly Uint8Array[]) => void): void {
    this.#inner.read(after, maxBytes, done);
  }

  retire(zxid: Zxid): void {
    this.#inner.retire(zxid);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

function crcOf(payload: ByteReader): number {
  return crc32(payload.bytes.subarray(payload.offset, payload.end));
}
