import { parseArgs } from 'node:util';

export type Side = 'quorate' | 'apache';

export interface BenchmarkOptions {
  /** Length of each measurement. */
  readonly seconds: number;
  /** Mixed load before a side's first figure. */
  readonly warmupSeconds: number;
  /** Measurements of each cell on each side. */
  readonly rounds: number;
  /** Operations as zkload names them. */
  readonly ops: readonly string[];
  readonly clients: number;
  /** Requests in flight of each client. */
  readonly outstanding: number;
  /** Data bytes. */
  readonly size: number;
  /** Servers of each side. */
  readonly servers: number;
  readonly only: Side | undefined;
  /** Where to write every figure. */
  readonly json: string | undefined;
  /** Leave the servers' folders. */
  readonly keep: boolean;
}

/** @throws Error that names the option, what was wrong with it and what it takes */
export function parseOptions(args: readonly string[]): BenchmarkOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      seconds: { type: 'string', default: '10' },
      'warmup-seconds': { type: 'string', default: '20' },
      rounds: { type: 'string', default: '2' },
      ops: { type: 'string', default: 'set,get' },
      clients: { type: 'string', default: '64' },
      outstanding: { type: 'string', default: '16' },
      size: { type: 'string', default: '128' },
      servers: { type: 'string', default: '3' },
      only: { type: 'string' },
      json: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  });
  const { only } = values;
  if (only !== undefined && only !== 'quorate' && only !== 'apache') {
    throw new Error(`--only takes quorate or apache, not ${only}`);
  }
  return {
    seconds: whole('seconds', values.seconds, 1),
    warmupSeconds: whole('warmup-seconds', values['warmup-seconds'], 0),
    rounds: whole('rounds', values.rounds, 1),
    ops: values.ops.split(','),
    clients: whole('clients', values.clients, 1),
    outstanding: whole('outstanding', values.outstanding, 1),
    size: whole('size', values.size, 0),
    servers: whole('servers', values.servers, 1),
    only,
    json: values.json,
    keep: values.keep,
  };
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${name} takes a whole number, ${least} or more, not ${text}`);
}
