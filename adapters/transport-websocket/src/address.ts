import { type Address, QuorateError } from '@quorate/interfaces';

export interface Endpoint {
  /** Undefined means every interface. */
  readonly host: string | undefined;
  readonly port: number;
  /** Begins with `/`. */
  readonly path: string;
  readonly secure: boolean;
}

const SHAPE = /^(?:(wss?):\/\/)?(?:\[([^\]]*)\]|([^:/[\]]*)):(\d{1,5})(\/[^?#]*)?$/;
const MAPPED = '::ffff:';

/**
 * Reads `ws://host:port/path`, `wss://host:port/path` or `host:port`; the host may be `[v6]`, or `*` for every interface.
 * @throws QuorateError `BAD_ADDRESS`
 */
export function parseAddress(address: Address): Endpoint {
  const match = SHAPE.exec(address);
  const port = Number(match?.[4]);
  const host = match?.[2] ?? match?.[3];
  if (match === null || port > 65_535 || !host) {
    throw new QuorateError(
      'BAD_ADDRESS',
      `"${address}" is no WebSocket address: expected ws://host:port/path or host:port with a port from 0 to 65535`,
    );
  }
  return { host: host === '*' ? undefined : host, port, path: match[5] ?? '/', secure: match[1] === 'wss' };
}

/** The URL to dial; an address that names every interface means this machine. */
export function dialUrl({ host, port, path, secure }: Endpoint): string {
  let name = host ?? '127.0.0.1';
  if (name === '0.0.0.0') name = '127.0.0.1';
  if (name === '::') name = '::1';
  return `${secure ? 'wss' : 'ws'}://${formatAddress(name, port)}${path}`;
}

/** `10.0.0.7:41562`, `[::1]:41562`; an IPv4-mapped IPv6 address appears as IPv4. */
export function formatAddress(ip: string, port: number): Address {
  const plain = ip.startsWith(MAPPED) && ip.includes('.') ? ip.slice(MAPPED.length) : ip;
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`;
}
