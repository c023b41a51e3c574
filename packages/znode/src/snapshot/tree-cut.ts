import { ByteWriter, crc32, type SnapshotCut, type Zxid } from '@quorate/interfaces';
import { writeString } from '@quorate/protocol';
import type { SharedState } from '../shared-state.js';
import type { TreeObserver } from '../tree/node-table.js';
import {
  beginRecord,
  END,
  endRecord,
  FORMAT_VERSION,
  HEAD,
  MAGIC,
  patchNodeAcl,
  SESSION,
  writeAclRecord,
  writeNodeRecord,
} from './snapshot-format.js';

const PIECE_BYTES = 128 * 1024;
const MAX_PIECE_BYTES = 1024 * 1024;
/** Handles looked at per piece, free ones and those made after the cut included. */
const PIECE_HANDLES = 2048;

/** A node as it was at the cut, kept because it changed before its turn came. */
interface PreImage {
  readonly record: Uint8Array;
  readonly acl: number;
}

/**
 * The tree at one zxid, written handle by handle while the tree changes: what is about to change before it was written is
 * put aside first (a pre-image), and what comes after the cut is left out.
 */
export class TreeCut implements SnapshotCut, TreeObserver {
  readonly zxid: Zxid;
  readonly #state: SharedState;
  readonly #released: () => void;
  readonly #digest: number;
  readonly #limit: number;
  readonly #preImages = new Map<number, PreImage | null>();
  readonly #aclNumbers = new Map<number, number>();
  readonly #out = new ByteWriter(PIECE_BYTES * 2);
  readonly #scratch = new ByteWriter(1024);
  #cursor = 0;
  #nodes = 0;
  #sessions = 0;
  #crc = 0;
  /** Bytes of the writer's run that the CRC covers already, and that were handed out already. */
  #summed = 0;
  #handed = 0;
  #ended = false;
  #isReleased = false;

  /** @param released called once, when the cut is over */
  constructor(state: SharedState, zxid: Zxid, released: () => void) {
    this.zxid = zxid;
    this.#state = state;
    this.#released = released;
    this.#digest = state.digest;
    this.#limit = state.tree.limit;
    state.tree.observer = this;
    state.tree.acls.hold();
    this.#writeHead();
    this.#writeSessions();
  }

  beforeChange(handle: number): void {
    if (handle < this.#cursor || handle >= this.#limit || this.#preImages.has(handle)) return;
    const { tree } = this.#state;
    if (!tree.isUsed(handle)) {
      this.#preImages.set(handle, null);
      return;
    }
    this.#scratch.rewind(0);
    writeNodeRecord(this.#scratch, tree, handle, 0);
    this.#preImages.set(handle, { record: this.#scratch.peek().slice(), acl: tree.aclId(handle) });
  }

  next(): Uint8Array | null {
    if (this.#isReleased) return null;
    const out = this.#out;
    if (this.#handed > 0 && this.#handed === out.length) {
      out.rewind(0);
      this.#handed = 0;
      this.#summed = 0;
    }
    while (this.#handed === 0 && !this.#ended && (out.length === 0 || this.#cursor === 0)) this.#fill();
    const from = this.#handed;
    if (from === out.length) return null;
    this.#handed = Math.min(from + MAX_PIECE_BYTES, out.length);
    return out.peek().subarray(from, this.#handed);
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#preImages.clear();
    this.#state.tree.observer = null;
    this.#state.tree.acls.unhold();
    this.#released();
  }

  /** Writes the records of the next handles, and the end behind the last. */
  #fill(): void {
    const out = this.#out;
    const last = Math.min(this.#limit, this.#cursor + PIECE_HANDLES);
    const enough = Math.max(PIECE_BYTES, out.length + 1);
    while (this.#cursor < last && out.length < enough) this.#writeNode(this.#cursor++);
    if (this.#cursor === this.#limit) this.#writeEnd();
    else this.#sum();
  }

  #sum(): void {
    this.#crc = crc32(this.#out.peek().subarray(this.#summed), this.#crc);
    this.#summed = this.#out.length;
  }

  #writeHead(): void {
    const { types } = this.#state;
    const out = this.#out;
    const begun = beginRecord(out, HEAD);
    out.u32(MAGIC);
    out.u32(FORMAT_VERSION);
    out.long(this.zxid);
    out.i32(types.count);
    for (let i = 0; i < types.count; i++) writeString(out, types.get(i).name);
    endRecord(out, begun);
  }

  #writeSessions(): void {
    const out = this.#out;
    this.#state.sessions.forEach((session) => {
      const begun = beginRecord(out, SESSION);
      out.i32(session.hi);
      out.i32(session.lo);
      out.i32(session.timeoutMs);
      endRecord(out, begun);
      this.#sessions += 1;
    });
  }

  #writeNode(handle: number): void {
    const { tree } = this.#state;
    const preImage = this.#preImages.size === 0 ? undefined : this.#preImages.get(handle);
    if (preImage === undefined) {
      if (!tree.isUsed(handle)) return;
      writeNodeRecord(this.#out, tree, handle, this.#aclNumber(tree.aclId(handle)));
    } else {
      this.#preImages.delete(handle);
      if (preImage === null) return;
      const acl = this.#aclNumber(preImage.acl);
      const at = this.#out.length;
      this.#out.raw(preImage.record);
      patchNodeAcl(this.#out, at, acl);
    }
    this.#nodes += 1;
  }

  /** The number of an ACL in this snapshot; it is written when it is first asked for. */
  #aclNumber(id: number): number {
    const known = this.#aclNumbers.get(id);
    if (known !== undefined) return known;
    const number = this.#aclNumbers.size;
    this.#aclNumbers.set(id, number);
    writeAclRecord(this.#out, this.#state.tree.acls.get(id));
    return number;
  }

  #writeEnd(): void {
    const out = this.#out;
    const begun = beginRecord(out, END);
    out.u32(this.#sessions);
    out.u32(this.#aclNumbers.size);
    out.u32(this.#nodes);
    out.f64(this.#digest);
    out.u32(0);
    endRecord(out, begun);
    out.rewind(out.length - 4);
    this.#sum();
    out.u32(this.#crc);
    this.#ended = true;
  }
}
