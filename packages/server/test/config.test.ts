import { describe, expect, test } from 'vitest';
import { membershipText, placeOf } from '../src/config/ensemble.js';
import { parseZooCfg } from '../src/config/parse-zoo-cfg.js';
import { parseProperties } from '../src/config/properties.js';
import { parseServerLine } from '../src/config/server-line.js';

function good(text: string) {
  const result = parseZooCfg(text);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result;
}

function problems(text: string): readonly string[] {
  const result = parseZooCfg(text);
  return result.ok ? [] : result.problems;
}

describe('properties as Java reads them', () => {
  test.each([
    ['a=1', [['a', '1']]],
    ['a: 1', [['a', '1']]],
    ['a 1', [['a', '1']]],
    ['  a  =  1  ', [['a', '1']]],
    ['a==1', [['a', '=1']]],
    ['# a=1\n! b=2\n\nc=3', [['c', '3']]],
    ['a=1\\\n   2', [['a', '12']]],
    [
      'a=1\\\\\nb=2',
      [
        ['a', '1\\'],
        ['b', '2'],
      ],
    ],
    ['a\\=b=c', [['a=b', 'c']]],
    ['a=\\u0041\\t\\q', [['a', 'A\tq']]],
    ['a', [['a', '']]],
    [
      'a=1\r\nb=2\rc=3',
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ],
    ],
    ['\ufeffa=1', [['a', '1']]],
    ['a=1\\', [['a', '1']]],
  ])('%j', (text, expected) => {
    expect(parseProperties(text).map(({ key, value }) => [key, value])).toEqual(expected);
  });
});

describe('3.5 server lines', () => {
  const line = (fields: object) => ({
    id: 1,
    kind: 'voter',
    host: 'zoo1',
    peerPort: 2888,
    electionPort: 3888,
    clientHost: undefined,
    clientPort: undefined,
    ...fields,
  });
  test.each([
    ['zoo1:2888:3888', line({})],
    ['zoo1:2888:3888:participant', line({})],
    ['zoo1:2888:3888:observer', line({ kind: 'observer' })],
    ['zoo1:2888:3888;2181', line({ clientPort: 2181 })],
    ['zoo1:2888:3888:observer;10.0.0.1:2181', line({ kind: 'observer', clientHost: '10.0.0.1', clientPort: 2181 })],
    ['[2001:db8::1]:2888:3888;[::]:2181', line({ host: '2001:db8::1', clientHost: '::', clientPort: 2181 })],
  ])('%s', (value, expected) => {
    expect(parseServerLine('1', value)).toEqual(expected);
  });

  test.each([
    ['0', 'a:1:2', /from 1 to 254/],
    ['255', 'a:1:2', /from 1 to 254/],
    ['x', 'a:1:2', /from 1 to 254/],
    ['1', 'a:1', /legal is host:/],
    ['1', 'a', /legal is host:/],
    ['1', '::1:2888:3888', /legal is host:/],
    ['1', 'a:1:99999', /"99999" is no port/],
    ['1', 'a:1:1', /must differ/],
    ['1', 'a:1:2:leader', /"leader" is no role/],
    ['1', 'a:1:2;x', /"x" is no client address/],
    ['1', 'a:1:2|b:1:2', /several addresses/],
    ['1', 'a:1:2;1;2', /secure client port/],
  ])('server.%s=%s is refused in words', (id, value, words) => {
    expect(parseServerLine(id, value)).toMatch(words);
  });
});

test('3.4 the least of configurations, and its defaults', () => {
  const { config, warnings } = good('dataDir=/d\nclientPort=2181');
  expect(warnings).toEqual([]);
  expect(config).toMatchObject({
    tickTime: 3000,
    dataDir: '/d',
    dataLogDir: '/d',
    clientPort: 2181,
    servers: [],
    maxClientCnxns: 60,
    minSessionTimeout: 6000,
    maxSessionTimeout: 60_000,
    snapCount: 100_000,
    snapRetainCount: 3,
    purgeInterval: 0,
    fourLetterWords: ['srvr'],
    containerCheckIntervalMs: 60_000,
    extendedTypesEnabled: true,
    juteMaxBuffer: 1_048_575,
    peerTransport: 'tcp',
    store: 'file',
  });
});

