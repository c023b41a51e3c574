import type { Watcher } from '../api.js';

/** How a watcher watches a path: any of these bits, which may stand together (spec §2.8). */
export const STANDARD = 1;
export const PERSISTENT = 2;
export const RECURSIVE = 4;

/** One of the two tables: which connections watch which paths, in which modes. */
export class WatchSet {
  readonly #byPath = new Map<string, Map<Watcher, number>>();
  readonly #byWatcher = new Map<Watcher, Set<string>>();
  #size = 0;
  #recursive = 0;

  /** Pairs of watcher and path. */
  get size(): number {
    return this.#size;
  }

  get pathCount(): number {
    return this.#byPath.size;
  }

  get watcherCount(): number {
    return this.#byWatcher.size;
  }

  add(path: string, watcher: Watcher, mode: number): void {
    let watchers = this.#byPath.get(path);
    if (watchers === undefined) {
      watchers = new Map<Watcher, number>();
      this.#byPath.set(path, watchers);
    }
    const before = watchers.get(watcher) ?? 0;
    if ((before | mode) === before) return;
    watchers.set(watcher, before | mode);
    this.#recursive += (mode & ~before & RECURSIVE) >> 2;
    if (before !== 0) return;
    this.#size += 1;
    const paths = this.#byWatcher.get(watcher);
    if (paths === undefined) this.#byWatcher.set(watcher, new Set([path]));
    else paths.add(path);
  }

  /** The modes in which it watches the path, 0 when it does not. */
  modes(path: string, watcher: Watcher): number {
    return this.#byPath.get(path)?.get(watcher) ?? 0;
  }

  /** Ends some modes. @returns whether there was any of them */
  remove(path: string, watcher: Watcher, modes: number): boolean {
    const before = this.modes(path, watcher);
    if ((before & modes) === 0) return false;
    this.#put(path, watcher, before, before & ~modes);
    return true;
  }

  removeWatcher(watcher: Watcher): void {
    const paths = this.#byWatcher.get(watcher);
    if (paths === undefined) return;
    for (const path of [...paths]) this.#put(path, watcher, this.modes(path, watcher), 0);
  }

  /**
   * Who is to hear of a change at `path`: its watchers and, of each ancestor, the recursive ones, everyone once. One-shot
   * watches are used up (T48, T50).
   * @param into cleared and filled
   */
  take(path: string, into: Set<Watcher>): void {
    into.clear();
    if (this.#size === 0) return;
    const watchers = this.#byPath.get(path);
    if (watchers !== undefined) {
      for (const [watcher, modes] of watchers) {
        into.add(watcher);
        if ((modes & STANDARD) !== 0) this.#put(path, watcher, modes, modes & ~STANDARD);
      }
    }
    if (this.#recursive > 0) this.#takeRecursive(path, into);
  }

  /** Visits every pair, by path in order of registration. */
  forEach(visit: (path: string, watcher: Watcher, modes: number) => void): void {
    for (const [path, watchers] of this.#byPath) {
      for (const [watcher, modes] of watchers) visit(path, watcher, modes);
    }
  }

  #takeRecursive(path: string, into: Set<Watcher>): void {
    let at = path;
    while (at.length > 1) {
      const slash = at.lastIndexOf('/');
      at = slash > 0 ? at.slice(0, slash) : '/';
      const watchers = this.#byPath.get(at);
      if (watchers === undefined) continue;
      for (const [watcher, modes] of watchers) if ((modes & RECURSIVE) !== 0) into.add(watcher);
    }
  }

  #put(path: string, watcher: Watcher, before: number, after: number): void {
    this.#recursive -= (before & ~after & RECURSIVE) >> 2;
    const watchers = this.#byPath.get(path)!;
    if (after !== 0) {
      watchers.set(watcher, after);
      return;
    }
    watchers.delete(watcher);
    this.#size -= 1;
    if (watchers.size === 0) this.#byPath.delete(path);
    const paths = this.#byWatcher.get(watcher)!;
    paths.delete(path);
    if (paths.size === 0) this.#byWatcher.delete(watcher);
  }
}
