import { afterEach, expect, test } from 'vitest';
import { Connection } from '../support/connection.js';
import { Ensemble } from '../support/ensemble.js';
import { MODE, OP, request, ZK } from '../support/jute.js';
import { treesDiffer } from '../support/tree.js';
import { waitUntil } from '../support/wait.js';

const TICK_MS = 500;
const SESSION_TIMEOUT_MS = 2 * TICK_MS;
const SWEEP_MS = 1_000;
const EPHEMERALS = 5;
const NODE_DELETED = 2;

let ensemble: Ensemble;
afterEach(() => ensemble?.dispose());

async function startThree(): Promise<number> {
  ensemble = await Ensemble.start({
    config: { tickTime: TICK_MS, extendedTypesEnabled: 'true', 'znode.container.checkIntervalMs': SWEEP_MS },
  });
  return ensemble.waitForAll();
}

/** Whether a path exists on a server that has caught up. */
async function exists(connection: Connection, path: string): Promise<boolean> {
  await connection.call(OP.sync, request.path(path));
  return (await connection.call(OP.exists, request.read(path))).error === ZK.ok;
}

/** A client that made ephemerals below `/e` and then fell silent, and the moment when it did. */
async function fallSilent(port: number): Promise<number> {
  const silent = await Connection.open(port, { timeout: SESSION_TIMEOUT_MS });
  expect((await silent.call(OP.create, request.create('/e', ''))).error).toBe(ZK.ok);
  for (let i = 0; i < EPHEMERALS; i++) {
    expect((await silent.call(OP.create, request.create(`/e/${i}`, '', MODE.ephemeral))).error).toBe(ZK.ok);
  }
  silent.stopPinging();
  return performance.now();
}

/** Watches every ephemeral through one server; what it hears is collected. */
async function watchAll(port: number): Promise<{ connection: Connection; events: string[] }> {
  const connection = await Connection.open(port, { timeout: 20_000 });
  const events: string[] = [];
  connection.onEvent = ({ type, path }) => events.push(`${type} ${path}`);
  await connection.call(OP.sync, request.path('/e'));
  for (let i = 0; i < EPHEMERALS; i++) await connection.call(OP.exists, request.read(`/e/${i}`, true));
  return { connection, events };
}

const ALL_DELETED = Array.from({ length: EPHEMERALS }, (_, i) => `${NODE_DELETED} /e/${i}`);

test('a silent session expires once: each server’s watchers hear of each ephemeral once, all under one zxid', async () => {
  await startThree();
  const silentSince = await fallSilent(ensemble.clientPort(1));
  const watchers = await Promise.all(ensemble.clientPorts.map(watchAll));
  await waitUntil('every watcher has heard of all', () => watchers.every(({ events }) => events.length >= EPHEMERALS), {
    explain: () => ensemble.report(),
  });
  const lasted = performance.now() - silentSince;
  expect(lasted).toBeGreaterThan(SESSION_TIMEOUT_MS - TICK_MS);
  expect(lasted).toBeLessThan(SESSION_TIMEOUT_MS + 6 * TICK_MS);
  for (const { connection, events } of watchers) {
    await connection.call(OP.sync, request.path('/e'));
    expect(events.sort()).toEqual(ALL_DELETED);
    const parent = (await connection.call(OP.exists, request.read('/e'))).body.stat();
    expect(parent).toMatchObject({ numChildren: 0, cversion: 2 * EPHEMERALS });
    await connection.close();
  }
  await ensemble.waitForSameZxid();
  expect(await treesDiffer(ensemble.clientPorts)).toEqual([]);
});

test('a session that fell silent expires once also when the leader dies meanwhile', async () => {
  const leader = await startThree();
  const follower = ensemble.ids.find((id) => id !== leader)!;
  await fallSilent(ensemble.clientPort(follower));
  await ensemble.kill(leader);
  await ensemble.waitForLeader([leader]);
  const port = ensemble.clientPort(follower);
  const connection = await Connection.open(port, { timeout: 20_000, within: 10_000 });
  const gone = async () => {
    const names = (await connection.call(OP.getChildren, request.read('/e'))).body.strings();
    // Never only some of them.
    expect([0, EPHEMERALS]).toContain(names.length);
    return names.length === 0;
  };
  await waitUntil('the ephemerals are gone', gone, { explain: () => ensemble.report() });
  ensemble.start(leader);
  await ensemble.waitForAll();
  const parent = (await connection.call(OP.exists, request.read('/e'))).body.stat();
  expect(parent).toMatchObject({ numChildren: 0, cversion: 2 * EPHEMERALS });
  await connection.close();
  await ensemble.waitForSameZxid();
  expect(await treesDiffer(ensemble.clientPorts)).toEqual([]);
});

test('containers and TTL nodes go when their time has come, whoever leads by then', async () => {
  const leader = await startThree();
  const follower = ensemble.ids.find((id) => id !== leader)!;
  const before = await Connection.open(ensemble.clientPort(follower));
  const container = (path: string) => before.call(OP.createContainer, request.create(path, '', MODE.container));
  const ttl = (path: string, ms: number) =>
    before.call(OP.createTtl, request.createTtl(path, '', MODE.ttl, BigInt(ms)));
  const made = [await container('/used'), await container('/never-used'), await container('/emptied')];
  made.push(await before.call(OP.create, request.create('/used/child', '')));
  made.push(await before.call(OP.create, request.create('/emptied/child', '')));
  const ttlMs = 4_000;
  const ttlSince = performance.now();
  made.push(await ttl('/ttl', ttlMs), await ttl('/ttl-parent', 1_000), await ttl('/ttl-short', 1_000));
  made.push(await before.call(OP.create, request.create('/ttl-parent/child', '')));
  expect(made.map(({ error }) => error)).toEqual(made.map(() => ZK.ok));
  await before.call(OP.delete, request.delete('/emptied/child', -1));
  await waitUntil('the emptied container is gone', async () => !(await exists(before, '/emptied')));
  await waitUntil('the short TTL node is gone', async () => !(await exists(before, '/ttl-short')));
  before.drop();

  await ensemble.kill(leader);
  await ensemble.waitForLeader([leader]);
  const after = await Connection.open(ensemble.clientPort(follower), { within: 10_000 });
  await waitUntil('the long TTL node is gone', async () => !(await exists(after, '/ttl')));
  const lasted = performance.now() - ttlSince;
  expect(lasted).toBeGreaterThan(ttlMs - 50);
  expect(lasted).toBeLessThan(ttlMs + 6 * SWEEP_MS);
  // With children they stay, and so does a container that never had any.
  for (const path of ['/used', '/never-used', '/ttl-parent']) expect(await exists(after, path)).toBe(true);
  await after.call(OP.delete, request.delete('/used/child', -1));
  await after.call(OP.delete, request.delete('/ttl-parent/child', -1));
  for (const path of ['/used', '/ttl-parent']) {
    await waitUntil(`${path} is gone`, async () => !(await exists(after, path)), { explain: () => ensemble.report() });
  }
  await after.close();
  ensemble.start(leader);
  await ensemble.waitForAll();
  await ensemble.waitForSameZxid();
  expect(await treesDiffer(ensemble.clientPorts)).toEqual([]);
});
