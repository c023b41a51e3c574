import { type Address, QuorateError } from '@quorate/interfaces';

/** Where to listen or dial; no host means every interface. */
export interface Endpoint {
  readonly host: string | undefined;
  readonly port: number;
}

const SHAPE = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/;
const MAPPED = '::ffff:';

/**
 * Reads `host:port`, `[v6]:port` or `*:port` (every interface); port 0 lets the system choose.
 * @throws QuorateError `BAD_ADDRESS`
 */
export function parseAddress(address: Address): Endpoint {
  const match = SHAPE.exec(address);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (match === null || port > 65_535 || !host) {
    throw new QuorateError(
      'BAD_ADDRESS',
      `"${address}" is no TCP address: expected host:port, [v6]:port or *:port with a port from 0 to 65535`,
    );
  }
  return { host: host === '*' ? undefined : host, port };
}

/** The host to dial for an address that names every interface: this machine. */
export function dialHost(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/** `10.0.0.7:41562`, `[::1]:41562`; an IPv4-mapped IPv6 address appears as IPv4. */
export function formatAddress(ip: string, port: number): Address {
  const plain = ip.startsWith(MAPPED) && ip.includes('.') ? ip.slice(MAPPED.length) : ip;
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`;
}
