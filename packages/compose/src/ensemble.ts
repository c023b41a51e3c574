import { type Address, QuorateError } from '@quorate/interfaces';
import { joinAddress, parseServerLine, type ServerLine } from '@quorate/server';
import type { Member } from '@quorate/zab';

/** One server of an ensemble, and where it listens for clients. */
export interface EnsembleMember extends Member {
  readonly clientAddresses?: readonly Address[];
}

/** Where elections go when a line names one port only: as far from it as ZooKeeper's 3888 is from 2888. */
const ELECTION_OFFSET = 1000;
const ANY_HOST = '0.0.0.0';
const ONE_PORT = /^((?:\[[^\]]*\]|[^:[\];]+):(\d{1,5}))((?::[a-zA-Z]+)?(?:;.*)?)$/;

/** Adds the election port that a line with one port leaves out. */
function withElectionPort(line: string): string {
  const match = ONE_PORT.exec(line);
  return match === null ? line : `${match[1]}:${Number(match[2]) + ELECTION_OFFSET}${match[3]}`;
}

function memberOf(line: ServerLine): EnsembleMember {
  const { id, kind, host, peerPort, electionPort, clientHost, clientPort } = line;
  return {
    id,
    kind,
    peerAddress: joinAddress(host, peerPort),
    electionAddress: joinAddress(host, electionPort),
    clientAddresses: clientPort === undefined ? [] : [joinAddress(clientHost ?? ANY_HOST, clientPort)],
  };
}

/**
 * Reads an ensemble: `1=host:2888:3888;2181,2=host:2888:3888:observer;2181`. The part behind `=` is that of a `server.N`
 * line in `zoo.cfg`; a line with one port only has its elections 1000 above it.
 * @throws QuorateError `BAD_CONFIG` with everything that is wrong
 */
export function parseEnsemble(text: string): readonly EnsembleMember[] {
  const problems: string[] = [];
  const members = new Map<number, EnsembleMember>();
  for (const part of text.split(',').map((each) => each.trim())) {
    const equals = part.indexOf('=');
    const parsed =
      equals < 0
        ? 'there is no "=" behind an id'
        : parseServerLine(part.slice(0, equals).trim(), withElectionPort(part.slice(equals + 1).trim()));
    if (typeof parsed === 'string') problems.push(`"${part}": ${parsed}`);
    else if (members.has(parsed.id)) problems.push(`"${part}": there is a server ${parsed.id} already`);
    else members.set(parsed.id, memberOf(parsed));
  }
  if (problems.length > 0) {
    throw new QuorateError(
      'BAD_CONFIG',
      `the ensemble cannot be read: ${problems.join('; ')}; it looks like 1=host:2888:3888;2181,2=…`,
    );
  }
  return [...members.values()].sort((a, b) => a.id - b.id);
}

/** The members as `/zookeeper/config` and the word `conf` show them: lines of `zoo.cfg`. Empty for a server that stands alone. */
export function membershipText(members: readonly EnsembleMember[]): string {
  if (members.length < 2) return '';
  const lines = members.map(({ id, kind, peerAddress, electionAddress, clientAddresses }) => {
    const electionPort = electionAddress.slice(electionAddress.lastIndexOf(':') + 1);
    const client = clientAddresses?.[0] === undefined ? '' : `;${clientAddresses[0]}`;
    return `server.${id}=${peerAddress}:${electionPort}:${kind === 'voter' ? 'participant' : 'observer'}${client}`;
  });
  return [...lines, 'version=0'].join('\n');
}
