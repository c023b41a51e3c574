import {
  formatZxid,
  QuorateError,
  type SnapshotInfo,
  type SnapshotReader,
  type SnapshotStore,
  type SnapshotWriter,
  type Zxid,
} from '@quorate/interfaces';
import type { Later } from './later.js';

/** Snapshots by zxid; the map outlives the process. */
export type SnapshotRemains = Map<Zxid, Uint8Array>;

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/** The snapshot store's contract and nothing else: a snapshot is there from the moment its commit resolves. */
export class ModelSnapshots implements SnapshotStore {
  readonly supports = { permanence: true };
  readonly #kept: SnapshotRemains;
  readonly #later: Later;

  constructor(later: Later, kept: SnapshotRemains = new Map()) {
    this.#later = later;
    this.#kept = kept;
  }

  list(): Promise<readonly SnapshotInfo[]> {
    return this.#wait('list', () =>
      [...this.#kept].map(([zxid, { length }]) => ({ zxid, bytes: length })).sort((a, b) => b.zxid - a.zxid),
    );
  }

  begin(zxid: Zxid): Promise<SnapshotWriter> {
    const chunks: Uint8Array[] = [];
    let over = false;
    const usable = (call: string): void => {
      if (over) throw new QuorateError('STORAGE_FAILED', `${call}: this snapshot was committed or aborted`);
    };
    return this.#wait('open', () => ({
      write: async (chunk: Uint8Array) => {
        usable('write');
        chunks.push(chunk.slice());
        await this.#wait('write', () => {});
      },
      commit: () =>
        this.#wait('rename', () => {
          usable('commit');
          over = true;
          this.#kept.set(zxid, joined(chunks));
        }),
      abort: () => {
        over = true;
        return this.#wait('unlink', () => {});
      },
    }));
  }

  open(zxid: Zxid): Promise<SnapshotReader> {
    return this.#wait('open', () => {
      const bytes = this.#kept.get(zxid);
      if (bytes === undefined) throw new QuorateError('NO_SUCH_ZXID', `no snapshot at ${formatZxid(zxid)}`);
      let at = 0;
      return {
        zxid,
        bytes: bytes.length,
        read: () =>
          this.#wait('read', () => {
            if (at >= bytes.length) return null;
            const chunk = bytes.slice(at, at + 4096);
            at += chunk.length;
            return chunk;
          }),
        close: () => this.#wait('close', () => {}),
      };
    });
  }

  drop(zxid: Zxid): Promise<void> {
    return this.#wait('unlink', () => void this.#kept.delete(zxid));
  }

  close(): Promise<void> {
    return this.#wait('close', () => {});
  }

  /** A dead process's calls never end, and have no effect. */
  #wait<T>(call: Parameters<Later>[0], effect: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#later(call, (error) => {
        if (error !== undefined) return reject(error);
        try {
          resolve(effect());
        } catch (thrown) {
          reject(thrown);
        }
      });
    });
  }
}
