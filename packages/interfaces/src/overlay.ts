import type { Zxid } from './zxid.js';

interface Layer<K, V> {
  readonly zxid: Zxid;
  readonly key: K;
  readonly value: V;
  readonly below: Layer<K, V> | undefined;
  applied: boolean;
}

/**
 * What a leader has proposed and not yet applied: `prepare` looks here first and in the applied state second (zab-spec
 * 6.8). A state machine calls {@link set} from `prepare`, {@link applied} from `apply`, {@link discard} from `discard`.
 */
export class Overlay<K, V> {
  #layers: Layer<K, V>[] = [];
  readonly #latest = new Map<K, Layer<K, V>>();

  /** The newest proposed value of `key`; undefined when none is outstanding. */
  get(key: K): V | undefined {
    return this.#latest.get(key)?.value;
  }

  /** Notes what the txn `zxid` makes of `key`. Zxids do not decrease. */
  set(zxid: Zxid, key: K, value: V): void {
    const layer: Layer<K, V> = { zxid, key, value, below: this.#latest.get(key), applied: false };
    this.#layers.push(layer);
    this.#latest.set(key, layer);
  }

  /** Everything up to `zxid` is in the applied state now. */
  applied(zxid: Zxid): void {
    let count = 0;
    for (const layer of this.#layers) {
      if (layer.zxid > zxid) break;
      layer.applied = true;
      if (this.#latest.get(layer.key) === layer) this.#latest.delete(layer.key);
      count += 1;
    }
    if (count > 0) this.#layers.splice(0, count);
  }

  /** Forgets what the txns from `from` on would have done. */
  discard(from: Zxid): void {
    while (this.#layers.length > 0 && this.#layers.at(-1)!.zxid >= from) {
      const { key, below } = this.#layers.pop()!;
      if (below === undefined || below.applied) this.#latest.delete(key);
      else this.#latest.set(key, below);
    }
  }
}
