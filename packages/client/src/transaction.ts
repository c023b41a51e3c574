import type { ByteReader, ByteWriter } from '@quorate/interfaces';
import {
  OpCode,
  readMultiResponse,
  type Stat,
  writeMultiEnd,
  writeMultiHeader,
  writePathVersion,
  writeSetDataRequest,
  ZkErrorCode,
} from '@quorate/protocol';
import {
  type CreateOptions,
  checkCreateOptions,
  createOpcode,
  type Data,
  dataBytes,
  isSequentialMode,
  writeCreateBody,
} from './create.js';
import { badArguments, TransactionError, ZkError } from './errors.js';

export type TransactionResult =
  | { readonly type: 'create'; readonly path: string; readonly stat: Stat }
  | { readonly type: 'delete' }
  | { readonly type: 'setData'; readonly stat: Stat }
  | { readonly type: 'check' };

/** What a transaction needs of its client. */
export interface TransactionHost {
  /** The server's path of the caller's. @throws ZkError `badArguments` */
  resolve(path: string, sequential: boolean): string;
  shown(path: string): string;
  call<T>(
    opcode: number,
    path: string,
    encode: (w: ByteWriter) => void,
    settle: (err: number, r: ByteReader) => T,
  ): Promise<T>;
}

interface Operation {
  readonly type: TransactionResult['type'];
  readonly path: string;
  write(w: ByteWriter): void;
}

/** Operations that happen all together or not at all. Built step by step; nothing is sent before {@link commit}. */
export class Transaction {
  readonly #host: TransactionHost;
  readonly #operations: Operation[] = [];
  #committed = false;

  constructor(host: TransactionHost) {
    this.#host = host;
  }

  /** @throws ZkError `badArguments` */
  create(path: string, data: Data = null, options: CreateOptions = {}): this {
    checkCreateOptions(path, options);
    const type = createOpcode(options, true);
    const bytes = dataBytes(data);
    return this.#add('create', path, type, options, (w, full) => writeCreateBody(w, type, full, bytes, options));
  }

  /** @param version -1: whatever it is. @throws ZkError `badArguments` */
  delete(path: string, version = -1): this {
    return this.#add('delete', path, OpCode.delete, {}, (w, full) => writePathVersion(w, full, version));
  }

  /** @param version -1: whatever it is. @throws ZkError `badArguments` */
  setData(path: string, data: Data, version = -1): this {
    const bytes = dataBytes(data);
    return this.#add('setData', path, OpCode.setData, {}, (w, full) => writeSetDataRequest(w, full, bytes, version));
  }

  /** Lets the rest happen only if the node has this version (-1: exists). @throws ZkError `badArguments` */
  check(path: string, version = -1): this {
    return this.#add('check', path, OpCode.check, {}, (w, full) => writePathVersion(w, full, version));
  }

  /**
   * @returns one result per operation
   * @throws TransactionError when one operation was refused, and so all of them
   */
  commit(): Promise<TransactionResult[]> {
    if (this.#committed)
      return Promise.reject(badArguments('', 'this transaction was committed before; build another'));
    this.#committed = true;
    if (this.#operations.length === 0) return Promise.resolve([]);
    return this.#host.call(
      OpCode.multi,
      this.#operations[0]!.path,
      (w) => this.#write(w),
      (err, r) => this.#read(err, r),
    );
  }

  #add(
    type: TransactionResult['type'],
    path: string,
    opcode: number,
    options: CreateOptions,
    body: (w: ByteWriter, full: string) => void,
  ): this {
    const full = this.#host.resolve(path, type === 'create' && isSequentialMode(options));
    const write = (w: ByteWriter): void => {
      writeMultiHeader(w, opcode, false, -1);
      body(w, full);
    };
    this.#operations.push({ type, path, write });
    return this;
  }

  #write(w: ByteWriter): void {
    for (const operation of this.#operations) operation.write(w);
    writeMultiEnd(w);
  }

  #read(err: number, r: ByteReader): TransactionResult[] {
    if (err !== 0) throw new ZkError(err, this.#operations[0]!.path);
    const results = readMultiResponse(r);
    if (results.length !== this.#operations.length) {
      const detail = `${results.length} results for ${this.#operations.length} operations`;
      throw new ZkError(ZkErrorCode.marshallingError, '', detail);
    }
    const codes = results.map((result) => result.err);
    const failed = codes.findIndex((code) => code !== 0 && code !== ZkErrorCode.runtimeInconsistency);
    if (results.some((result) => result.type === OpCode.error)) {
      const index = Math.max(failed, 0);
      throw new TransactionError(codes, index, this.#operations[index]!.path);
    }
    return results.map((result, i): TransactionResult => {
      const type = this.#operations[i]!.type;
      if (type === 'create') return { type, path: this.#host.shown(result.path!), stat: result.stat! };
      return type === 'setData' ? { type, stat: result.stat! } : { type };
    });
  }
}
