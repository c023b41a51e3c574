import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerView } from './view.js';

/** Bytes of all files in a directory and below; 0 when there is none. */
function sizeOf(directory: string): number {
  if (directory === '') return 0;
  let bytes = 0;
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) bytes += sizeOf(path);
      else if (entry.isFile()) bytes += statSync(path).size;
    }
  } catch {
    // Files come and go while a server runs; what is gone has no size.
  }
  return bytes;
}

/** `conf` (zk-client-spec 3.1). */
export function conf({ context, configuration, standalone }: ServerView): string {
  const { settings, id } = context;
  const { clientPort, dataDir, dataLogDir, membership } = configuration;
  const lines = [
    `clientPort=${clientPort}`,
    'secureClientPort=-1',
    `dataDir=${dataDir}`,
    `dataDirSize=${sizeOf(dataDir)}`,
    `dataLogDir=${dataLogDir}`,
    `dataLogSize=${sizeOf(dataLogDir)}`,
    `tickTime=${settings.tickMs}`,
    `maxClientCnxns=${settings.maxClientConnections}`,
    `minSessionTimeout=${settings.minSessionTimeoutMs}`,
    `maxSessionTimeout=${settings.maxSessionTimeoutMs}`,
    'clientPortListenBacklog=-1',
    `serverId=${standalone ? 0 : id}`,
  ];
  if (!standalone) {
    const { initLimit, syncLimit, electionPort, quorumPort, observer } = configuration;
    lines.push(
      `initLimit=${initLimit}`,
      `syncLimit=${syncLimit}`,
      'electionAlg=3',
      `electionPort=${electionPort}`,
      `quorumPort=${quorumPort}`,
      `peerType=${observer ? 1 : 0}`,
      'membership: ',
      membership,
    );
  }
  return `${lines.join('\n')}\n`;
}

export function dirs({ configuration }: ServerView): string {
  return `datadir_size: ${sizeOf(configuration.dataDir)}\nlogdir_size: ${sizeOf(configuration.dataLogDir)}\n`;
}
