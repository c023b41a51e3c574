import type { Zxid } from '@quorate/interfaces';
import { type Acl, EventType, Perms } from '@quorate/protocol';
import type { AclPolicy } from '../acl/acl-policy.js';
import type { WatchEventType, Watcher } from '../api.js';
import { PERSISTENT, RECURSIVE, STANDARD, WatchSet } from './watch-set.js';

/** A watch that somebody has: for `wchs`, `wchc` and `wchp`. */
export type WatchVisitor = (path: string, watcher: Watcher, modes: number) => void;

/**
 * The watches of this server's connections (spec §2.8): not replicated, and gone with the connection. Events reach
 * {@link Watcher.notify} at once, filtered by what the connection may read (T55).
 */
export class WatchTable {
  readonly #data = new WatchSet();
  readonly #child = new WatchSet();
  readonly #policy: AclPolicy;
  readonly #heard = new Set<Watcher>();
  readonly #heardOfChild = new Set<Watcher>();

  constructor(policy: AclPolicy) {
    this.#policy = policy;
  }

  /** Pairs of watcher and path in both tables (`watch_count`, T75). */
  get size(): number {
    return this.#data.size + this.#child.size;
  }

  /** Figures of the data table, which is what `wchs` shows (T75). */
  get dataWatches(): { readonly size: number; readonly pathCount: number; readonly watcherCount: number } {
    return this.#data;
  }

  addData(path: string, watcher: Watcher): void {
    this.#data.add(path, watcher, STANDARD);
  }

  addChild(path: string, watcher: Watcher): void {
    this.#child.add(path, watcher, STANDARD);
  }

  addPersistent(path: string, watcher: Watcher): void {
    this.#data.add(path, watcher, PERSISTENT);
    this.#child.add(path, watcher, PERSISTENT);
  }

  addRecursive(path: string, watcher: Watcher): void {
    this.#data.add(path, watcher, RECURSIVE);
  }

  dataModes(path: string, watcher: Watcher): number {
    return this.#data.modes(path, watcher);
  }

  childModes(path: string, watcher: Watcher): number {
    return this.#child.modes(path, watcher);
  }

  /** Ends modes in the data and the child table. @returns whether there was any */
  remove(path: string, watcher: Watcher, dataModes: number, childModes: number): boolean {
    const ofData = this.#data.remove(path, watcher, dataModes);
    return this.#child.remove(path, watcher, childModes) || ofData;
  }

  /** Ends all watches of a connection that closed. */
  removeWatcher(watcher: Watcher): void {
    this.#data.removeWatcher(watcher);
    this.#child.removeWatcher(watcher);
  }

  forEachDataWatch(visit: WatchVisitor): void {
    this.#data.forEach(visit);
  }

  forEachChildWatch(visit: WatchVisitor): void {
    this.#child.forEach(visit);
  }

  /** @param acl of the new node */
  created(path: string, acl: readonly Acl[], parent: string, parentAcl: readonly Acl[], zxid: Zxid): void {
    if (this.#data.size > 0) {
      this.#data.take(path, this.#heard);
      this.#notify(this.#heard, EventType.nodeCreated, path, acl, zxid);
    }
    this.#childrenChanged(parent, parentAcl, zxid);
  }

  /** @param acl of the node that went */
  deleted(path: string, acl: readonly Acl[], parent: string, parentAcl: readonly Acl[], zxid: Zxid): void {
    if (this.size === 0) return;
    this.#data.take(path, this.#heard);
    this.#child.take(path, this.#heardOfChild);
    for (const watcher of this.#heard) this.#heardOfChild.delete(watcher);
    this.#notify(this.#heard, EventType.nodeDeleted, path, acl, zxid);
    this.#notify(this.#heardOfChild, EventType.nodeDeleted, path, acl, zxid);
    this.#childrenChanged(parent, parentAcl, zxid);
  }

  dataChanged(path: string, acl: readonly Acl[], zxid: Zxid): void {
    if (this.#data.size === 0) return;
    this.#data.take(path, this.#heard);
    this.#notify(this.#heard, EventType.nodeDataChanged, path, acl, zxid);
  }

  #childrenChanged(parent: string, acl: readonly Acl[], zxid: Zxid): void {
    if (this.#child.size === 0) return;
    this.#child.take(parent, this.#heard);
    this.#notify(this.#heard, EventType.nodeChildrenChanged, parent, acl, zxid);
  }

  #notify(watchers: Set<Watcher>, type: WatchEventType, path: string, acl: readonly Acl[], zxid: Zxid): void {
    for (const watcher of watchers) {
      if (this.#policy.allows(acl, Perms.read, watcher.identity.ids)) watcher.notify(type, path, zxid);
    }
    watchers.clear();
  }
}
