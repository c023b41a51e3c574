import { type Address, QuorateError } from '@quorate/interfaces';

/** Reasons for a listen to fail that lie in the address itself. */
const BAD_ADDRESS_CODES = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL', 'EAFNOSUPPORT']);

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
  if (code === 'EACCES' || code === 'EPERM') {
    return new QuorateError(
      'BAD_ADDRESS',
      `cannot listen on ${address}: not permitted (${text}); choose a port from 1024`,
      {
        cause,
      },
    );
  }
  const reason = BAD_ADDRESS_CODES.has(code) ? 'this machine has no such address' : 'the system refused';
  return new QuorateError('BAD_ADDRESS', `cannot listen on ${address}: ${reason} (${text})`, { cause });
}

export function dialFailure(address: Address, cause: unknown): QuorateError {
  return new QuorateError('CONNECTION_FAILED', `cannot connect to ${address}: ${describe(cause).text}`, { cause });
}

export function dialAborted(address: Address): QuorateError {
  return new QuorateError('ABORTED', `the dial of ${address} was aborted`);
}

/** The end of a connection that was not an orderly one. */
export function connectionLost(remote: Address, cause: unknown): QuorateError {
  return new QuorateError('CLOSED', `the connection with ${remote} broke: ${describe(cause).text}`, { cause });
}

export function peerNotReading(remote: Address, waitedMs: number, bytes: number): QuorateError {
  return new QuorateError(
    'CLOSED',
    `the connection with ${remote} was dropped: the other side neither read nor closed for ${waitedMs} ms after the end, ${bytes} bytes unsent`,
  );
}
