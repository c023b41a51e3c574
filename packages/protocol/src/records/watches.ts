import type { ByteReader, ByteWriter } from '@quorate/interfaces';
import { readString, readStringVector, writeString, writeStringVector } from '../jute.js';

/** Types of watch events (spec §1.9). Only 1 to 4 travel; the others are made inside clients (T53). */
export const EventType = {
  none: -1,
  nodeCreated: 1,
  nodeDeleted: 2,
  nodeDataChanged: 3,
  nodeChildrenChanged: 4,
  dataWatchRemoved: 5,
  childWatchRemoved: 6,
  persistentWatchRemoved: 7,
} as const;

/** What a notification says of the connection: always syncConnected on the wire (T53). */
export const KeeperState = {
  disconnected: 0,
  syncConnected: 3,
  authFailed: 4,
  connectedReadOnly: 5,
  saslAuthenticated: 6,
  closed: 7,
  expired: -112,
} as const;

/** `type` of checkWatches and removeWatches. */
export const WatcherType = { children: 1, data: 2, any: 3, persistent: 4, persistentRecursive: 5 } as const;

export const AddWatchMode = { persistent: 0, persistentRecursive: 1 } as const;

export interface WatcherEvent {
  type: number;
  state: number;
  path: string;
}

export function writeWatcherEvent(w: ByteWriter, type: number, state: number, path: string): void {
  w.i32(type);
  w.i32(state);
  writeString(w, path);
}

/** @throws QuorateError `SHORT_READ` */
export function readWatcherEvent(r: ByteReader, into: WatcherEvent = { type: 0, state: 0, path: '' }): WatcherEvent {
  into.type = r.i32();
  into.state = r.i32();
  into.path = readString(r) ?? '';
  return into;
}

/** Body of setWatches, and of setWatches2 with its two last lists (empty for the former). */
export interface SetWatches {
  relativeZxid: number;
  dataWatches: readonly string[];
  existWatches: readonly string[];
  childWatches: readonly string[];
  persistentWatches: readonly string[];
  persistentRecursiveWatches: readonly string[];
}

export function writeSetWatches(
  w: ByteWriter,
  relativeZxid: number,
  dataWatches: readonly string[],
  existWatches: readonly string[],
  childWatches: readonly string[],
): void {
  w.long(relativeZxid);
  writeStringVector(w, dataWatches);
  writeStringVector(w, existWatches);
  writeStringVector(w, childWatches);
}

/** Null vectors read as empty. @throws QuorateError `SHORT_READ` */
export function readSetWatches(r: ByteReader): SetWatches {
  return {
    relativeZxid: r.long(),
    dataWatches: readStringVector(r) ?? [],
    existWatches: readStringVector(r) ?? [],
    childWatches: readStringVector(r) ?? [],
    persistentWatches: [],
    persistentRecursiveWatches: [],
  };
}

export function writeSetWatches2(w: ByteWriter, watches: SetWatches): void {
  writeSetWatches(w, watches.relativeZxid, watches.dataWatches, watches.existWatches, watches.childWatches);
  writeStringVector(w, watches.persistentWatches);
  writeStringVector(w, watches.persistentRecursiveWatches);
}

/** Null vectors read as empty. @throws QuorateError `SHORT_READ` */
export function readSetWatches2(r: ByteReader): SetWatches {
  const watches = readSetWatches(r);
  watches.persistentWatches = readStringVector(r) ?? [];
  watches.persistentRecursiveWatches = readStringVector(r) ?? [];
  return watches;
}

export interface AddWatchRequest {
  path: string | null;
  /** An {@link AddWatchMode}. */
  mode: number;
}

export function writeAddWatchRequest(w: ByteWriter, path: string | null, mode: number): void {
  writeString(w, path);
  w.i32(mode);
}

/** @throws QuorateError `SHORT_READ` */
export function readAddWatchRequest(r: ByteReader, into: AddWatchRequest = { path: null, mode: 0 }): AddWatchRequest {
  into.path = readString(r);
  into.mode = r.i32();
  return into;
}

/** Body of checkWatches and removeWatches. */
export interface WatcherTypeRequest {
  path: string | null;
  /** A {@link WatcherType}. */
  type: number;
}

export function writeWatcherTypeRequest(w: ByteWriter, path: string | null, type: number): void {
  writeString(w, path);
  w.i32(type);
}

/** @throws QuorateError `SHORT_READ` */
export function readWatcherTypeRequest(
  r: ByteReader,
  into: WatcherTypeRequest = { path: null, type: 0 },
): WatcherTypeRequest {
  into.path = readString(r);
  into.type = r.i32();
  return into;
}

/** Body of addWatch's success reply (T10), and of the results of a failed multi. */
export function writeErrorResponse(w: ByteWriter, err: number): void {
  w.i32(err);
}

/** @throws QuorateError `SHORT_READ` */
export function readErrorResponse(r: ByteReader): number {
  return r.i32();
}
