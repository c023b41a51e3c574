import { type Address, QuorateError } from '@quorate/interfaces';

/** The code and message of a platform error, looking into the several attempts of a dial by name. */
function describe(error: unknown): { readonly code: string; readonly text: string } {
  const { code, message, errors } = error as NodeJS.ErrnoException & { errors?: readonly Error[] };
  const text = message || errors?.map((attempt) => attempt.message).join('; ') || String(error);
  return { code: code ?? '', text };
}

export function listenFailure(address: Address, cause: unknown): QuorateError {
  const { code, text } = describe(cause);
  if (code === 'EADDRINUSE') {
    return new QuorateError(
      'ADDRESS_IN_USE',
      `cannot listen on ${address}: another listener has it; stop that one or choose another port`,
      { cause },
    );
  }
  return new QuorateError('BAD_ADDRESS', `cannot listen on ${address}: ${text}`, { cause });
}

export function dialFailure(address: Address, cause: unknown): QuorateError {
  return new QuorateError('CONNECTION_FAILED', `cannot connect to ${address}: ${describe(cause).text}`, { cause });
}

export function dialAborted(address: Address): QuorateError {
  return new QuorateError('ABORTED', `the dial of ${address} was aborted`);
}
