import { ByteReader, ByteWriter } from '@quorate/interfaces';

/** One request of the harness's workload. `client` and `sequence` name it for ever. */
export interface RegisterRequest {
  readonly client: number;
  readonly sequence: number;
  readonly kind: 'put' | 'add' | 'cas';
  readonly key: number;
  /** The new value; for `add` what to add to the old one. */
  readonly value: number;
  /** For `cas`: the version that the key must have; 0 where it is absent. */
  readonly version: number;
  /** Bytes of ballast that travel along. */
  readonly ballast: number;
}

/** What a request became: absolute values only. */
export interface RegisterTxn {
  readonly client: number;
  readonly sequence: number;
  readonly key: number;
  readonly value: number;
  readonly version: number;
}

const KINDS = ['put', 'add', 'cas'] as const;

export function encodeRequest(request: RegisterRequest): Uint8Array {
  const out = new ByteWriter(64 + request.ballast);
  out.u8(KINDS.indexOf(request.kind));
  out.u32(request.client);
  out.u32(request.sequence);
  out.u32(request.key);
  out.long(request.value);
  out.i32(request.version);
  out.raw(new Uint8Array(request.ballast).fill(request.sequence & 0xff));
  return out.take();
}

export function decodeRequest(input: ByteReader): RegisterRequest {
  return {
    kind: KINDS[input.u8()]!,
    client: input.u32(),
    sequence: input.u32(),
    key: input.u32(),
    value: input.long(),
    version: input.i32(),
    ballast: input.remaining,
  };
}

export function encodeTxn(txn: RegisterTxn, ballast: Uint8Array, out: ByteWriter): void {
  out.u32(txn.client);
  out.u32(txn.sequence);
  out.u32(txn.key);
  out.long(txn.value);
  out.i32(txn.version);
  out.raw(ballast);
}

export function decodeTxn(input: ByteReader): RegisterTxn {
  return { client: input.u32(), sequence: input.u32(), key: input.u32(), value: input.long(), version: input.i32() };
}

export function decodeTxnBytes(bytes: Uint8Array): RegisterTxn {
  return decodeTxn(new ByteReader(bytes));
}
