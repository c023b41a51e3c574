import { ByteReader, type ByteWriter, copyBytes, type Millis, type Zxid } from '@quorate/interfaces';
import { beginFrame, endFrame, OpCode, skipBuffer, writeReplyHeader, Xid, ZkErrorCode } from '@quorate/protocol';
import type { TxnResult } from '@quorate/znode';
import type { ServerContext, Throttled } from '../context.js';
import { authenticate } from './authentication.js';
import { Route, routeOf, sendsEvents } from './operations.js';
import type { ReplyPort } from './reply-port.js';
import { CURRENT_ZXID, isPrepareFailure, type ReplySlot, type SlotOwner, SlotState } from './reply-slot.js';
import { SlotList } from './slot-list.js';

const HEADER_BYTES = 8;
/** Length and reply header. */
const REPLY_PREFIX_BYTES = 20;
const ERR_AT = 16;
/** Body of a SASL reply where there is no SASL: a null token (zk-client-spec 1.12). */
const NULL_TOKEN = new Uint8Array([255, 255, 255, 255]);
const NO_BODY = new Uint8Array(0);
const NO_ZXID = -1;

/**
 * The requests of one connection. Replies leave in the order of the requests (T16); a read waits for the writes before it and
 * for nothing else; a ping waits for nothing (T26). While nothing is under way a read is answered on the spot.
 */
export class RequestQueue implements SlotOwner, Throttled {
  readonly #context: ServerContext;
  readonly #port: ReplyPort;
  readonly #slots = new SlotList();
  /** Writes the engine has not taken; those behind them wait too. */
  #parkedWrites = 0;
  #parkedReader: ByteReader | null = null;
  #closed = false;

  constructor(context: ServerContext, port: ReplyPort) {
    this.#context = context;
    this.#port = port;
  }

  /** Requests not answered yet. */
  get length(): number {
    return this.#slots.length;
  }

  /** Takes one frame; `frame` is valid during the call. A frame too short for a header ends the connection. */
  request(frame: Uint8Array, start: number, end: number): void {
    if (end - start < HEADER_BYTES) {
      this.#port.finish();
      return;
    }
    const context = this.#context;
    const figures = this.#port.figures;
    const body = context.reader.reset(frame, start, end);
    const xid = body.i32();
    const opcode = body.i32();
    context.stats.packetsReceived += 1;
    figures.received += 1;
    figures.lastOpcode = opcode;
    if (opcode === OpCode.ping) {
      this.#replyWith(Xid.ping, 0, NO_BODY);
      this.#took(0);
      return;
    }
    figures.lastCxid = xid;
    switch (routeOf(opcode)) {
      case Route.read:
        if (this.#slots.head === null) this.#read(xid, opcode, body, 0);
        else this.#parkRead(xid, opcode, frame, body.offset, end);
        return;
      case Route.write:
        this.#write(xid, opcode, frame, body.offset, end, false);
        return;
      default:
        this.#rare(xid, opcode, frame, body, end);
    }
  }

  #rare(xid: number, opcode: number, frame: Uint8Array, body: ByteReader, end: number): void {
    switch (routeOf(opcode)) {
      case Route.sync:
        this.#sync(xid, body);
        return;
      case Route.auth:
        this.#auth(xid, body);
        return;
      case Route.sasl:
        this.#answer(xid, 0, 0, NULL_TOKEN, false);
        return;
      case Route.close:
        this.#port.stopReading();
        this.#write(xid, opcode, frame, end, end, true);
        return;
      default:
        this.#port.stopReading();
        this.#answer(xid, NO_ZXID, ZkErrorCode.unimplemented, null, true);
    }
  }

  // Reads ----------------------------------------------------------------------------------------------------------

