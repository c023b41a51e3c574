import {
  ByteReader,
  ByteWriter,
  crc32,
  type PrepareContext,
  QuorateError,
  type SnapshotCut,
  type SnapshotRestore,
  type StateMachine,
  type StateMachineFactory,
  ZXID_ZERO,
  type Zxid,
} from '@quorate/interfaces';
import { decodeRequest, decodeTxn, encodeTxn, type RegisterTxn } from './register-requests.js';

export interface Register {
  readonly value: number;
  readonly version: number;
}

/** Told of everything that happens to the instances of one server. */
export interface MachineWitness {
  applied(previous: Zxid, zxid: Zxid, crc: number, txn: RegisterTxn, digest: number): void;
  restored(zxid: Zxid, digest: number): void;
}

interface Layer extends Register {
  readonly zxid: Zxid;
  readonly key: number;
}

const ENTRIES_PER_PIECE = 64;
const BALLAST_PIECE_BYTES = 16_384;
const ABSENT: Register = { value: 0, version: 0 };

function mix(hash: number, value: number): number {
  return (Math.imul((hash ^ value) >>> 0, 0x9e3779b1) ^ (hash >>> 13)) >>> 0;
}

function hashOf(key: number, { value, version }: Register): number {
  return mix(mix(mix(mix(0x811c9dc5, key), value | 0), Math.floor(value / 2 ** 32)), version);
}

/** Numbered registers with put, add and compare-and-set: small, and every mistake of the engine shows in its digest. */
export class RegisterMachine implements StateMachine {
  readonly #witness: MachineWitness;
  readonly #ballastPieces: number;
  readonly #registers: Map<number, Register>;
  #lastApplied: Zxid;
  /** Over the sequence of txns. */
  #chain: number;
  /** Over the registers as they are. */
  #content = 0;
  #layers: Layer[] = [];

  constructor(
    witness: MachineWitness,
    ballastPieces = 0,
    at: Zxid = ZXID_ZERO,
    chain = 0,
    registers = new Map<number, Register>(),
  ) {
    this.#witness = witness;
    this.#ballastPieces = ballastPieces;
    this.#registers = registers;
    this.#lastApplied = at;
    this.#chain = chain;
    for (const [key, register] of registers) this.#content = (this.#content ^ hashOf(key, register)) >>> 0;
  }

  get lastApplied(): Zxid {
    return this.#lastApplied;
  }

  prepare(context: PrepareContext, input: ByteReader, txn: ByteWriter): Uint8Array | undefined {
    const request = decodeRequest(input);
    const old = this.#newest(request.key);
    if (request.kind === 'cas' && old.version !== request.version) return Uint8Array.of(old.version & 0xff);
    const value = request.kind === 'add' ? old.value + request.value : request.value;
    const { client, sequence, key } = request;
    const next = { client, sequence, key, value, version: old.version + 1 };
    encodeTxn(next, input.rest(), txn);
    this.#layers.push({ zxid: context.zxid, key, value, version: next.version });
    return undefined;
  }

  #newest(key: number): Register {
    for (let i = this.#layers.length - 1; i >= 0; i--) if (this.#layers[i]!.key === key) return this.#layers[i]!;
    return this.#registers.get(key) ?? ABSENT;
  }

  discard(from: Zxid): void {
    while (this.#layers.length > 0 && this.#layers.at(-1)!.zxid >= from) this.#layers.pop();
  }

  apply(zxid: Zxid, input: ByteReader): unknown {
    const crc = crc32(input.bytes.subarray(input.offset, input.end));
    const txn = decodeTxn(input);
    const old = this.#registers.get(txn.key);
    if (old !== undefined) this.#content ^= hashOf(txn.key, old);
    const next = { value: txn.value, version: txn.version };
    this.#registers.set(txn.key, next);
    this.#content = (this.#content ^ hashOf(txn.key, next)) >>> 0;
    this.#chain = mix(mix(mix(this.#chain, zxid | 0), Math.floor(zxid / 2 ** 32)), crc);
    const previous = this.#lastApplied;
    this.#lastApplied = zxid;
    while (this.#layers.length > 0 && this.#layers[0]!.zxid <= zxid) this.#layers.shift();
    this.#witness.applied(previous, zxid, crc, txn, this.digest());
    return txn;
  }

  /** The register whose number the query holds. */
  read(query: ByteReader): Register {
    return this.#registers.get(query.u32()) ?? ABSENT;
  }

  snapshot(): SnapshotCut {
    const entries = [...this.#registers];
    const head = new ByteWriter(16);
    head.u32(this.#chain);
    head.u32(entries.length);
    let at = -1;
    let ballast = this.#ballastPieces;
    return {
      zxid: this.#lastApplied,
      next: () => {
        if (at < 0) {
          at = 0;
          return head.peek();
        }
        if (at >= entries.length) return ballast-- > 0 ? new Uint8Array(BALLAST_PIECE_BYTES) : null;
        const piece = new ByteWriter(16 * ENTRIES_PER_PIECE);
        for (const [key, { value, version }] of entries.slice(at, at + ENTRIES_PER_PIECE)) {
          piece.u32(key);
          piece.long(value);
          piece.i32(version);
        }
        at += ENTRIES_PER_PIECE;
        return piece.peek();
      },
      release: () => {
        at = entries.length;
        ballast = 0;
      },
    };
  }

  digest(): number {
    return (this.#chain ^ this.#content) >>> 0;
  }
}

/**
 * @param witness hears of every instance's applies and restores
 * @param ballastPieces how many times 16 KiB of zeros each snapshot carries, so that it takes its time on the way
 */
export function registerMachine(witness: MachineWitness, ballastPieces = 0): StateMachineFactory<RegisterMachine> {
  return {
    identity: 'simulator-registers/1',
    create: () => new RegisterMachine(witness, ballastPieces),
    restore: (zxid) => restoring(witness, ballastPieces, zxid),
  };
}

function restoring(witness: MachineWitness, ballastPieces: number, zxid: Zxid): SnapshotRestore<RegisterMachine> {
  const all = new ByteWriter(4096);
  return {
    write: (chunk) => all.raw(chunk),
    end: () => {
      const input = new ByteReader(all.peek());
      const chain = input.u32();
      const count = input.u32();
      const registers = new Map<number, Register>();
      for (let i = 0; i < count; i++) registers.set(input.u32(), { value: input.long(), version: input.i32() });
      const expected = ballastPieces * BALLAST_PIECE_BYTES;
      if (input.remaining !== expected) {
        throw new QuorateError(
          'CORRUPT_SNAPSHOT',
          `${input.remaining} bytes follow ${count} registers, not ${expected}`,
        );
      }
      const machine = new RegisterMachine(witness, ballastPieces, zxid, chain, registers);
      witness.restored(zxid, machine.digest());
      return machine;
    },
  };
}
