import { ByteReader, crc32, QuorateError, type Zxid } from '@quorate/interfaces';
import { type Acl, OPEN_ACL_UNSAFE, readString, validatePath } from '@quorate/protocol';
import { PendingNode } from '../prepare/pending-node.js';
import type { SharedState } from '../shared-state.js';
import { ROOT } from '../tree/node-rows.js';
import type { NodeContent, StoredStat } from '../tree/node-table.js';
import { parentPathOf } from '../tree/path-reader.js';
import {
  ACL,
  END,
  FORMAT_VERSION,
  HEAD,
  MAGIC,
  MAX_RECORD_BYTES,
  NODE,
  readAclRecord,
  readNodeRecord,
  SESSION,
} from './snapshot-format.js';

function corrupt(what: string): never {
  throw new QuorateError('CORRUPT_SNAPSHOT', `the snapshot is damaged: ${what}`);
}

/** Fills an empty state from the records of a snapshot; see snapshot-format.ts. Every method throws `CORRUPT_SNAPSHOT` or `SHORT_READ`. */
export class TreeRestore {
  readonly #state: SharedState;
  readonly #zxid: Zxid;
  readonly #acls: (readonly Acl[])[] = [];
  /** Type numbers here, by number in the snapshot. */
  readonly #types: number[] = [];
  /** Nodes that were only named as parents so far. */
  readonly #unfilled = new Set<number>([ROOT]);
  readonly #record = new ByteReader();
  readonly #view = new PendingNode();
  readonly #content: NodeContent;
  readonly #stat: StoredStat = {
    czxid: 0,
    mzxid: 0,
    pzxid: 0,
    ctime: 0,
    mtime: 0,
    version: 0,
    cversion: 0,
    aversion: 0,
  };
  /** The beginning of a record whose end has not come. */
  #partial = new Uint8Array(0);
  #partialLength = 0;
  #crc = 0;
  #records = 0;
  #sessions = 0;
  #nodes = 0;
  #ended = false;

  constructor(state: SharedState, zxid: Zxid) {
    this.#state = state;
    this.#zxid = zxid;
    this.#content = {
      source: this.#record,
      dataStart: 0,
      dataLength: 0,
      acl: OPEN_ACL_UNSAFE,
      type: 0,
      ownerHi: 0,
      ownerLo: 0,
    };
  }

  /** @param chunk any part of the snapshot, following the one before */
  write(chunk: Uint8Array): void {
    let at = 0;
    while (this.#partialLength > 0 && at < chunk.length) {
      at += this.#addToPartial(chunk, at);
      const partial = this.#partial.subarray(0, this.#partialLength);
      if (this.#takeRecords(partial) === this.#partialLength) this.#partialLength = 0;
    }
    const rest = chunk.subarray(at);
    const taken = this.#takeRecords(rest);
    if (taken < rest.length) this.#addToPartial(rest.subarray(taken), 0);
  }

  end(): void {
    if (!this.#ended) corrupt('it ends before its end record');
  }

  /** Adds what the partial record still wants, as far as the chunk has it. @returns bytes added */
  #addToPartial(chunk: Uint8Array, at: number): number {
    const have = this.#partialLength;
    let wanted = 4;
    if (have >= 4) wanted = recordEnd(this.#partial, 0);
    const count = Math.min(wanted - have, chunk.length - at);
    const added = have === 0 ? chunk.length - at : count;
    this.#reserve(have + added);
    this.#partial.set(chunk.subarray(at, at + added), have);
    this.#partialLength = have + added;
    return added;
  }

  #reserve(length: number): void {
    if (length <= this.#partial.length) return;
    const larger = new Uint8Array(Math.max(length, this.#partial.length * 2));
    larger.set(this.#partial.subarray(0, this.#partialLength));
    this.#partial = larger;
  }

  /** Takes the whole records at the beginning of `bytes`. @returns how many bytes they are */
  #takeRecords(bytes: Uint8Array): number {
    let at = 0;
    let summed = 0;
    while (at + 4 <= bytes.length) {
      const end = recordEnd(bytes, at);
      if (end > bytes.length) break;
      if (this.#ended) corrupt('there is something behind its end record');
      if (bytes[at + 4] === END) {
        this.#crc = crc32(bytes.subarray(summed, end - 4), this.#crc);
        summed = end;
      }
      this.#take(this.#record.reset(bytes, at + 4, end));
      at = end;
    }
    if (at > summed) this.#crc = crc32(bytes.subarray(summed, at), this.#crc);
    return at;
  }

  #take(r: ByteReader): void {
    const kind = r.u8();
    if ((this.#records === 0) !== (kind === HEAD)) corrupt('it does not begin with its head record');
    this.#records += 1;
    switch (kind) {
      case HEAD:
        this.#takeHead(r);
        break;
      case SESSION:
        this.#state.sessions.open(r.i32(), r.i32(), r.i32());
        this.#sessions += 1;
        break;
      case ACL:
        this.#acls.push(readAclRecord(r));
        break;
      case NODE:
        this.#takeNode(r);
        break;
      case END:
        this.#takeEnd(r);
        break;
      default:
        corrupt(`a record is of the unknown kind ${kind}`);
    }
    if (r.remaining !== 0) corrupt(`a record of kind ${kind} is too long`);
  }

  #takeHead(r: ByteReader): void {
    if (r.u32() !== MAGIC) corrupt('it does not begin as a snapshot of a znode tree');
    const version = r.u32();
    if (version !== FORMAT_VERSION) corrupt(`format version ${version}; this release reads version ${FORMAT_VERSION}`);
    const zxid = r.long();
    if (zxid !== this.#zxid) corrupt(`it is of zxid ${zxid}, expected ${this.#zxid}`);
    const count = r.i32();
    for (let i = 0; i < count; i++) {
      const name = readString(r) ?? '';
      this.#types.push(this.#state.types.indexOf(name) ?? -1);
    }
  }

  #takeNode(r: ByteReader): void {
    const content = this.#content;
    const path = readNodeRecord(r, this.#acls, content, this.#stat);
    if (path === undefined || validatePath(path) !== undefined) corrupt('a node record makes no sense');
    const { tree, types, sessions, sweeps } = this.#state;
    content.type = this.#types[content.type] ?? -1;
    if (content.type < 0) corrupt(`node ${path} is of a type that is not among this server's nodeTypes`);
    const handle = this.#place(path);
    if (!this.#unfilled.delete(handle)) corrupt(`node ${path} is there twice`);
    tree.restore(handle, content, this.#stat);
    this.#nodes += 1;
    const type = types.get(content.type);
    if (type.sessionBound) sessions.bind(content.ownerHi, content.ownerLo, handle);
    if (type.sweepAt !== undefined) {
      this.#view.fillFrom(tree, handle);
      sweeps.set(handle, type.sweepAt(this.#view));
    }
  }

  /** The handle of a path, made with those above it where they have not come yet. */
  #place(path: string): number {
    const { tree } = this.#state;
    const known = tree.find(path);
    if (known >= 0) return known;
    const handle = tree.reserve(this.#place(parentPathOf(path)), path);
    this.#unfilled.add(handle);
    return handle;
  }

  #takeEnd(r: ByteReader): void {
    this.#ended = true;
    if (r.u32() !== this.#sessions || r.u32() !== this.#acls.length || r.u32() !== this.#nodes) {
      corrupt('it does not hold as many records as it should');
    }
    const digest = r.f64();
    if (r.u32() !== this.#crc) corrupt('its checksum does not match');
    if (this.#unfilled.size > 0) corrupt('a node is missing above another');
    if (digest !== this.#state.digest) corrupt('its digest does not match');
  }
}

/** Where the record at `at` ends; its length field must be there. */
function recordEnd(bytes: Uint8Array, at: number): number {
  const length = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  if (length === 0 || length > MAX_RECORD_BYTES) corrupt(`a record has the length ${length}`);
  return at + 4 + length;
}