  #read(xid: number, opcode: number, body: ByteReader, took: Millis): void {
    const { tree, scratch } = this.#context;
    if (sendsEvents(opcode)) {
      // The events are frames of their own in the output, so that the body, if any, is written aside.
      scratch.rewind(0);
      const err = this.#execute(opcode, body, scratch);
      this.#replyWith(xid, err, scratch.peek());
    } else {
      const out = this.#port.output();
      const at = out.length;
      const begun = beginFrame(out);
      writeReplyHeader(out, xid, tree.lastApplied, 0);
      const err = this.#execute(opcode, body, out);
      if (err !== 0) {
        out.rewind(at + REPLY_PREFIX_BYTES);
        out.patchI32(at + ERR_AT, err);
      }
      endFrame(out, begun);
      this.#sent(tree.lastApplied);
    }
    this.#took(took);
  }

  /** @returns the error code; a body that cannot be read is a marshalling error of this request alone */
  #execute(opcode: number, body: ByteReader, out: ByteWriter): number {
    try {
      return this.#context.tree.execute(opcode, body, this.#port, out);
    } catch {
      return ZkErrorCode.marshallingError;
    }
  }

  #parkRead(xid: number, opcode: number, frame: Uint8Array, start: number, end: number): void {
    const slot = this.#take(SlotState.parkedRead, xid, opcode);
    slot.bytes = copyBytes(frame, start, end);
    slot.identity = this.#port.identity;
    this.#append(slot);
  }

  #readParked(slot: ReplySlot): void {
    const port = this.#port;
    const identity = port.identity;
    const body = (this.#parkedReader ??= new ByteReader()).reset(slot.bytes!);
    port.identity = slot.identity!;
    this.#read(slot.xid, slot.opcode, body, this.#context.engine.turn.now - slot.startedAt);
    port.identity = identity;
  }

  // Writes ---------------------------------------------------------------------------------------------------------

  #write(xid: number, opcode: number, frame: Uint8Array, start: number, end: number, closes: boolean): void {
    const context = this.#context;
    const slot = this.#take(SlotState.submitted, xid, opcode);
    slot.closes = closes;
    if (this.#parkedWrites > 0 || context.engine.congested) {
      slot.state = SlotState.parkedWrite;
      slot.bytes = copyBytes(frame, start, end);
      slot.identity = this.#port.identity;
      this.#parkedWrites += 1;
      context.throttle(this);
      this.#append(slot);
      return;
    }
    this.#append(slot);
    context.stats.outstanding += 1;
    const { sessionHi, sessionLo, identity } = this.#port;
    context.submit(sessionHi, sessionLo, xid, opcode, identity, frame, start, end, context.id, slot);
  }

  relieve(): boolean {
    // A request that is refused at once lets others in: those are found by another round.
    while (this.#parkedWrites > 0 && !this.#closed) {
      for (let slot = this.#slots.head; slot !== null && !this.#closed; ) {
        const next: ReplySlot | null = slot.next;
        if (slot.state === SlotState.parkedWrite) {
          if (this.#context.engine.congested) return false;
          this.#submitParked(slot);
        }
        slot = next;
      }
    }
    return true;
  }

  #submitParked(slot: ReplySlot): void {
    const context = this.#context;
    const { sessionHi, sessionLo } = this.#port;
    const body = slot.bytes!;
    const identity = slot.identity!;
    slot.state = SlotState.submitted;
    slot.identity = null;
    this.#parkedWrites -= 1;
    this.#slots.keep(slot, null);
    context.stats.outstanding += 1;
    context.submit(sessionHi, sessionLo, slot.xid, slot.opcode, identity, body, 0, body.length, context.id, slot);
  }

  // The rest -------------------------------------------------------------------------------------------------------

  #sync(xid: number, body: ByteReader): void {
    const start = body.offset;
    try {
      skipBuffer(body);
    } catch {
      this.#answer(xid, CURRENT_ZXID, ZkErrorCode.marshallingError, null, false);
      return;
    }
    const slot = this.#take(SlotState.submitted, xid, OpCode.sync);
    slot.bytes = copyBytes(body.bytes, start, body.offset);
    this.#append(slot);
    this.#context.stats.outstanding += 1;
    this.#context.engine.barrier(slot);
  }

  /** Answered in order (T17), in force at once (T18). A body that cannot be read ends the connection. */
  #auth(xid: number, body: ByteReader): void {
    const { settings, stats } = this.#context;
    const port = this.#port;
    try {
      const { err, identity } = authenticate(body, port.identity, settings.superDigest);
      port.identity = identity;
      if (err !== 0) {
        stats.authFailed += 1;
        port.stopReading();
      }
      this.#answer(xid, 0, err, null, err !== 0);
    } catch {
      port.finish();
    }
  }

  /** A reply that is known already: sent now if its turn has come. */
  #answer(xid: number, zxid: number, err: number, body: Uint8Array | null, closes: boolean): void {
    const slot = this.#take(SlotState.done, xid, 0);
    slot.zxid = zxid;
    slot.err = err;
    slot.bytes = body;
    slot.closes = closes;
    this.#append(slot);
    if (this.#slots.head === slot) this.drain();
  }

  #take(state: number, xid: number, opcode: number): ReplySlot {
    return this.#context.slots.take(this, state, xid, opcode, this.#context.engine.turn.now);
  }

  #append(slot: ReplySlot): void {
    const { maxQueuedRequests, maxQueuedBytes } = this.#context.settings;
    const slots = this.#slots;
    slots.append(slot);
    if (slots.length >= maxQueuedRequests || slots.bytes >= maxQueuedBytes) this.#port.hold();
  }

  // Outcomes -------------------------------------------------------------------------------------------------------

  slotSettled(slot: ReplySlot, zxid: Zxid, result: TxnResult | null): void {
    this.#context.stats.outstanding -= 1;
    slot.state = SlotState.done;
    if (result !== null) slot.err = result.error;
    if (this.#slots.head === slot) {
      this.#reply(slot, zxid, slot.err === 0 ? result : null);
      this.drain();
    } else if (result !== null && slot.err === 0) {
      const { scratch } = this.#context;
      scratch.rewind(0);
      result.writeBody(scratch);
      if (scratch.length > 0) this.#slots.keep(slot, copyBytes(scratch.peek()));
    }
  }

  slotRefused(slot: ReplySlot, refusal: Uint8Array): void {
    const err =
      refusal.length >= 4 ? new DataView(refusal.buffer, refusal.byteOffset).getInt32(0) : ZkErrorCode.marshallingError;
    if (err === ZkErrorCode.sessionMoved) {
      this.#context.stats.outstanding -= 1;
      slot.state = SlotState.done;
      this.#port.finish();
    } else {
      this.#finishWithError(slot, err);
    }
  }

  slotFailed(slot: ReplySlot, error: Error): void {
    if (isPrepareFailure(error)) {
      this.#finishWithError(slot, ZkErrorCode.marshallingError);
      return;
    }
    // The outcome is unknown: no reply could be true. The client learns it by connecting again.
    this.#context.stats.outstanding -= 1;
    slot.state = SlotState.done;
    this.#port.finish();
  }

  #finishWithError(slot: ReplySlot, err: number): void {
    this.#context.stats.outstanding -= 1;
    slot.state = SlotState.done;
    slot.err = err;
    if (this.#slots.head === slot) this.drain();
  }

  /** Answers from the front of the queue what can be answered. */
  drain(): void {
    const slots = this.#slots;
    for (let slot = slots.head; slot !== null && !this.#closed; slot = slots.head) {
      if (this.#port.blocked) break;
      if (slot.state === SlotState.done) {
        this.#reply(slot, slot.zxid, null);
      } else if (slot.state === SlotState.parkedRead) {
        this.#readParked(slot);
        this.#context.slots.give(slots.shift());
      } else {
        break;
      }
    }
    if (this.#closed) return;
    const { maxQueuedRequests, maxQueuedBytes } = this.#context.settings;
    if (slots.length * 2 <= maxQueuedRequests && slots.bytes * 2 <= maxQueuedBytes) this.#port.release();
  }

  /** Writes the reply of the first slot and gives the slot back. */
  #reply(slot: ReplySlot, zxid: number, result: TxnResult | null): void {
    const { tree, slots, engine } = this.#context;
    const told = zxid === CURRENT_ZXID ? tree.lastApplied : zxid;
    const out = this.#port.output();
    const begun = beginFrame(out);
    writeReplyHeader(out, slot.xid, told, slot.err);
    if (result !== null) result.writeBody(out);
    else if (slot.bytes !== null && slot.err === 0) out.raw(slot.bytes);
    endFrame(out, begun);
    this.#took(engine.turn.now - slot.startedAt);
    this.#sent(told);
    const { closes } = slot;
    slots.give(this.#slots.shift());
    if (closes) this.#port.finish();
  }

  #replyWith(xid: number, err: number, body: Uint8Array): void {
    const zxid = this.#context.tree.lastApplied;
    const out = this.#port.output();
    const begun = beginFrame(out);
    writeReplyHeader(out, xid, zxid, err);
    if (err === 0) out.raw(body);
    endFrame(out, begun);
    this.#sent(zxid);
  }

  #took(ms: Millis): void {
    const { figures } = this.#port;
    this.#context.stats.latency.add(ms);
    figures.latency.add(ms);
    figures.lastLatency = ms;
  }

  #sent(zxid: number): void {
    const { figures } = this.#port;
    this.#context.stats.packetsSent += 1;
    figures.sent += 1;
    figures.lastZxid = zxid;
    figures.lastResponseAt = this.#context.engine.turn.now;
  }

  /** The connection is gone: what the engine has is waited for by nobody, the rest is forgotten. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const context = this.#context;
    if (this.#parkedWrites > 0) context.unthrottle(this);
    this.#parkedWrites = 0;
    while (this.#slots.head !== null) {
      const slot = this.#slots.shift();
      slot.owner = null;
      if (slot.state === SlotState.submitted) context.stats.outstanding -= 1;
      else context.slots.give(slot);
    }
  }
}
