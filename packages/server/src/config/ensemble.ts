import type { Address } from '@quorate/interfaces';
import type { Member } from '@quorate/zab';
import type { Config } from './config.js';
import { joinAddress } from './server-line.js';

/** One server's place in its ensemble. */
export interface Place {
  readonly id: number;
  /** Ascending ids; a standalone server is the only voter. */
  readonly members: readonly Member[];
  readonly standalone: boolean;
  /** Where clients are listened for. */
  readonly clientAddress: Address;
}

export type PlaceResult =
  | { readonly ok: true; readonly place: Place; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Every interface, IPv6 too where there is any. */
const ANY_HOST = '*';
/** The same as ZooKeeper writes it. */
const ANY_HOST_TEXT = '0.0.0.0';

/** Whether the configuration describes a standalone server: no `server.N` line, or a single one (T79). It needs no myid. */
export function isStandalone(config: Config): boolean {
  return config.servers.length === 0 || (config.servers.length === 1 && config.standaloneEnabled);
}

/**
 * Finds the server that `myid` names in its configuration. Pure.
 * @param myid the content of `dataDir/myid`; undefined when there is no such file
 */
export function placeOf(config: Config, myid: string | undefined): PlaceResult {
  const problems: string[] = [];
  const warnings: string[] = [];
  const standalone = isStandalone(config);
  const text = myid?.split('\n')[0]?.trim();
  const number = text !== undefined && /^\d{1,3}$/.test(text) ? Number(text) : undefined;
  const own = standalone ? config.servers[0] : config.servers.find(({ id }) => id === number);
  if (!standalone && own === undefined) {
    const ids = config.servers.map(({ id }) => id).join(', ');
    problems.push(
      text === undefined
        ? `there is no file myid in ${config.dataDir}: write this server's id into it (one of ${ids})`
        : `myid says "${text}", but the configuration has the servers ${ids}`,
    );
  }
  if (own !== undefined && config.peerType !== undefined) {
    const listed = own.kind === 'observer' ? 'observer' : 'participant';
    if (listed !== config.peerType)
      warnings.push(`peerType=${config.peerType}, but server.${own.id} says ${listed}, which counts`);
  }
  const clientPort = own?.clientPort ?? config.clientPort;
  if (clientPort === undefined && problems.length === 0) {
    problems.push(`there is no client port: set clientPort${own ? `, or end server.${own.id} with ;port` : ''}`);
  }
  if (clientPort === undefined || problems.length > 0) return { ok: false, problems };
  const host = (own?.clientPort === undefined ? undefined : own.clientHost) ?? config.clientPortAddress ?? ANY_HOST;
  const id = own?.id ?? 1;
  const members: Member[] = standalone
    ? [{ id, kind: 'voter', peerAddress: '', electionAddress: '' }]
    : config.servers.map((server) => ({
        id: server.id,
        kind: server.kind,
        peerAddress: joinAddress(server.host, server.peerPort),
        electionAddress: joinAddress(server.host, server.electionPort),
      }));
  return { ok: true, place: { id, members, standalone, clientAddress: joinAddress(host, clientPort) }, warnings };
}

/** The configuration as `/zookeeper/config` holds it and `conf` shows it (zk-client-spec 2.16); empty for a standalone server (T80). */
export function membershipText(config: Config): string {
  if (isStandalone(config)) return '';
  const lines = config.servers.map(({ id, kind, host, peerPort, electionPort, clientHost, clientPort }) => {
    const bracketed = host.includes(':') ? `[${host}]` : host;
    const role = kind === 'observer' ? 'observer' : 'participant';
    const client = clientPort === undefined ? '' : `;${joinAddress(clientHost ?? ANY_HOST_TEXT, clientPort)}`;
    return `server.${id}=${bracketed}:${peerPort}:${electionPort}:${role}${client}`;
  });
  return [...lines, 'version=0'].join('\n');
}
