/*
 * ZooKeeper's client records, written a second time and for tests alone: what checks the servers shares no code with them.
 */

/** Opcodes of the client protocol. */
export const OP = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getChildren: 8,
  sync: 9,
  ping: 11,
  create2: 15,
  createContainer: 19,
  createTtl: 21,
  closeSession: -11,
} as const;

/** Error codes of reply headers. */
export const ZK = {
  ok: 0,
  marshallingError: -5,
  noNode: -101,
  badVersion: -103,
  nodeExists: -110,
  sessionExpired: -112,
} as const;

/** Flags of create. */
export const MODE = {
  persistent: 0,
  ephemeral: 1,
  sequential: 2,
  ephemeralSequential: 3,
  container: 4,
  ttl: 5,
} as const;

export interface Stat {
  readonly czxid: bigint;
  readonly mzxid: bigint;
  readonly ctime: bigint;
  readonly mtime: bigint;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly ephemeralOwner: bigint;
  readonly dataLength: number;
  readonly numChildren: number;
  readonly pzxid: bigint;
}

/** Writes one frame's content. */
export class JuteWriter {
  readonly #parts: Buffer[] = [];

  int(value: number): this {
    const part = Buffer.alloc(4);
    part.writeInt32BE(value);
    return this.#add(part);
  }

  long(value: bigint): this {
    const part = Buffer.alloc(8);
    part.writeBigInt64BE(value);
    return this.#add(part);
  }

  bool(value: boolean): this {
    return this.#add(Buffer.from([value ? 1 : 0]));
  }

  buffer(value: Uint8Array): this {
    return this.int(value.length).#add(Buffer.from(value));
  }

  string(value: string): this {
    return this.buffer(Buffer.from(value));
  }

  /** `vector<ACL>` with world:anyone and every permission. */
  openAcl(): this {
    return this.int(1).int(31).string('world').string('anyone');
  }

  /** The content behind its length. */
  frame(): Buffer {
    const content = Buffer.concat(this.#parts);
    const length = Buffer.alloc(4);
    length.writeInt32BE(content.length);
    return Buffer.concat([length, content]);
  }

  #add(part: Buffer): this {
    this.#parts.push(part);
    return this;
  }
}

/** Reads one frame's content. */
export class JuteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  int(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  long(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64BE(this.#at - 8);
  }

  buffer(): Buffer {
    const length = Math.max(0, this.int());
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  string(): string {
    return this.buffer().toString();
  }

  strings(): string[] {
    return Array.from({ length: Math.max(0, this.int()) }, () => this.string());
  }

  stat(): Stat {
    const [czxid, mzxid, ctime, mtime] = [this.long(), this.long(), this.long(), this.long()];
    const [version, cversion, aversion] = [this.int(), this.int(), this.int()];
    const ephemeralOwner = this.long();
    const [dataLength, numChildren] = [this.int(), this.int()];
    const pzxid = this.long();
    return { czxid, mzxid, ctime, mtime, version, cversion, aversion, ephemeralOwner, dataLength, numChildren, pzxid };
  }
}

/** Bodies of requests, behind the RequestHeader. */
export const request = {
  create:
    (path: string, data: string, flags: number = MODE.persistent) =>
    (out: JuteWriter) =>
      out.string(path).string(data).openAcl().int(flags),
  createTtl: (path: string, data: string, flags: number, ttl: bigint) => (out: JuteWriter) =>
    out.string(path).string(data).openAcl().int(flags).long(ttl),
  setData: (path: string, data: string, version: number) => (out: JuteWriter) =>
    out.string(path).string(data).int(version),
  delete: (path: string, version: number) => (out: JuteWriter) => out.string(path).int(version),
  /** getData, exists, getChildren. */
  read:
    (path: string, watch = false) =>
    (out: JuteWriter) =>
      out.string(path).bool(watch),
  path: (path: string) => (out: JuteWriter) => out.string(path),
  nothing: () => (out: JuteWriter) => out,
} as const;
