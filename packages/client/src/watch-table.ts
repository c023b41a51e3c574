import type { ByteWriter } from '@quorate/interfaces';
import {
  beginFrame,
  EventType,
  endFrame,
  OpCode,
  type SetWatches,
  writeRequestHeader,
  writeSetWatches,
  writeSetWatches2,
  Xid,
} from '@quorate/protocol';
import type { SessionState } from './options.js';

export type WatchEventType = 'nodeCreated' | 'nodeDeleted' | 'nodeDataChanged' | 'nodeChildrenChanged' | 'none';

export interface WatchEvent {
  /** `none`: nothing happened to the node, but the session is over and the watch with it. */
  readonly type: WatchEventType;
  readonly path: string;
  /** zxid of the change; -1 where the server does not say. Not to be taken for "seen up to here". */
  readonly zxid: number;
  readonly state: SessionState;
}

export type Watcher = (event: WatchEvent) => void;

/** One-shot: data (getData, exists of a node that is there), exist (of one that is not), child; then the two that stay. */
export type WatchKind = 'data' | 'exist' | 'child' | 'persistent' | 'recursive';

const KINDS: readonly WatchKind[] = ['data', 'exist', 'child', 'persistent', 'recursive'];

/** Bytes of paths in one setWatches request (spec §4). */
const BATCH_BYTES = 131_072;

const EVENT_NAMES: ReadonlyMap<number, WatchEventType> = new Map([
  [EventType.nodeCreated, 'nodeCreated'],
  [EventType.nodeDeleted, 'nodeDeleted'],
  [EventType.nodeDataChanged, 'nodeDataChanged'],
  [EventType.nodeChildrenChanged, 'nodeChildrenChanged'],
]);

/** The one-shot kinds that each event uses up (spec §4). */
const CONSUMED: Readonly<Record<WatchEventType, readonly WatchKind[]>> = {
  nodeCreated: ['data', 'exist'],
  nodeDataChanged: ['data', 'exist'],
  nodeDeleted: ['data', 'exist', 'child'],
  nodeChildrenChanged: ['child'],
  none: [],
};

/** A listener's error is not the client's: it becomes an unhandled rejection, and everything else goes on. */
export function callListener<T extends unknown[]>(listener: (...args: T) => void, ...args: T): void {
  try {
    listener(...args);
  } catch (error) {
    void Promise.reject(error);
  }
}

/** Who waits for what, by the server's paths (chroot included). */
export class WatchTable {
  readonly #byKind: Readonly<Record<WatchKind, Map<string, Set<Watcher>>>> = {
    data: new Map(),
    exist: new Map(),
    child: new Map(),
    persistent: new Map(),
    recursive: new Map(),
  };

  add(kind: WatchKind, path: string, watcher: Watcher): void {
    const table = this.#byKind[kind];
    let watchers = table.get(path);
    if (watchers === undefined) table.set(path, (watchers = new Set()));
    watchers.add(watcher);
  }

  /** @returns whether it was the last one of its kind at this path */
  remove(kind: WatchKind, path: string, watcher: Watcher): boolean {
    const table = this.#byKind[kind];
    const watchers = table.get(path);
    if (watchers?.delete(watcher) !== true || watchers.size > 0) return false;
    return table.delete(path);
  }

  /**
   * Tells everybody who watches; each watcher once per event. An unknown type is ignored.
   * @param shown the path as the caller knows it
   */
  fire(type: number, path: string, shown: string, zxid: number): void {
    const name = EVENT_NAMES.get(type);
    if (name === undefined) return;
    const told = new Set<Watcher>();
    for (const kind of CONSUMED[name]) {
      this.#collect(kind, path, told);
      this.#byKind[kind].delete(path);
    }
    this.#collect('persistent', path, told);
    if (name !== 'nodeChildrenChanged') this.#collectRecursive(path, told);
    const event: WatchEvent = { type: name, path: shown, zxid, state: 'CONNECTED' };
    for (const watcher of told) callListener(watcher, event);
  }

  /** Tells every watcher that the session is over, once per path, and forgets them all. */
  end(state: SessionState, show: (path: string) => string): void {
    const last = new Map<string, Set<Watcher>>();
    for (const kind of KINDS) {
      for (const [path, watchers] of this.#byKind[kind]) {
        const told = last.get(path);
        if (told === undefined) last.set(path, new Set(watchers));
        else for (const watcher of watchers) told.add(watcher);
      }
      this.#byKind[kind].clear();
    }
    for (const [path, watchers] of last) {
      const event: WatchEvent = { type: 'none', path: show(path), zxid: -1, state };
      for (const watcher of watchers) callListener(watcher, event);
    }
  }

  /** Writes the requests that set every watch again on a new connection, in batches. @returns how many */
  writeSetWatches(w: ByteWriter, relativeZxid: number): number {
    let frames = 0;
    let bytes = 0;
    let batch: Record<WatchKind, string[]> = { data: [], exist: [], child: [], persistent: [], recursive: [] };
    const send = (): void => {
      writeBatch(w, relativeZxid, batch);
      batch = { data: [], exist: [], child: [], persistent: [], recursive: [] };
      bytes = 0;
      frames += 1;
    };
    for (const kind of KINDS) {
      for (const path of this.#byKind[kind].keys()) {
        const size = 4 + 3 * path.length;
        if (bytes > 0 && bytes + size > BATCH_BYTES) send();
        batch[kind].push(path);
        bytes += size;
      }
    }
    if (bytes > 0) send();
    return frames;
  }

  #collect(kind: WatchKind, path: string, into: Set<Watcher>): void {
    const watchers = this.#byKind[kind].get(path);
    if (watchers !== undefined) for (const watcher of watchers) into.add(watcher);
  }

  #collectRecursive(path: string, into: Set<Watcher>): void {
    if (this.#byKind.recursive.size === 0) return;
    for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/'))) this.#collect('recursive', at, into);
    this.#collect('recursive', '/', into);
  }
}

function writeBatch(w: ByteWriter, relativeZxid: number, batch: Record<WatchKind, string[]>): void {
  const begun = beginFrame(w);
  if (batch.persistent.length + batch.recursive.length === 0) {
    writeRequestHeader(w, Xid.setWatches, OpCode.setWatches);
    writeSetWatches(w, relativeZxid, batch.data, batch.exist, batch.child);
  } else {
    const watches: SetWatches = {
      relativeZxid,
      dataWatches: batch.data,
      existWatches: batch.exist,
      childWatches: batch.child,
      persistentWatches: batch.persistent,
      persistentRecursiveWatches: batch.recursive,
    };
    writeRequestHeader(w, Xid.setWatches, OpCode.setWatches2);
    writeSetWatches2(w, watches);
  }
  endFrame(w, begun);
}
