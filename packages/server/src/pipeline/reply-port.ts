import type { ByteWriter } from '@quorate/interfaces';
import type { Identity, Watcher } from '@quorate/znode';
import type { Latency } from '../stats.js';

/** A client connection as the pipeline sees it. */
export interface ReplyPort extends Watcher {
  /** Grows with each auth packet; a request is bound to what it is when the request arrives (T18). */
  identity: Identity;
  readonly sessionHi: number;
  readonly sessionLo: number;
  /** The client takes no more for now: nothing that can wait is to be answered. */
  readonly blocked: boolean;
  /** What `cons` shows. */
  readonly figures: ConnectionFigures;
  /** Where replies go, whole frames only; written to the socket at the end of the turn. Ask again for every reply. */
  output(): ByteWriter;
  /** Reads no further request; what was read is still answered. */
  stopReading(): void;
  /** Sends what is written, then closes. */
  finish(): void;
  /** Stops reading while too much waits, and goes on. */
  hold(): void;
  release(): void;
}

/** Counts of one connection, for `stat` and `cons`. */
export interface ConnectionFigures {
  received: number;
  sent: number;
  lastOpcode: number;
  lastCxid: number;
  lastZxid: number;
  lastResponseAt: number;
  lastLatency: number;
  readonly latency: Latency;
}
