function ipv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes = new Uint8Array(4);
  for (let i = 0; i < 4; i++) {
    const part = parts[i]!;
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    bytes[i] = Number(part);
  }
  return bytes;
}

function hexGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  for (const part of text.split(':')) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
    groups.push(Number.parseInt(part, 16));
  }
  return groups;
}

function ipv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = hexGroups(halves[0]!);
  const tail = halves.length === 2 ? hexGroups(halves[1]!) : [];
  if (head === undefined || tail === undefined) return undefined;
  const given = head.length + tail.length;
  if (halves.length === 2 ? given > 7 : given !== 8) return undefined;
  const bytes = new Uint8Array(16);
  const groups = [...head, ...new Array<number>(8 - given).fill(0), ...tail];
  for (let i = 0; i < 8; i++) {
    bytes[i * 2] = groups[i]! >> 8;
    bytes[i * 2 + 1] = groups[i]!;
  }
  return bytes;
}

/** Parses IPv4 (dotted) and IPv6 (hexadecimal, with or without `::`); so `::1` and `0:0:0:0:0:0:0:1` are alike (T69). */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? ipv6(text) : ipv4(text);
}

/** An address and how many of its leading bits count. */
export interface AddressRange {
  readonly address: Uint8Array;
  readonly bits: number;
}

/** Parses `addr` or `addr/bits`. */
export function parseRange(text: string): AddressRange | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const whole = address.length * 8;
  if (slash < 0) return { address, bits: whole };
  const bits = text.slice(slash + 1);
  return /^\d{1,3}$/.test(bits) && Number(bits) <= whole ? { address, bits: Number(bits) } : undefined;
}

/** Whether an address lies in a range of its own family. */
export function inRange(address: Uint8Array, range: AddressRange): boolean {
  if (address.length !== range.address.length) return false;
  for (let i = 0; i * 8 < range.bits; i++) {
    const bits = Math.min(range.bits - i * 8, 8);
    const mask = (0xff << (8 - bits)) & 0xff;
    if ((address[i]! & mask) !== (range.address[i]! & mask)) return false;
  }
  return true;
}