test('every key is read', () => {
  const { config, warnings } = good(`
    tickTime=1000\ninitLimit=7\nsyncLimit=3\ndataDir=/d\ndataLogDir=/l\nclientPort=1\nclientPortAddress=::1\npeerType=observer
    maxClientCnxns=0\nminSessionTimeout=1000\nmaxSessionTimeout=60000\nsnapCount=9\nautopurge.snapRetainCount=5
    autopurge.purgeInterval=1\n4lw.commands.whitelist=stat, ruok\nznode.container.checkIntervalMs=2000
    znode.container.maxPerMinute=10\nextendedTypesEnabled=FALSE\nstandaloneEnabled=false
    DigestAuthenticationProvider.superDigest=super:D/InIHSb7yEEbrWz8b9l71RjZJU=\nglobalOutstandingLimit=5
    jute.maxbuffer=4194304\nquorate.peerTransport=websocket\nquorate.store=leveldb`);
  expect(warnings).toEqual([]);
  expect(config).toEqual({
    tickTime: 1000,
    initLimit: 7,
    syncLimit: 3,
    dataDir: '/d',
    dataLogDir: '/l',
    clientPort: 1,
    clientPortAddress: '::1',
    servers: [],
    standaloneEnabled: false,
    peerType: 'observer',
    maxClientCnxns: 0,
    minSessionTimeout: 1000,
    maxSessionTimeout: 60_000,
    snapCount: 9,
    snapRetainCount: 5,
    purgeInterval: 1,
    fourLetterWords: ['stat', 'ruok'],
    containerCheckIntervalMs: 2000,
    containerMaxPerMinute: 10,
    extendedTypesEnabled: false,
    superDigest: 'super:D/InIHSb7yEEbrWz8b9l71RjZJU=',
    globalOutstandingLimit: 5,
    juteMaxBuffer: 4_194_304,
    peerTransport: 'websocket',
    store: 'leveldb',
  });
});

test.each([
  ['tickTime=0', 'line 2: tickTime=0 is not legal: expected a whole number of milliseconds from 1 to 2147483647'],
  ['tickTime=2s', 'line 2: tickTime=2s is not legal: expected a whole number of milliseconds from 1 to 2147483647'],
  ['clientPort=70000', 'line 2: clientPort=70000 is not legal: expected a whole number from 1 to 65535'],
  ['peerType=leader', 'line 2: peerType=leader is not legal: expected participant or observer'],
  ['extendedTypesEnabled=yes', 'line 2: extendedTypesEnabled=yes is not legal: expected true or false'],
  ['quorate.store=paper', 'line 2: quorate.store=paper is not legal: expected file or leveldb'],
  ['minSessionTimeout=5\nmaxSessionTimeout=4', 'minSessionTimeout=5 is above maxSessionTimeout=4'],
])('an illegal value names key, value and what is legal: %j', (text, problem) => {
  expect(problems(`dataDir=/d\n${text}`)).toEqual([problem]);
});

test('all problems are reported at once', () => {
  const found = problems('tickTime=x\nclientPort=y\nserver.1=a\nserver.2=b:1:2:observer\nserver.3=c:1:2:observer');
  expect(found.length).toBe(5);
  expect(found).toContain('dataDir is missing: name the directory for snapshots, log and myid');
  expect(found).toContain('every server is an observer: at least one must vote');
});

