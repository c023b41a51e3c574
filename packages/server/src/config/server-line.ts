/** One `server.N` line of a configuration (zk-client-spec 3.5). */
export interface ServerLine {
  readonly id: number;
  readonly kind: 'voter' | 'observer';
  /** A name or an address, IPv6 without its brackets. */
  readonly host: string;
  /** Where learners dial their leader. */
  readonly peerPort: number;
  /** Where votes go. */
  readonly electionPort: number;
  /** From the part behind `;`; undefined when the line names none. */
  readonly clientHost: string | undefined;
  readonly clientPort: number | undefined;
}

const SHAPE = 'host:peerPort:electionPort[:participant|observer][;[clientHost:]clientPort]';
export const MAX_SERVER_ID = 254;

/** `host:port` as transports write it: IPv6 in brackets. */
export function joinAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A port from 1 to 65535, undefined for anything else. */
export function parsePort(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65535 ? port : undefined;
}

/** Takes `[v6]` or a name off the front of `text`; undefined when there is none. */
function splitHost(text: string): { host: string; rest: string } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]]+))(?::(.*))?$/.exec(text);
  return match ? { host: (match[1] ?? match[2])!, rest: match[3] ?? '' } : undefined;
}

function parseClientPart(text: string): { host: string | undefined; port: number } | undefined {
  const bare = parsePort(text);
  if (bare !== undefined) return { host: undefined, port: bare };
  const split = splitHost(text);
  const port = split && parsePort(split.rest);
  return split && port !== undefined ? { host: split.host, port } : undefined;
}

const KINDS: Readonly<Record<string, 'voter' | 'observer'>> = { participant: 'voter', observer: 'observer' };

/**
 * Reads the value of `server.<id>`.
 * @returns the line, or what is wrong with it in words
 */
export function parseServerLine(id: string, value: string): ServerLine | string {
  const number = /^\d{1,3}$/.test(id) ? Number(id) : Number.NaN;
  if (!(number >= 1 && number <= MAX_SERVER_ID)) return `the id must be a whole number from 1 to ${MAX_SERVER_ID}`;
  const [peerPart = '', clientPart, ...more] = value.split(';').map((part) => part.trim());
  if (peerPart.includes('|')) return 'several addresses of one server (with "|") are not supported: keep one';
  if (more.length > 0) return `"${more[0]}": a secure client port is not supported; legal is ${SHAPE}`;
  const split = splitHost(peerPart);
  const fields = split?.rest.split(':') ?? [];
  if (!split || fields.length < 2 || fields.length > 3) return `legal is ${SHAPE}`;
  const ports = fields.slice(0, 2).map(parsePort);
  const [peerPort, electionPort] = ports;
  if (peerPort === undefined || electionPort === undefined) {
    return `"${fields[peerPort === undefined ? 0 : 1]}" is no port: legal is 1 to 65535`;
  }
  if (peerPort === electionPort) return `peer port and election port must differ, both are ${peerPort}`;
  const kind = KINDS[(fields[2] ?? 'participant').toLowerCase()];
  if (kind === undefined) return `"${fields[2]}" is no role: legal is participant or observer`;
  const client = clientPart ? parseClientPart(clientPart) : { host: undefined, port: undefined };
  if (client === undefined) return `"${clientPart}" is no client address: legal is [clientHost:]clientPort`;
  return {
    id: number,
    kind,
    host: split.host,
    peerPort,
    electionPort,
    clientHost: client.host,
    clientPort: client.port,
  };
}
