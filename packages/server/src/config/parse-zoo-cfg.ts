import type { Config, ConfigResult } from './config.js';
import { isUnimplementedKey, nearestKey } from './known-keys.js';
import { type Property, parseProperties } from './properties.js';
import { parseServerLine, type ServerLine } from './server-line.js';
import { bool, Illegal, oneOf, type Parse, text, whole } from './values.js';

const MANY = 2_147_483_647;

const words: Parse<readonly string[]> = (value) =>
  value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

const superDigest: Parse<string> = (value) =>
  /^[^:]+:[A-Za-z0-9+/]+={0,2}$/.test(value) ? value : new Illegal('user:base64 of sha1 of "user:password"');

/** What each key sets, and which values are legal. */
const KEYS = {
  tickTime: whole(1, MANY, ' of milliseconds'),
  initLimit: whole(1, MANY, ' of ticks'),
  syncLimit: whole(1, MANY, ' of ticks'),
  dataDir: text('the path of a directory'),
  dataLogDir: text('the path of a directory'),
  clientPort: whole(1, 65_535),
  clientPortAddress: text('an address of this machine'),
  standaloneEnabled: bool,
  peerType: oneOf('participant', 'observer'),
  maxClientCnxns: whole(0, MANY),
  minSessionTimeout: whole(-1, MANY, ' of milliseconds'),
  maxSessionTimeout: whole(-1, MANY, ' of milliseconds'),
  snapCount: whole(2, MANY, ' of transactions'),
  'autopurge.snapRetainCount': whole(1, MANY),
  'autopurge.purgeInterval': whole(0, MANY, ' of hours'),
  '4lw.commands.whitelist': words,
  'znode.container.checkIntervalMs': whole(1, MANY, ' of milliseconds'),
  'znode.container.maxPerMinute': whole(1, MANY),
  extendedTypesEnabled: bool,
  'DigestAuthenticationProvider.superDigest': superDigest,
  globalOutstandingLimit: whole(1, MANY),
  'jute.maxbuffer': whole(1024, MANY, ' of bytes'),
  'quorate.peerTransport': oneOf('tcp', 'websocket'),
  'quorate.store': oneOf('file', 'leveldb'),
} as const;

type Key = keyof typeof KEYS;
type Values = { -readonly [K in Key]?: Exclude<ReturnType<(typeof KEYS)[K]>, Illegal> };

const KEY_NAMES = Object.keys(KEYS) as Key[];
const MIN_RETAINED = 3;

function isKey(key: string): key is Key {
  return Object.hasOwn(KEYS, key);
}

/** Collects what a text says, complaint by complaint. */
class Reading {
  readonly values: Values = {};
  readonly servers = new Map<number, ServerLine>();
  readonly problems: string[] = [];
  readonly warnings: string[] = [];

  take({ key, value, line }: Property): void {
    const server = /^server\.(.*)$/.exec(key);
    if (server) this.#takeServer(server[1]!, value, line);
    else if (isKey(key)) this.#takeValue(key, value, line);
    else this.#takeStranger(key, line);
  }

  #takeValue<K extends Key>(key: K, value: string, line: number): void {
    const parsed = (KEYS[key] as Parse<Values[K]>)(value);
    if (parsed instanceof Illegal) {
      this.problems.push(`line ${line}: ${key}=${value} is not legal: expected ${parsed.legal}`);
      return;
    }
    if (this.values[key] !== undefined) this.warnings.push(`line ${line}: ${key} is set again; this value counts`);
    this.values[key] = parsed;
  }

  #takeServer(id: string, value: string, line: number): void {
    const parsed = parseServerLine(id, value);
    if (typeof parsed === 'string') {
      this.problems.push(`line ${line}: server.${id}=${value} is not legal: ${parsed}`);
      return;
    }
    if (this.servers.has(parsed.id)) this.warnings.push(`line ${line}: server.${id} is set again; this line counts`);
    this.servers.set(parsed.id, parsed);
  }

  #takeStranger(key: string, line: number): void {
    if (isUnimplementedKey(key)) {
      this.warnings.push(`line ${line}: ${key} is ZooKeeper's and changes nothing here`);
      return;
    }
    const bare = key.replace(/^zookeeper\./, '');
    if (bare !== key && (isKey(bare) || isUnimplementedKey(bare))) {
      this.warnings.push(`line ${line}: ${key} has no effect in a configuration file: write ${bare}`);
      return;
    }
    const meant = nearestKey(key, KEY_NAMES);
    this.warnings.push(`line ${line}: ${key} is unknown and ignored${meant ? `; did you mean ${meant}?` : ''}`);
  }
}

