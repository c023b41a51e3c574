import type { ReplySlot } from './reply-slot.js';

/** The slots of one connection, oldest first. */
export class SlotList {
  head: ReplySlot | null = null;
  #tail: ReplySlot | null = null;
  length = 0;
  /** Bytes of the requests and replies that are kept in slots. */
  bytes = 0;

  append(slot: ReplySlot): void {
    if (this.#tail === null) this.head = slot;
    else this.#tail.next = slot;
    this.#tail = slot;
    this.length += 1;
    this.bytes += slot.bytes === null ? 0 : slot.bytes.length;
  }

  /** Takes the first slot, which there must be, off the list. */
  shift(): ReplySlot {
    const slot = this.head!;
    this.head = slot.next;
    if (this.head === null) this.#tail = null;
    slot.next = null;
    this.length -= 1;
    this.bytes -= slot.bytes === null ? 0 : slot.bytes.length;
    return slot;
  }

  /** Exchanges the bytes that a slot of the list keeps. */
  keep(slot: ReplySlot, bytes: Uint8Array | null): void {
    this.bytes += (bytes === null ? 0 : bytes.length) - (slot.bytes === null ? 0 : slot.bytes.length);
    slot.bytes = bytes;
  }
}
