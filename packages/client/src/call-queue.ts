import { ArenaWriter, type ByteReader, type ByteWriter } from '@quorate/interfaces';
import { beginFrame, endFrame, writeRequestHeader } from '@quorate/protocol';
import { badArguments, connectionLoss, type ZkError } from './errors.js';

/** Turns a reply into a result, or throws what the caller gets. @param r the body, valid during the call */
export type Settle<T> = (err: number, r: ByteReader) => T;

class Call {
  readonly xid: number;
  readonly path: string;
  readonly settle: Settle<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;

  constructor(
    xid: number,
    path: string,
    settle: Settle<unknown>,
    resolve: (result: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.xid = xid;
    this.path = path;
    this.settle = settle;
    this.resolve = resolve;
    this.reject = reject;
  }
}

const LAST_XID = 0x7fff_ffff;

/**
 * Requests in the order in which they were made: those that wait for a connection, encoded already, and those that were
 * sent and wait for their reply.
 */
export class CallQueue {
  readonly #maxBytes: number;
  readonly #waitingBytes = new ArenaWriter(4096);
  #waiting: Call[] = [];
  #sent: Call[] = [];
  #answered = 0;
  #lastXid: number;

  /** @param lastXid the xid before the first one; given by tests */
  constructor(maxBytes: number, lastXid = 0) {
    this.#maxBytes = maxBytes;
    this.#lastXid = lastXid;
  }

  /** Requests sent and not answered. */
  get outstanding(): number {
    return this.#sent.length - this.#answered;
  }

  /**
   * Encodes a request, at once, and promises its result.
   * @param out where a connection takes frames; null while there is none
   */
  add<T>(
    out: ByteWriter | null,
    opcode: number,
    path: string,
    encode: ((w: ByteWriter) => void) | null,
    settle: Settle<T>,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const w = out ?? this.#waitingBytes;
      const xid = this.#lastXid === LAST_XID ? 1 : this.#lastXid + 1;
      const begun = beginFrame(w);
      writeRequestHeader(w, xid, opcode);
      try {
        encode?.(w);
      } catch (error) {
        w.rewind(begun - 4);
        reject(error);
        return;
      }
      const bytes = w.length - begun;
      if (bytes > this.#maxBytes) {
        w.rewind(begun - 4);
        reject(
          badArguments(path, `the request has ${bytes} bytes, servers take ${this.#maxBytes}: write less at once`),
        );
        return;
      }
      endFrame(w, begun);
      this.#lastXid = xid;
      const call = new Call(xid, path, settle, resolve as (result: unknown) => void, reject);
      (out === null ? this.#waiting : this.#sent).push(call);
    });
  }

  /** A connection is there: gives it everything that waited. */
  moveWaiting(out: ByteWriter): void {
    out.raw(this.#waitingBytes.peek());
    this.#waitingBytes.rewind(0);
    for (const call of this.#waiting) this.#sent.push(call);
    this.#waiting = [];
  }

  /**
   * Settles the oldest sent request with its reply.
   * @returns false when the xid is not that request's: replies come in order, so this is not ours to understand (T16)
   */
  answer(xid: number, err: number, r: ByteReader): boolean {
    const call = this.#sent[this.#answered];
    if (call === undefined || call.xid !== xid) return false;
    this.#answered += 1;
    if (this.#answered === this.#sent.length || this.#answered >= 1024) {
      this.#sent.splice(0, this.#answered);
      this.#answered = 0;
    }
    try {
      call.resolve(call.settle(err, r));
    } catch (error) {
      call.reject(error);
    }
    return true;
  }

  /** The connection is lost: what was sent may or may not have happened; what waits goes on waiting. */
  loseSent(cause: unknown): void {
    const lost = this.#sent.slice(this.#answered);
    this.#sent = [];
    this.#answered = 0;
    for (const call of lost) call.reject(connectionLoss(call.path, cause));
  }

  /** Nothing will be sent any more. */
  failWaiting(error: (path: string) => ZkError): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes.rewind(0);
    for (const call of waiting) call.reject(error(call.path));
  }
}