/** Two servers at one address; what cannot be one ensemble. */
function checkServers(servers: readonly ServerLine[], standaloneEnabled: boolean, problems: string[]): void {
  const voters = servers.filter(({ kind }) => kind === 'voter');
  if (servers.length > 0 && voters.length === 0) problems.push('every server is an observer: at least one must vote');
  if (voters.length === 1 && servers.length > 1 && standaloneEnabled) {
    problems.push('observers beside a single voter: add voters, or set standaloneEnabled=false');
  }
  const seen = new Map<string, number>();
  for (const { id, host, peerPort, electionPort } of servers) {
    for (const port of [peerPort, electionPort]) {
      const address = `${host} ${port}`;
      const other = seen.get(address);
      if (other !== undefined && other !== id)
        problems.push(`server.${other} and server.${id} both use ${host} port ${port}`);
      seen.set(address, id);
    }
  }
}

function sessionTimeouts(values: Values, tickTime: number, problems: string[]): [min: number, max: number] {
  const or = (value: number | undefined, fallback: number) => (value === undefined || value < 0 ? fallback : value);
  const min = or(values.minSessionTimeout, 2 * tickTime);
  const max = or(values.maxSessionTimeout, 20 * tickTime);
  if (min > max) problems.push(`minSessionTimeout=${min} is above maxSessionTimeout=${max}`);
  return [min, max];
}

function retained(values: Values, warnings: string[]): number {
  const given = values['autopurge.snapRetainCount'] ?? MIN_RETAINED;
  if (given >= MIN_RETAINED) return given;
  warnings.push(`autopurge.snapRetainCount=${given} is below the least of ${MIN_RETAINED}, which counts`);
  return MIN_RETAINED;
}

/**
 * Reads a `zoo.cfg`. Pure: opens no file. Reports all problems at once, each with key, value and what is legal; a key that is
 * unknown, or that this server does without, is a warning and never stops it.
 */
export function parseZooCfg(source: string): ConfigResult {
  const reading = new Reading();
  for (const property of parseProperties(source)) reading.take(property);
  const { values, problems, warnings } = reading;
  const servers = [...reading.servers.values()].sort((a, b) => a.id - b.id);
  const tickTime = values.tickTime ?? 3000;
  const standaloneEnabled = values.standaloneEnabled ?? true;
  const [minSessionTimeout, maxSessionTimeout] = sessionTimeouts(values, tickTime, problems);
  checkServers(servers, standaloneEnabled, problems);
  if (values.dataDir === undefined && !problems.some((problem) => problem.includes('dataDir='))) {
    problems.push('dataDir is missing: name the directory for snapshots, log and myid');
  }
  const dataDir = values.dataDir ?? '';
  const config: Config = {
    tickTime,
    initLimit: values.initLimit ?? 10,
    syncLimit: values.syncLimit ?? 5,
    dataDir,
    dataLogDir: values.dataLogDir ?? dataDir,
    clientPort: values.clientPort,
    clientPortAddress: values.clientPortAddress,
    servers,
    standaloneEnabled,
    peerType: values.peerType,
    maxClientCnxns: values.maxClientCnxns ?? 60,
    minSessionTimeout,
    maxSessionTimeout,
    snapCount: values.snapCount ?? 100_000,
    snapRetainCount: retained(values, warnings),
    purgeInterval: values['autopurge.purgeInterval'] ?? 0,
    fourLetterWords: values['4lw.commands.whitelist'] ?? ['srvr'],
    containerCheckIntervalMs: values['znode.container.checkIntervalMs'] ?? 60_000,
    containerMaxPerMinute: values['znode.container.maxPerMinute'] ?? 10_000,
    extendedTypesEnabled: values.extendedTypesEnabled ?? true,
    superDigest: values['DigestAuthenticationProvider.superDigest'],
    globalOutstandingLimit: values.globalOutstandingLimit,
    juteMaxBuffer: values['jute.maxbuffer'] ?? 1_048_575,
    peerTransport: values['quorate.peerTransport'] ?? 'tcp',
    store: values['quorate.store'] ?? 'file',
  };
  return problems.length > 0 ? { ok: false, problems, warnings } : { ok: true, config, warnings };
}
