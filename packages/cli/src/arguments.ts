import { parseArgs } from 'node:util';
import { MAX_SERVER_ID } from '@quorate/server';
import { CommandFailure, EXIT_USAGE } from './output.js';

export interface EnsembleArguments {
  /** Nothing is kept on disk. */
  readonly ephemeral: boolean;
  /** Client port of the first server; the others follow. */
  readonly basePort: number;
  /** Peer port of the first server; its election port is 1000 above. */
  readonly peerBasePort: number;
  readonly data: string;
  readonly servers: number;
  readonly host: string;
  /** Milliseconds. */
  readonly tickTime: number;
}

export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'version' }
  | { readonly name: 'server'; readonly configPath: string }
  | { readonly name: 'ensemble'; readonly arguments: EnsembleArguments };

export const HELP = `quorate: a coordination service that ZooKeeper's clients can use

  quorate server <zoo.cfg>      one server, in the foreground, as the file says
  quorate ensemble              a whole ensemble on this machine, to try things out
      --servers <n>             how many servers (3)
      --base-port <port>        client port of the first one, the others follow (2181)
      --peer-base-port <port>   port between servers of the first one (2888), elections 1000 above
      --data <directory>        where they keep their data, one directory each (./data)
      --ephemeral               keep nothing: data in memory only
      --host <address>          address to listen on (127.0.0.1)
      --tick-time <ms>          the unit of sessions and heartbeats (2000)
  quorate version
  quorate --help

Ends on Ctrl-C or SIGTERM with status 0; with 1 when it cannot start or go on, with 2 when it was called wrongly.`;

function usage(message: string): CommandFailure {
  return new CommandFailure(`${message}; see quorate --help`, EXIT_USAGE);
}

function whole(flag: string, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw usage(`--${flag} ${text}: expected a whole number from ${min} to ${max}`);
}

function ensembleArguments(args: readonly string[]): EnsembleArguments {
  let values: ReturnType<typeof read>;
  try {
    values = read(args);
  } catch (error) {
    throw usage((error as Error).message.split('. ')[0] ?? 'the arguments cannot be read');
  }
  const servers = whole('servers', values.servers, 1, MAX_SERVER_ID);
  return {
    ephemeral: values.ephemeral,
    servers,
    basePort: whole('base-port', values['base-port'], 1, 65_536 - servers),
    peerBasePort: whole('peer-base-port', values['peer-base-port'], 1, 64_536 - servers),
    data: values.data,
    host: values.host,
    tickTime: whole('tick-time', values['tick-time'], 10, 3_600_000),
  };
}

function read(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    allowPositionals: false,
    options: {
      ephemeral: { type: 'boolean', default: false },
      'base-port': { type: 'string', default: '2181' },
      'peer-base-port': { type: 'string', default: '2888' },
      data: { type: 'string', default: './data' },
      servers: { type: 'string', default: '3' },
      host: { type: 'string', default: '127.0.0.1' },
      'tick-time': { type: 'string', default: '2000' },
    },
  });
  return values;
}

/** Reads what follows the program's name. @throws CommandFailure with {@link EXIT_USAGE} */
export function parseCommand(args: readonly string[]): Command {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || rest.includes('--help') || rest.includes('-h')) return { name: 'help' };
  switch (name) {
    case '--help':
    case '-h':
      return { name: 'help' };
    case 'version':
    case '--version':
      return { name: 'version' };
    case 'server':
      if (rest.length !== 1) throw usage('quorate server takes one argument, the path of a zoo.cfg');
      return { name: 'server', configPath: rest[0]! };
    case 'ensemble':
      return { name: 'ensemble', arguments: ensembleArguments(rest) };
    default:
      throw usage(`there is no command "${name}"`);
  }
}
