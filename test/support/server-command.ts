import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './sources.js';

/** Whose servers a test starts: ours, or Debian's Apache ZooKeeper to check the test itself. */
export type Target = 'quorate' | 'apache';

/** Which servers the tests of a kind are pointed at: `QUORATE_INTEROP_TARGET=apache` checks the tests themselves. */
export const TARGET: Target = process.env['QUORATE_INTEROP_TARGET'] === 'apache' ? 'apache' : 'quorate';

const JARS = [
  'zookeeper.jar',
  'slf4j-log4j12.jar',
  'log4j-1.2.jar',
  'commons-lang.jar',
  'snappy-java.jar',
  'metrics-core.jar',
].map((name) => join('/usr/share/java', name));

/** Settings that Apache takes as Java system properties and not from zoo.cfg. */
const JAVA_ONLY = /^(znode\.container\.|readonlymode\.enabled$|jute\.maxbuffer$)/;

export function apacheInstalled(): boolean {
  return existsSync('/usr/bin/java') && existsSync(JARS[0]!);
}

/** A command line that runs one server in the foreground. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** `quorate server <zoo.cfg>` of this checkout. */
export function quorateServer(configFile: string, nodeFlags: readonly string[] = []): ServerCommand {
  const bin = join(ROOT, 'packages', 'cli', 'bin', 'quorate.js');
  return { command: process.execPath, args: [...nodeFlags, bin, 'server', configFile] };
}

/** Java's server on the same zoo.cfg. @param settings what that file says, for those that must be Java properties */
export function apacheServer(
  configFile: string,
  folder: string,
  settings: ReadonlyMap<string, string>,
  heap = '256m',
): ServerCommand {
  const log = join(folder, 'log4j.properties');
  writeFileSync(
    log,
    'log4j.rootLogger=INFO, C\nlog4j.appender.C=org.apache.log4j.ConsoleAppender\n' +
      'log4j.appender.C.layout=org.apache.log4j.PatternLayout\n' +
      'log4j.appender.C.layout.ConversionPattern=%d{ISO8601} %-5p [%c{1}] %m%n\n',
  );
  const properties = [...settings].filter(([key]) => JAVA_ONLY.test(key)).map(([key, value]) => `-D${key}=${value}`);
  return {
    command: '/usr/bin/java',
    args: [
      `-Xmx${heap}`,
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      `-Dlog4j.configuration=file:${log}`,
      ...properties,
      '-cp',
      [folder, ...JARS.filter((jar) => existsSync(jar))].join(':'),
      'org.apache.zookeeper.server.quorum.QuorumPeerMain',
      configFile,
    ],
  };
}
