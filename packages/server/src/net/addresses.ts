import type { Address } from '@quorate/interfaces';

/** The host of `host:port` or `[v6]:port`; the whole address where there is no port. */
export function hostOf(address: Address): string {
  const bracketed = /^\[([^\]]*)\]/.exec(address);
  if (bracketed) return bracketed[1]!;
  const colon = address.lastIndexOf(':');
  return colon < 0 ? address : address.slice(0, colon);
}

/** Eight groups without leading zeros, none left out: how Java prints an IPv6 address (T69). Anything else comes back as it is. */
export function javaHost(host: string): string {
  const [plain = '', zone] = host.split('%');
  if (!/^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/.test(plain)) return host;
  const [head = '', tail, ...more] = plain.split('::');
  if (more.length > 0) return host;
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return host;
  const groups = [...front, ...Array.from({ length: missing }, () => '0'), ...back];
  const text = groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
  return zone === undefined ? text : `${text}%${zone}`;
}

/** An address as ZooKeeper's tools print it: `/10.0.0.7:41562`, `/[0:0:0:0:0:0:0:1]:2181`. */
export function javaAddress(address: Address): string {
  const host = hostOf(address);
  const port = address.slice(address.lastIndexOf(':') + 1);
  return host.includes(':') ? `/[${javaHost(host)}]:${port}` : `/${address}`;
}
