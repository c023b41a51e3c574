import { ByteWriter } from '@quorate/interfaces';
import { writeString } from '@quorate/protocol';
import type { TxnResult } from '../api.js';
import type { NodeTypeRegistry } from '../node-types/node-type-registry.js';
import type { NodeTable } from '../tree/node-table.js';

const NOTHING = 0;
const PATH = 1;
const PATH_AND_STAT = 2;
const STAT = 3;
const BYTES = 4;

/** The one {@link TxnResult} of a state machine: what the last txn did, read from the tree when somebody asks. */
export class ReusedTxnResult implements TxnResult {
  error = 0;
  /** Results of a multi so far, each as it stands in the reply. */
  readonly bytes = new ByteWriter(256);
  readonly #tree: NodeTable;
  readonly #types: NodeTypeRegistry;
  #kind = NOTHING;
  #handle = -1;

  constructor(tree: NodeTable, types: NodeTypeRegistry) {
    this.#tree = tree;
    this.#types = types;
  }

  clear(): void {
    this.error = 0;
    this.#kind = NOTHING;
  }

  fail(error: number): void {
    this.error = error;
    this.#kind = NOTHING;
  }

  setPath(handle: number): void {
    this.#kind = PATH;
    this.#handle = handle;
  }

  setPathAndStat(handle: number): void {
    this.#kind = PATH_AND_STAT;
    this.#handle = handle;
  }

  setStat(handle: number): void {
    this.#kind = STAT;
    this.#handle = handle;
  }

  /** The body is what {@link bytes} holds. */
  setBytes(): void {
    this.#kind = BYTES;
  }

  writeBody(out: ByteWriter): void {
    const kind = this.#kind;
    if (kind === PATH || kind === PATH_AND_STAT) writeString(out, this.#tree.path(this.#handle));
    if (kind === STAT || kind === PATH_AND_STAT) {
      this.#tree.writeStat(out, this.#handle, this.#types.get(this.#tree.type(this.#handle)).showsOwner);
    }
    if (kind === BYTES) out.raw(this.bytes.bytes, this.bytes.origin, this.bytes.offset);
  }
}
