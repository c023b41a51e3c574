import { makeZxid } from '@quorate/interfaces';
import { expect, test } from 'vitest';
import { create, exists, Harness, ping } from './support/harness.js';

const ALL = { settings: { fourLetterWords: ['*'] } };

async function ask(word: string, harness?: Harness): Promise<string> {
  const server = harness ?? (await Harness.serving('leading', ALL));
  const client = server.dial();
  client.send(Buffer.from(word));
  expect(client.connection.closed).toBe(true);
  expect(client.connection.sent.length).toBe(1);
  return client.takeText();
}

test('3.1 ruok and isro have no newline; what follows the word is ignored', async () => {
  expect(await ask('ruok\n')).toBe('imok');
  expect(await ask('isro')).toBe('rw');
});

test('T11 a word may come in pieces, and is none once a session is open', async () => {
  const harness = await Harness.serving('leading', ALL);
  const client = harness.dial();
  for (const letter of 'ruok') client.send(Buffer.from(letter));
  expect(client.takeText()).toBe('imok');
  const open = harness.connect();
  open.send(Buffer.from('ruok'));
  expect(open.takeText()).toBe('');
  expect(open.connection.closed).toBe(true);
});

test('T71 by default srvr alone is answered', async () => {
  const harness = await Harness.serving();
  expect(await ask('srvr', harness)).toMatch(/^Zookeeper version: /);
  for (const word of ['ruok', 'mntr', 'stat', 'isro', 'conf']) {
    expect(await ask(word, harness)).toBe(`${word} is not executed because it is not in the whitelist.\n`);
  }
});

