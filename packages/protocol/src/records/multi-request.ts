import { type ByteReader, type ByteWriter, QuorateError } from '@quorate/interfaces';
import type { Acl } from '../acl.js';
import { OpCode } from '../op-codes.js';
import {
  type CreateRequest,
  emptyCreateRequest,
  type PathVersion,
  type PathWatch,
  readCreateRequest,
  readCreateTTLRequest,
  readPathVersion,
  readPathWatch,
  readSetDataRequest,
  type SetDataRequest,
} from './nodes.js';

/** Writes a MultiHeader (9 bytes). In a request `err` is -1, in a response the sub-operation's result. */
export function writeMultiHeader(w: ByteWriter, type: number, done: boolean, err: number): void {
  w.i32(type);
  w.u8(done ? 1 : 0);
  w.i32(err);
}

/** Ends a multi request or response: type -1, done, err -1 (T42). */
export function writeMultiEnd(w: ByteWriter): void {
  writeMultiHeader(w, -1, true, -1);
}

/**
 * Walks the sub-operations of a multi or multiRead request (spec §1.7), filling its own fields: one object serves a whole
 * connection. Fields that the current sub-operation does not have are as `create` and friends document for "none".
 */
export class MultiRequestReader {
  /** Op code of the current sub-operation, as it came. */
  type = 0;
  path: string | null = null;
  /** A view on the reader's bytes. */
  data: Uint8Array | null = null;
  acl: readonly Acl[] | null = null;
  flags = 0;
  /** Milliseconds; -1 unless createTTL. */
  ttl = -1;
  version = -1;

  readonly #create = emptyCreateRequest();
  readonly #setData: SetDataRequest = { path: null, data: null, version: 0 };
  readonly #versioned: PathVersion = { path: null, version: 0 };
  readonly #watched: PathWatch = { path: null, watch: false };

  /**
   * Reads the next sub-operation; the reader stands behind it afterwards, or behind the terminator.
   * @returns false at the terminator
   * @throws QuorateError `SHORT_READ`; `REFUSED` for a type that no multi may hold
   */
  next(r: ByteReader): boolean {
    const type = r.i32();
    const done = r.u8() !== 0;
    r.i32();
    if (done) return false;
    this.type = type;
    this.data = null;
    this.acl = null;
    this.flags = 0;
    this.ttl = -1;
    this.version = -1;
    switch (type) {
      case OpCode.create:
      case OpCode.create2:
      case OpCode.createContainer:
        this.#takeCreate(readCreateRequest(r, this.#create));
        return true;
      case OpCode.createTTL:
        this.#takeCreate(readCreateTTLRequest(r, this.#create));
        return true;
      case OpCode.setData:
        readSetDataRequest(r, this.#setData);
        this.path = this.#setData.path;
        this.data = this.#setData.data;
        this.version = this.#setData.version;
        return true;
      case OpCode.delete:
      case OpCode.check:
        readPathVersion(r, this.#versioned);
        this.path = this.#versioned.path;
        this.version = this.#versioned.version;
        return true;
      case OpCode.getData:
      case OpCode.getChildren:
        this.path = readPathWatch(r, this.#watched).path;
        return true;
      default:
        throw new QuorateError('REFUSED', `operation ${type} cannot be part of a multi`);
    }
  }

  #takeCreate(request: CreateRequest): void {
    this.path = request.path;
    this.data = request.data;
    this.acl = request.acl;
    this.flags = request.flags;
    this.ttl = request.ttl;
  }
}
