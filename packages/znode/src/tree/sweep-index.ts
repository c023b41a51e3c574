/**
 * Which nodes may be swept, and from when: a heap by time, so that asking costs what is due and not what there is.
 * An entry that a later one replaced stays in the heap until it comes up.
 */
export class SweepIndex {
  readonly #times: number[] = [];
  readonly #handles: number[] = [];
  readonly #current = new Map<number, number>();

  /** Handles that have a time. */
  get size(): number {
    return this.#current.size;
  }

  /**
   * Makes sure that the handle comes up at `at` or earlier; one that has an earlier time keeps it, and whoever takes it out
   * looks at the node again.
   * @param at ms; Infinity takes the handle out
   */
  set(handle: number, at: number): void {
    if (at === Number.POSITIVE_INFINITY) {
      this.#current.delete(handle);
      return;
    }
    const before = this.#current.get(handle);
    if (before !== undefined && before <= at) return;
    this.#current.set(handle, at);
    if (this.#times.length > this.#current.size * 2 + 1024) this.#rebuild();
    else this.#push(at, handle);
  }

  remove(handle: number): void {
    this.#current.delete(handle);
  }

  /** Takes out the handle that has been due longest at `now`, -1 when none is. */
  takeDue(now: number): number {
    while (this.#times.length > 0 && this.#times[0]! <= now) {
      const at = this.#times[0]!;
      const handle = this.#handles[0]!;
      this.#pop();
      if (this.#current.get(handle) !== at) continue;
      this.#current.delete(handle);
      return handle;
    }
    return -1;
  }

  /** Without the entries of handles that went or were replaced. */
  #rebuild(): void {
    this.#times.length = 0;
    this.#handles.length = 0;
    for (const [handle, at] of this.#current) this.#push(at, handle);
  }

  #push(at: number, handle: number): void {
    const times = this.#times;
    const handles = this.#handles;
    let i = times.length;
    times.push(at);
    handles.push(handle);
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (times[up]! <= at) break;
      times[i] = times[up]!;
      handles[i] = handles[up]!;
      i = up;
    }
    times[i] = at;
    handles[i] = handle;
  }

  #pop(): void {
    const times = this.#times;
    const handles = this.#handles;
    const at = times.pop()!;
    const handle = handles.pop()!;
    const count = times.length;
    if (count === 0) return;
    let i = 0;
    for (;;) {
      let down = i * 2 + 1;
      if (down >= count) break;
      if (down + 1 < count && times[down + 1]! < times[down]!) down += 1;
      if (times[down]! >= at) break;
      times[i] = times[down]!;
      handles[i] = handles[down]!;
      i = down;
    }
    times[i] = at;
    handles[i] = handle;
  }
}