test('T72 T73 T74 T76 srvr, line by line', async () => {
  const harness = await Harness.serving('leading', ALL);
  const client = harness.connect();
  client.send(create(1, '/a', null));
  harness.engine.commit();
  const lines = (await ask('srvr', harness)).split('\n');
  expect(lines[0]).toMatch(/^Zookeeper version: 3\.9\.4-\S+, built on \d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
  expect(lines.slice(1)).toEqual([
    'Latency min/avg/max: 0/0.0/0',
    'Received: 2',
    'Sent: 2',
    'Connections: 2',
    'Outstanding: 0',
    `Zxid: 0x${makeZxid(1, 2).toString(16)}`,
    'Mode: leader',
    'Node count: 6',
    'Proposal sizes last/min/max: -1/-1/-1',
    '',
  ]);
});

test('stat has the clients before the rest', async () => {
  const harness = await Harness.serving('following', ALL);
  const client = harness.dial('10.1.2.3:4567');
  client.send(Buffer.from('xx'));
  const lines = (await ask('stat', harness)).split('\n');
  expect(lines[1]).toBe('Clients:');
  expect(lines[2]).toBe(' /10.1.2.3:4567[1](queued=0,recved=0,sent=0)');
  expect(lines[4]).toBe('');
  expect(lines).toContain('Mode: follower');
});

test('cons has what clients look for: go wants lcxid on every line of a session', async () => {
  const harness = await Harness.serving('leading', ALL);
  const client = harness.connect();
  client.send(exists(5, '/a'));
  const text = await ask('cons', harness);
  const id = client.session!.sessionId.toString(16);
  expect(text).toMatch(
    new RegExp(
      ` /127\\.0\\.0\\.1:\\d+\\[1\\]\\(queued=0,recved=2,sent=2,sid=0x${id},lop=EXIS,est=\\d+,to=10000,lcxid=0x5,lzxid=0x100000001,lresp=\\d+,llat=0,minlat=0,avglat=0,maxlat=0\\)\n`,
    ),
  );
});

test('crst and srst begin the counts again', async () => {
  const harness = await Harness.serving('leading', ALL);
  const client = harness.connect();
  client.send(ping());
  expect(await ask('crst', harness)).toBe('Connection stats reset.\n');
  expect(await ask('cons', harness)).toContain('recved=0,sent=0');
  expect(await ask('srst', harness)).toBe('Server stats reset.\n');
  expect(await ask('srvr', harness)).toContain('Received: 0\nSent: 0\n');
});

test('3.2 mntr: keys of ZooKeeper, tab, value', async () => {
  const harness = await Harness.serving('leading', ALL);
  harness.engine.learners = [
    { id: 2, kind: 'voter', synced: true, acked: makeZxid(1, 0) },
    { id: 3, kind: 'observer', synced: true, acked: makeZxid(1, 0) },
    { id: 4, kind: 'voter', synced: false, acked: makeZxid(0, 0) },
  ];
  harness.connect();
  const text = await ask('mntr', harness);
  const values = new Map(
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t') as [string, string]),
  );
  expect([...values.keys()].slice(0, 3)).toEqual(['zk_version', 'zk_server_state', 'zk_peer_state']);
  const expected = {
    zk_server_state: 'leader',
    zk_peer_state: 'leading - broadcast',
    zk_avg_latency: '0.0',
    zk_num_alive_connections: '2',
    zk_znode_count: '5',
    zk_global_sessions: '0',
    zk_quorum_size: '3',
    zk_learners: '3',
    zk_synced_followers: '1',
    zk_synced_observers: '1',
    zk_looking_count: '1',
    zk_diff_count: '2',
    zk_trunc_count: '3',
    zk_snap_count: '4',
    zk_connection_drop_probability: '0.0',
  };
  for (const [key, value] of Object.entries(expected)) expect([key, values.get(key)]).toEqual([key, value]);
});

test('T72 envi begins with the version that clients parse', async () => {
  const lines = (await ask('envi')).split('\n');
  expect(lines[0]).toBe('Environment:');
  expect(lines[1]).toMatch(/^zookeeper\.version=3\.9\.4-/);
  expect(lines.map((line) => line.split('=')[0]).slice(-4)).toEqual([
    'jvm.memory.free',
    'jvm.memory.max',
    'jvm.memory.total',
    '',
  ]);
});

test('conf names what the server was given', async () => {
  const harness = await Harness.serving('leading', {
    ...ALL,
    description: { clientPort: 2181, dataDir: '/nowhere', dataLogDir: '/nowhere', membership: 'server.1=a\nversion=0' },
  });
  const lines = (await ask('conf', harness)).split('\n');
  expect(lines.slice(0, 3)).toEqual(['clientPort=2181', 'secureClientPort=-1', 'dataDir=/nowhere']);
  for (const line of [
    'tickTime=2000',
    'maxSessionTimeout=40000',
    'serverId=1',
    'quorumPort=2888',
    'electionPort=3888',
  ]) {
    expect(lines).toContain(line);
  }
  expect(lines.slice(-4)).toEqual(['membership: ', 'server.1=a', 'version=0', '']);
});

test('dump shows sessions by the time they end', async () => {
  const harness = await Harness.serving('leading', ALL);
  const client = harness.connect();
  harness.tree.owned.set(client.session!.sessionId, ['/b', '/a']);
  const text = await ask('dump', harness);
  expect(text).toMatch(/^SessionTracker dump:\nSession Sets \(1\)\/\(1\):\n1 expire at .+ GMT:\n\t0x/);
  expect(text).toContain(`\t0x${client.session!.sessionId.toString(16)}\n`);
  expect(text).toContain(`Sessions with Ephemerals (1):\n0x${client.session!.sessionId.toString(16)}:\n\t/a\n\t/b\n`);
});

test('T75 wchs, wchc and wchp', async () => {
  const harness = await Harness.serving('leading', ALL);
  const client = harness.connect();
  client.send(exists(1, '/b', true), exists(2, '/a', true));
  const id = client.session!.sessionId.toString(16);
  expect(await ask('wchs', harness)).toBe('1 connections watching 2 paths\nTotal watches:2\n');
  expect(await ask('wchc', harness)).toBe(`0x${id}\n\t/a\n\t/b\n\n`);
  expect(await ask('wchp', harness)).toBe(`/a\n\t0x${id}\n/b\n\t0x${id}\n\n`);
});

test('a server that serves nobody says so, and still answers what needs no quorum', async () => {
  const harness = new Harness(ALL);
  await harness.server.start();
  for (const word of ['srvr', 'stat', 'mntr', 'conf', 'cons', 'dump', 'wchs']) {
    expect(await ask(word, harness)).toBe('This ZooKeeper instance is not currently serving requests\n');
  }
  expect(await ask('ruok', harness)).toBe('imok');
  expect(await ask('isro', harness)).toBe('null');
  expect(await ask('envi', harness)).toMatch(/^Environment:\n/);
});
