import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect, isZkError } from '@quorate/client';
import type { Transport } from '@quorate/interfaces';
import { memoryNetwork } from '@quorate/transport-memory';
import type { NodeType } from '@quorate/znode';
import { afterEach, describe, expect, test } from 'vitest';
import {
  bind,
  bindValue,
  CLOCK,
  type CreateServerOptions,
  createServer,
  fileStorage,
  LOG_STORE,
  leveldb,
  membershipText,
  memoryStorage,
  parseEnsemble,
  SERVER,
  SNAPSHOT_STORE,
  type Storage,
  standardNodeTypes,
  systemClock,
  TRANSPORT,
  tcp,
  token,
} from '../src/index.js';

const ENSEMBLE = '1=localhost:2888;2181';
const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A server on a network of its own, and how to reach it. */
function options(more: Partial<CreateServerOptions> = {}): CreateServerOptions & { readonly transport: Transport } {
  return {
    id: 1,
    ensemble: ENSEMBLE,
    transport: memoryNetwork().transport(),
    storage: memoryStorage(),
    ...more,
  };
}

async function client(transport: Transport, address = '0.0.0.0:2181'): Promise<Client> {
  const made = connect({ servers: [address], transport, clock: systemClock() });
  cleanUps.push(() => made.close());
  await made.connected();
  return made;
}

test('a server is one call; clients are served at the address the ensemble names', async () => {
  const given = options();
  const server = await createServer(given);
  cleanUps.push(() => server.close());
  await server.serving();
  expect(server.status).toMatchObject({ id: 1, role: 'leading', serving: true });
  expect(server.clientAddresses).toEqual(['0.0.0.0:2181']);
  const someone = await client(given.transport);
  await someone.create('/a', 'x');
  expect(server.tree.nodeCount).toBeGreaterThan(1);
  expect(server.get(CLOCK).now()).toBeGreaterThan(0);
});

test('all that is missing is named at once, before anything is opened', async () => {
  let listens = 0;
  const transport: Transport = {
    supports: { pause: true },
    listen: () => {
      listens += 1;
      return Promise.reject(new Error('must not listen'));
    },
    dial: () => Promise.reject(new Error('must not dial')),
  };
  await expect(createServer({ id: 1, ensemble: ENSEMBLE })).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    message: expect.stringMatching(/TRANSPORT \(needed by SERVER\), LOG_STORE \(.*\), SNAPSHOT_STORE \(.*\)/),
  });
  await expect(createServer({ id: 1, ensemble: ENSEMBLE, transport })).rejects.toMatchObject({ code: 'BAD_CONFIG' });
  expect(listens).toBe(0);
});

test('a server that is not in its ensemble is refused', async () => {
  await expect(createServer(options({ id: 7 }))).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    message: 'server 7 is not in its ensemble, which has 1',
  });
});

describe('parts by token', () => {
  test('a binding replaces a part, and what the options say of it', async () => {
    const other = memoryNetwork().transport();
    const storage = memoryStorage();
    const server = await createServer({
      id: 1,
      ensemble: ENSEMBLE,
      bindings: [
        bindValue(TRANSPORT, other),
        bindValue(LOG_STORE, storage.log),
        bindValue(SNAPSHOT_STORE, storage.snapshots),
      ],
    });
    cleanUps.push(() => server.close());
    await server.serving();
    await (await client(other)).create('/a');
  });

  test('parts of one’s own are made of the server’s, and ended behind those that need them', async () => {
    const LOUD = token<{ readonly name: string }>('LOUD');
    const ended: string[] = [];
    const given = options({
      bindings: [
        bind(
          LOUD,
          [CLOCK],
          (clock) => ({ name: `made at ${clock.now() >= 0}` }),
          () => void ended.push('LOUD'),
        ),
        bind(
          TRANSPORT,
          [LOUD],
          () => memoryNetwork().transport(),
          () => void ended.push('TRANSPORT'),
        ),
      ],
    });
    const server = await createServer(given);
    expect(server.get(LOUD).name).toBe('made at true');
    let running = true;
    server.observables.status$.subscribe({ complete: () => (running = false) });
    await server.close();
    expect({ running, ended }).toEqual({ running: false, ended: ['TRANSPORT', 'LOUD'] });
    expect(() => server.get(SERVER)).toThrowError(expect.objectContaining({ code: 'BAD_CONFIG' }));
  });
});

test('when the start fails, everything is ended and the reason is thrown', async () => {
  const transport = memoryNetwork().transport();
  const squatter = await transport.listen('0.0.0.0:2181', () => {});
  await expect(createServer(options({ transport }))).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
  await squatter.close();
  const server = await createServer(options({ transport }));
  await server.close();
});

test('serving rejects when the server is closed before', async () => {
  const server = await createServer(options({ ensemble: '1=a:1:2;2181,2=b:1:2,3=c:1:2', clientAddresses: ['a:2181'] }));
  const serving = server.serving();
  await server.close();
  await expect(serving).rejects.toThrow('server 1 was closed before it served');
});

test('a node type of one’s own is one more entry in nodeTypes', async () => {
  const tiny: NodeType = {
    name: 'tiny',
    selectedBy: [{ flags: [100] }],
    allowsChildren: false,
    sessionBound: false,
    showsOwner: false,
    validate: ({ dataLength }) => (dataLength > 4 ? -8 : 0),
  };
  const given = options({ nodeTypes: [...standardNodeTypes, tiny], childTypes: { '/tiny': 'tiny' } });
  const server = await createServer(given);
  cleanUps.push(() => server.close());
  const someone = await client(given.transport);
  await someone.create('/t', 'four', { mode: 100 });
  await expect(someone.create('/u', 'seven..', { mode: 100 })).rejects.toSatisfy((error) => isZkError(error));
  await someone.create('/tiny');
  await expect(someone.create('/tiny/a', null).then(() => someone.create('/tiny/a/b'))).rejects.toSatisfy((error) =>
    isZkError(error),
  );
});

describe.each([
  ['fileStorage', (directory: string): Storage => fileStorage(directory)],
  ['leveldb', (directory: string): Storage => leveldb(directory)],
])('%s', (_name, make) => {
  test('keeps what was written, across a close', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'quorate-compose-'));
    cleanUps.push(() => rm(parent, { recursive: true, force: true }));
    const directory = join(parent, 'data');
    for (const round of [1, 2]) {
      const given = options({ storage: make(directory) });
      const server = await createServer(given);
      await server.serving();
      const someone = await client(given.transport);
      if (round === 1) await someone.create('/kept', 'x');
      else expect(await someone.exists('/kept')).not.toBeNull();
      await someone.close();
      await server.close();
    }
  });
});

test('over TCP: the goal of this package, as a user writes it', async () => {
  const server = await createServer({
    id: 1,
    ensemble: '1=localhost:2888;2181',
    clientAddresses: ['127.0.0.1:0'],
    transport: tcp(),
    storage: memoryStorage(),
    nodeTypes: [...standardNodeTypes],
  });
  cleanUps.push(() => server.close());
  const someone = await client(tcp(), server.clientAddresses[0]);
  expect(await someone.create('/a')).toBe('/a');
});

test('the membership reads like zoo.cfg, and is empty for one server', () => {
  expect(membershipText(parseEnsemble('1=a:2888:3888;2181,2=[::1]:2888:3888:observer'))).toBe(
    'server.1=a:2888:3888:participant;0.0.0.0:2181\nserver.2=[::1]:2888:3888:observer\nversion=0',
  );
  expect(membershipText(parseEnsemble(ENSEMBLE))).toBe('');
});