test.each([
  ['clientPrt=1', 'line 2: clientPrt is unknown and ignored; did you mean clientPort?'],
  [
    '4lw.command.whitelist=*',
    'line 2: 4lw.command.whitelist is unknown and ignored; did you mean 4lw.commands.whitelist?',
  ],
  ['completelyDifferentThing=1', 'line 2: completelyDifferentThing is unknown and ignored'],
  ['preAllocSize=100', "line 2: preAllocSize is ZooKeeper's and changes nothing here"],
  ['admin.serverPort=8080', "line 2: admin.serverPort is ZooKeeper's and changes nothing here"],
  ['authProvider.1=x', "line 2: authProvider.1 is ZooKeeper's and changes nothing here"],
  ['zookeeper.snapCount=1', 'line 2: zookeeper.snapCount has no effect in a configuration file: write snapCount'],
  ['dataDir=/e', 'line 2: dataDir is set again; this value counts'],
  ['autopurge.snapRetainCount=1', 'autopurge.snapRetainCount=1 is below the least of 3, which counts'],
])('a key that changes nothing is a warning and never stops the server: %s', (text, warning) => {
  expect(good(`dataDir=/d\n${text}`).warnings).toEqual([warning]);
});

test('two servers at one address are refused', () => {
  expect(problems('dataDir=/d\nserver.1=a:1:2\nserver.2=a:2:3\nserver.3=b:1:2')).toEqual([
    'server.1 and server.2 both use a port 2',
  ]);
});

const THREE =
  'dataDir=/d\nclientPort=2181\nserver.1=a:2888:3888\nserver.2=b:2888:3888;2182\nserver.3=[::1]:2888:3888:observer';

test('a server finds its place by myid', () => {
  const result = placeOf(good(THREE).config, '2\n');
  expect(result).toEqual({
    ok: true,
    warnings: [],
    place: {
      id: 2,
      standalone: false,
      clientAddress: '*:2182',
      members: [
        { id: 1, kind: 'voter', peerAddress: 'a:2888', electionAddress: 'a:3888' },
        { id: 2, kind: 'voter', peerAddress: 'b:2888', electionAddress: 'b:3888' },
        { id: 3, kind: 'observer', peerAddress: '[::1]:2888', electionAddress: '[::1]:3888' },
      ],
    },
  });
});

test('the list says who observes; peerType that disagrees is a warning', () => {
  const result = placeOf(good(`${THREE}\npeerType=observer`).config, '1');
  expect(result.ok && result.warnings).toEqual(['peerType=observer, but server.1 says participant, which counts']);
});

test.each([
  [undefined, "there is no file myid in /d: write this server's id into it (one of 1, 2, 3)"],
  ['9', 'myid says "9", but the configuration has the servers 1, 2, 3'],
  ['one', 'myid says "one", but the configuration has the servers 1, 2, 3'],
])('myid %j is refused in words', (myid, problem) => {
  expect(placeOf(good(THREE).config, myid)).toEqual({ ok: false, problems: [problem] });
});

test('T79 no server line, or a single one, is a standalone server that needs no myid', () => {
  const none = placeOf(good('dataDir=/d\nclientPort=2181').config, undefined);
  expect(none.ok && none.place).toEqual({
    id: 1,
    standalone: true,
    clientAddress: '*:2181',
    members: [{ id: 1, kind: 'voter', peerAddress: '', electionAddress: '' }],
  });
  const single = placeOf(good('dataDir=/d\nserver.5=a:1:2;10.0.0.1:2181').config, undefined);
  expect(single.ok && [single.place.id, single.place.standalone, single.place.clientAddress]).toEqual([
    5,
    true,
    '10.0.0.1:2181',
  ]);
});

test('without a client port there is no server', () => {
  expect(placeOf(good('dataDir=/d').config, undefined)).toEqual({
    ok: false,
    problems: ['there is no client port: set clientPort'],
  });
});

test('2.16 T80 the text of /zookeeper/config, without the client address that came from clientPort; empty when standalone', () => {
  expect(membershipText(good(THREE).config)).toBe(
    [
      'server.1=a:2888:3888:participant',
      'server.2=b:2888:3888:participant;0.0.0.0:2182',
      'server.3=[::1]:2888:3888:observer',
      'version=0',
    ].join('\n'),
  );
  expect(membershipText(good('dataDir=/d\nclientPort=1').config)).toBe('');
});
