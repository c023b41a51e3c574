import { type Address, QuorateError } from '@quorate/interfaces';

/** The host part of `host:port`. @throws QuorateError `BAD_ADDRESS` */
export function hostOf(address: Address): string {
  const colon = address.lastIndexOf(':');
  const port = Number(address.slice(colon + 1));
  if (colon <= 0 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new QuorateError('BAD_ADDRESS', `'${address}' is no address of a simulated network: expected host:port`);
  }
  return address.slice(0, colon);
}
