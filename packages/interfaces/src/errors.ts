/** Every code a {@link QuorateError} may carry. Codes are stable API; messages are not. */
export type ErrorCode =
  | 'ADDRESS_IN_USE'
  | 'ABORTED'
  | 'BAD_ADDRESS'
  | 'BAD_BATCH'
  | 'BAD_CONFIG'
  | 'CLOSED'
  | 'COMPACTED'
  | 'CONNECTION_FAILED'
  | 'CORRUPT_LOG'
  | 'CORRUPT_SNAPSHOT'
  | 'INVARIANT'
  | 'LOG_GAP'
  | 'NOT_SERVING'
  | 'NO_SUCH_ZXID'
  | 'OUTCOME_UNKNOWN'
  | 'REFUSED'
  | 'SHORT_READ'
  | 'STORAGE_FAILED'
  | 'UNSUPPORTED'
  | 'ZXID_RANGE';

const MARK = Symbol.for('quorate/error');

/** The one error class of the toolkit: a stable `code`, a message that says what was wrong and what to do, a `cause`. */
export class QuorateError extends Error {
  readonly code: ErrorCode;
  readonly [MARK] = true;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'QuorateError';
    this.code = code;
  }
}

/** Works across several installed copies of this package, where `instanceof` does not. */
export function isQuorateError(error: unknown): error is QuorateError {
  return typeof error === 'object' && error !== null && (error as { [MARK]?: unknown })[MARK] === true;
}

/** For what can only be a bug of ours: the peer halts rather than going on with a broken rule. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new QuorateError('INVARIANT', message);
}
