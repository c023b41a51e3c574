import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Side } from './options.js';

const QUORATE = fileURLToPath(new URL('../../../packages/cli/bin/quorate.js', import.meta.url));
const JAVA = '/usr/bin/java';
const JARS = ['zookeeper.jar', 'slf4j-log4j12.jar', 'log4j-1.2.jar', 'snappy-java.jar'].map(
  (name) => `/usr/share/java/${name}`,
);
const READY_WITHIN_MS = 60_000;

/** Whether Debian's packages zookeeper and a Java runtime are there. */
export function apacheInstalled(): boolean {
  return existsSync(JAVA) && existsSync(JARS[0]!);
}

/** The running servers of one side. */
export class Cluster {
  readonly side: Side;
  /** `host:port` of every server, with commas. */
  readonly hosts: string;
  readonly #ports: readonly number[];
  readonly #children: readonly ChildProcess[];

  private constructor(side: Side, ports: readonly number[], children: readonly ChildProcess[]) {
    this.side = side;
    this.#ports = ports;
    this.#children = children;
    this.hosts = ports.map((port) => `127.0.0.1:${port}`).join(',');
  }

  /**
   * Starts servers that listen on `basePort + 1 …`, `+ 101 …` and `+ 201 …`, with their files under `folder`, and waits
   * until all serve. Both sides get the same zoo.cfg: real fsync, no admin server, no limit on connections.
   */
  static async start(side: Side, servers: number, folder: string, basePort: number): Promise<Cluster> {
    const ids = Array.from({ length: servers }, (_, i) => i + 1);
    const children = ids.map((id) => {
      const own = join(folder, `${side}-${id}`);
      writeFiles(own, id, ids, basePort);
      return startServer(side, own);
    });
    const cluster = new Cluster(
      side,
      ids.map((id) => basePort + id),
      children,
    );
    try {
      await cluster.#ready(folder);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get pids(): readonly number[] {
    return this.#children.map(({ pid }) => pid ?? 0);
  }

  /** Ends the servers and waits for that. */
  async stop(): Promise<void> {
    await Promise.all(
      this.#children.map(
        (child) =>
          new Promise<void>((resolve) => {
            if (child.exitCode !== null || child.signalCode !== null) return resolve();
            child.on('close', () => resolve());
            child.kill('SIGKILL');
          }),
      ),
    );
  }

  async #ready(folder: string): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    for (;;) {
      const answers = await Promise.all(this.#ports.map((port) => srvr(port)));
      if (answers.every((answer) => answer.includes('Mode: '))) return;
      const ended = this.#children.findIndex((child) => child.exitCode !== null);
      if (ended >= 0 || performance.now() > deadline) {
        const which = ended >= 0 ? ended : answers.findIndex((answer) => !answer.includes('Mode: '));
        const said = readFileSync(join(folder, `${this.side}-${which + 1}`, 'out'), 'utf8').slice(-2_000);
        throw new Error(`${this.side} server ${which + 1} does not serve. It said:\n${said}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function writeFiles(folder: string, id: number, ids: readonly number[], basePort: number): void {
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'myid'), `${id}\n`);
  const lines = [
    'tickTime=2000',
    'initLimit=10',
    'syncLimit=5',
    `dataDir=${data}`,
    `clientPort=${basePort + id}`,
    'clientPortAddress=127.0.0.1',
    'maxClientCnxns=0',
    'admin.enableServer=false',
    '4lw.commands.whitelist=*',
  ];
  if (ids.length > 1) {
    lines.push(...ids.map((other) => `server.${other}=127.0.0.1:${basePort + 100 + other}:${basePort + 200 + other}`));
  }
  writeFileSync(join(folder, 'zoo.cfg'), `${lines.join('\n')}\n`);
}

function startServer(side: Side, folder: string): ChildProcess {
  const config = join(folder, 'zoo.cfg');
  const [command, args] =
    side === 'quorate' ? [process.execPath, [QUORATE, 'server', config]] : [JAVA, javaArguments(folder, config)];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const out = createWriteStream(join(folder, 'out'));
  child.stdout.pipe(out, { end: false });
  child.stderr.pipe(out, { end: false });
  return child;
}

function javaArguments(folder: string, config: string): string[] {
  const log = join(folder, 'log4j.properties');
  writeFileSync(
    log,
    `log4j.rootLogger=INFO, F\nlog4j.appender.F=org.apache.log4j.FileAppender\nlog4j.appender.F.File=${folder}/zookeeper.log\n` +
      'log4j.appender.F.layout=org.apache.log4j.PatternLayout\nlog4j.appender.F.layout.ConversionPattern=%d %-5p %m%n\n',
  );
  const classPath = JARS.filter((jar) => existsSync(jar)).join(':');
  const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
  return ['-Xmx1g', `-Dlog4j.configuration=file:${log}`, '-cp', classPath, main, config];
}

function srvr(port: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('srvr'));
    socket.setEncoding('utf8').setTimeout(2_000, () => socket.destroy());
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', () => {}).on('close', () => resolve(answer));
  });
}
