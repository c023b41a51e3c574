import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Cluster } from './cluster.js';
import type { BenchmarkOptions } from './options.js';

const FOLDER = fileURLToPath(new URL('../zkload', import.meta.url));

/** One measurement, as zkload reports it (the fields that this benchmark uses; the others are kept as they are). */
export interface Measurement {
  readonly ops_per_s: number;
  readonly p50_us: number;
  readonly p99_us: number;
  /** CPU time of all servers together. */
  readonly server_cpu_us_per_op: number;
  /** Resident memory of each server. */
  readonly server_rss_mb: readonly number[];
  readonly errors: number;
  readonly [field: string]: unknown;
}

/** Compiles the load generator when its source is newer. @throws Error that says what is missing */
export function buildZkload(): void {
  const made = spawnSync('make', ['-C', FOLDER], { encoding: 'utf8' });
  if (made.error !== undefined) {
    throw new Error(
      'the load generator is written in C: install make and a C compiler (apt-get install make gcc libc6-dev)',
    );
  }
  if (made.status !== 0) throw new Error(`the load generator did not compile:\n${made.stdout}${made.stderr}`);
}

/** Puts load on a cluster for `seconds`. @throws Error with what zkload said, when a reply was wrong or nothing came */
export async function measure(
  cluster: Cluster,
  op: string,
  seconds: number,
  warmup: number,
  options: BenchmarkOptions,
): Promise<Measurement> {
  const numbers = { clients: options.clients, outstanding: options.outstanding, size: options.size, seconds, warmup };
  const args = ['--hosts', cluster.hosts, '--op', op, '--pids', cluster.pids.join(',')].concat(
    Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]),
  );
  const { status, stdout, stderr } = await run(args);
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (status !== 0 || !line.startsWith('{')) {
    throw new Error(`${op} on ${cluster.side}: zkload ended with status ${status}\n${line}\n${stderr}`);
  }
  return JSON.parse(line) as Measurement;
}

function run(args: readonly string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(`${FOLDER}/zkload`, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject).on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
