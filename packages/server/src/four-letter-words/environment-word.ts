import { arch, homedir, hostname, platform, release, tmpdir, totalmem, userInfo } from 'node:os';
import { ZOOKEEPER_VERSION } from '../version.js';

const MEGABYTE = 1_048_576;

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '<unknown>';
  }
}

/** `envi`: ZooKeeper's keys in its order, the version first (T72), with what they mean for this process. */
export function envi(): string {
  const { rss, heapUsed, heapTotal } = process.memoryUsage();
  const lines: readonly (readonly [string, string])[] = [
    ['zookeeper.version', ZOOKEEPER_VERSION],
    ['host.name', hostname()],
    ['java.version', `Node.js ${process.version}`],
    ['java.vendor', 'Quorate'],
    ['java.home', process.execPath],
    ['java.class.path', process.argv[1] ?? ''],
    ['java.library.path', ''],
    ['java.io.tmpdir', tmpdir()],
    ['java.compiler', '<NA>'],
    ['os.name', platform()],
    ['os.arch', arch()],
    ['os.version', release()],
    ['user.name', userName()],
    ['user.home', homedir()],
    ['user.dir', process.cwd()],
    ['jvm.memory.free', `${Math.floor((heapTotal - heapUsed) / MEGABYTE)}MB`],
    ['jvm.memory.max', `${Math.floor(totalmem() / MEGABYTE)}MB`],
    ['jvm.memory.total', `${Math.floor(rss / MEGABYTE)}MB`],
  ];
  return `Environment:\n${lines.map(([key, value]) => `${key}=${value}\n`).join('')}`;
}
