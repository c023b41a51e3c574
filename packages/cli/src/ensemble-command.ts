import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isQuorateError } from '@quorate/interfaces';
import { type Config, type CoordinationServer, joinAddress, parseZooCfg, placeOf } from '@quorate/server';
import type { EnsembleArguments } from './arguments.js';
import { assembleServer } from './assemble.js';
import { lockDirectory } from './lock-file.js';
import { CommandFailure, type Output, stamped } from './output.js';
import { untilStopped } from './running.js';
import { tellRoles } from './status-lines.js';

const ELECTION_OFFSET = 1000;

interface Running {
  readonly id: number;
  readonly server: CoordinationServer;
  readonly clientAddress: string;
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** The configuration of one of the servers, as a `zoo.cfg` would say it. */
export function configOf(id: number, given: EnsembleArguments): Config {
  const { servers, host, basePort, peerBasePort, tickTime, data } = given;
  const shown = host.includes(':') ? `[${host}]` : host;
  const lines = [
    `tickTime=${tickTime}`,
    'initLimit=10',
    'syncLimit=5',
    `dataDir=${join(data, String(id)).replaceAll('\\', '\\\\')}`,
    `clientPort=${basePort + id - 1}`,
    `clientPortAddress=${host}`,
    'maxClientCnxns=0',
    '4lw.commands.whitelist=*',
  ];
  if (servers > 1) {
    for (const other of numbers(servers)) {
      const port = peerBasePort + other - 1;
      const client = `${shown}:${basePort + other - 1}`;
      lines.push(`server.${other}=${shown}:${port}:${port + ELECTION_OFFSET}:participant;${client}`);
    }
  }
  const result = parseZooCfg(lines.join('\n'));
  if (!result.ok) throw new CommandFailure(`these flags make no ensemble:\n  ${result.problems.join('\n  ')}`);
  return result.config;
}

/** A port that somebody has, with the flag that chooses another. */
function explainStart(error: unknown, { clientAddress, id }: Running): unknown {
  if (!isQuorateError(error) || error.code !== 'ADDRESS_IN_USE') return error;
  const flag = error.message.includes(clientAddress) ? '--base-port' : '--peer-base-port';
  return new CommandFailure(`server ${id}: ${error.message} (with ${flag})`, undefined, { cause: error });
}

async function startAll(all: readonly Running[]): Promise<void> {
  const results = await Promise.allSettled(all.map(({ server }) => server.start()));
  for (const [i, result] of results.entries()) {
    if (result.status === 'rejected') throw explainStart(result.reason, all[i]!);
  }
}

function untilAllServe(all: readonly Running[]): Promise<void> {
  return new Promise((resolve) => {
    const waiting = new Set(all);
    for (const running of all) {
      running.server.observables.serving$.subscribe((serving) => {
        if (serving && waiting.delete(running) && waiting.size === 0) resolve();
      });
    }
  });
}

function introduce(all: readonly Running[], { data, ephemeral }: EnsembleArguments, output: Output): void {
  const hosts = all.map(({ clientAddress }) => clientAddress).join(',');
  const [first] = all;
  const at = first!.clientAddress.lastIndexOf(':');
  output.line('');
  output.line(
    `Ready: ${all.length} servers, data ${ephemeral ? 'in memory only' : `under ${data}`}. Connection string:`,
  );
  output.line('');
  output.line(`  ${hosts}`);
  output.line('');
  output.line('Try one of');
  output.line(`  zkCli.sh -server ${hosts}`);
  output.line(
    `  python3 -c "from kazoo.client import KazooClient; zk = KazooClient('${hosts}'); zk.start(); print(zk.get_children('/'))"`,
  );
  output.line(`  echo srvr | nc ${first!.clientAddress.slice(0, at)} ${first!.clientAddress.slice(at + 1)}`);
  output.line('');
  output.line('Ctrl-C ends it.');
}

/** `quorate ensemble`: a whole ensemble in this process, until it is told to stop. @throws CommandFailure, QuorateError */
export async function runEnsemble(given: EnsembleArguments, output: Output): Promise<void> {
  const told = stamped(output);
  const unlocks: (() => void)[] = [];
  const all: Running[] = [];
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  try {
    for (const id of numbers(given.servers)) {
      const config = configOf(id, given);
      if (!given.ephemeral) {
        await mkdir(config.dataDir, { recursive: true }).catch((error: Error) => {
          throw new CommandFailure(`the directory ${config.dataDir} cannot be made: ${error.message} (with --data)`);
        });
        unlocks.push(lockDirectory(config.dataDir));
      }
      const result = placeOf(config, String(id));
      if (!result.ok) throw new CommandFailure(result.problems.join('; '));
      const server = assembleServer({
        config,
        place: result.place,
        ephemeral: given.ephemeral,
        onFatal: (error) =>
          fail(new CommandFailure(`server ${id} stopped: ${error.message}`, undefined, { cause: error })),
        onNotice: (text) => told.line(`server ${id}: ${text}`),
      });
      all.push({ id, server, clientAddress: joinAddress(given.host, given.basePort + id - 1) });
    }
    for (const { id, server } of all) tellRoles(server, (words) => told.line(`server ${id} is ${words}`));
    const serving = untilAllServe(all);
    const stopped = untilStopped(output);
    await startAll(all);
    serving.then(() => introduce(all, given, output));
    await Promise.race([stopped, failed]);
  } finally {
    await Promise.allSettled(all.map(({ server }) => server.close()));
    for (const unlock of unlocks) unlock();
  }
  output.line('stopped');
}
