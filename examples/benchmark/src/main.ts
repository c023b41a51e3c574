import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { apacheInstalled, Cluster } from './cluster.js';
import { type BenchmarkOptions, parseOptions, type Side } from './options.js';
import { type Figure, table } from './report.js';
import { buildZkload, measure } from './zkload.js';

/** Before each figure, so that no connection set-up or backlog of the other side is in it. */
const LEAD_IN_SECONDS = 1;

function sidesOf({ only }: BenchmarkOptions): Side[] {
  if (only !== undefined) return [only];
  if (apacheInstalled()) return ['quorate', 'apache'];
  console.log(
    'Apache ZooKeeper is not installed (apt-get install zookeeper libzookeeper-java): measuring Quorate alone.',
  );
  return ['quorate'];
}

/** Every cell on one side and the other alternately, round by round. */
async function measureAll(clusters: readonly Cluster[], options: BenchmarkOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const cluster of clusters) {
    if (options.warmupSeconds === 0) break;
    console.log(`${cluster.side}: ${options.warmupSeconds} s of mixed load first`);
    await measure(cluster, 'mixed', options.warmupSeconds, 0, options);
  }
  for (const op of options.ops) {
    for (let round = 1; round <= options.rounds; round++) {
      for (const cluster of clusters) {
        const measurement = await measure(cluster, op, options.seconds, LEAD_IN_SECONDS, options);
        figures.push({ side: cluster.side, op, round, measurement });
        const { ops_per_s: rate, server_cpu_us_per_op: cpu } = measurement;
        console.log(
          `${op} ${round}/${options.rounds} ${cluster.side}: ${Math.round(rate)}/s, ${cpu} µs of server CPU each`,
        );
      }
    }
  }
  return figures;
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  buildZkload();
  const sides = sidesOf(options);
  const folder = mkdtempSync(join(tmpdir(), 'quorate-bench-'));
  const clusters: Cluster[] = [];
  const stop = async () => {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
    if (options.keep) console.log(`The servers' files are in ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().then(() => process.exit(130)));
  }
  try {
    for (const [i, side] of sides.entries()) {
      clusters.push(await Cluster.start(side, options.servers, folder, 23_000 + 1_000 * i + (process.pid % 500)));
    }
    const figures = await measureAll(clusters, options);
    const shape = `${options.clients} clients × ${options.outstanding} outstanding, ${options.size} bytes`;
    console.log(`\n${options.servers} servers each, ${shape}, ${cpus().length} cores, Node ${process.version}\n`);
    console.log(table(figures, options.ops));
    if (options.json !== undefined) {
      writeFileSync(
        options.json,
        `${JSON.stringify({ options, cores: cpus().length, node: process.version, figures }, null, 1)}\n`,
      );
    }
  } finally {
    await stop();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  console.error('Options are explained in examples/benchmark/README.md.');
  process.exitCode = 1;
});
