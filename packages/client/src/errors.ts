import { ZkErrorCode, zkErrorName } from '@quorate/protocol';

const MARK = Symbol.for('quorate/zk-error');

/** An operation that ZooKeeper refused, or whose fate the client does not know. */
export class ZkError extends Error {
  /** A `ZkErrorCode`. */
  readonly code: number;
  /** The code's name, for example `noNode`. */
  override readonly name: string;
  /** The path asked for, as the caller gave it; empty where there is none. */
  readonly path: string;
  readonly [MARK] = true;

  constructor(code: number, path: string, detail?: string, options?: { cause?: unknown }) {
    super(
      `${zkErrorName(code)}${path === '' ? '' : ` for ${path}`}${detail === undefined ? '' : `: ${detail}`}`,
      options,
    );
    this.code = code;
    this.name = zkErrorName(code);
    this.path = path;
  }
}

/** Works across several installed copies of this package, where `instanceof` does not. */
export function isZkError(error: unknown, code?: number): error is ZkError {
  if (typeof error !== 'object' || error === null || (error as { [MARK]?: unknown })[MARK] !== true) return false;
  return code === undefined || (error as ZkError).code === code;
}

/** A transaction that was refused as a whole: nothing of it happened. */
export class TransactionError extends ZkError {
  /** Index of the operation that failed. */
  readonly index: number;
  /** The code of every operation: 0 before the one that failed, `runtimeInconsistency` after it. */
  readonly codes: readonly number[];

  constructor(codes: readonly number[], index: number, path: string) {
    super(
      codes[index] ?? ZkErrorCode.systemError,
      path,
      `operation ${index} of ${codes.length} in a transaction failed`,
    );
    this.codes = codes;
    this.index = index;
  }
}

/** The connection went while the request was under way: it may or may not have been carried out. */
export function connectionLoss(path: string, cause: unknown): ZkError {
  const detail = 'the connection was lost before the reply; whether the request was carried out is unknown';
  return new ZkError(ZkErrorCode.connectionLoss, path, detail, { cause });
}

export function badArguments(path: string, detail: string): ZkError {
  return new ZkError(ZkErrorCode.badArguments, path, detail);
}
