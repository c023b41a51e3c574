import { connect as connectTcp } from 'node:net';
import { connect, isZkError } from '@quorate/client';
import { tcp } from '@quorate/transport-tcp';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../src/index.js';
import { startTestEnsemble } from '../src/testing.js';

const text = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? new Uint8Array(0));

test('three servers serve', async () => {
  await using ensemble = await startTestEnsemble();
  expect(ensemble.ids).toEqual([1, 2, 3]);
  const roles = ensemble.ids.map((id) => ensemble.server(id).status.role).sort();
  expect(roles).toEqual(['following', 'following', 'leading']);
  expect(ensemble.server(await ensemble.leader()).status.role).toBe('leading');
});

test('what one client writes, another reads through another server', async () => {
  await using ensemble = await startTestEnsemble();
  const writer = await ensemble.connect({ servers: [ensemble.address(1)] });
  const reader = await ensemble.connect({ servers: [ensemble.address(3)] });
  await writer.create('/a', 'one');
  await reader.sync('/a');
  expect(text((await reader.getData('/a')).data)).toBe('one');
  const changed = new Promise<string>((resolve) => {
    void reader.getData('/a', { watch: ({ type }) => resolve(type) });
  });
  await reader.exists('/');
  await writer.setData('/a', 'two');
  expect(await changed).toBe('nodeDataChanged');
});

describe('kill and restart', () => {
  test('the ensemble goes on without its leader, which comes back with what it missed', async () => {
    await using ensemble = await startTestEnsemble();
    const client = await ensemble.connect();
    await client.create('/before', 'x');
    const first = await ensemble.leader();
    await ensemble.kill(first);
    expect(() => ensemble.server(first)).toThrow(`restart(${first})`);
    const second = await ensemble.leader();
    expect(second).not.toBe(first);
    const other = await ensemble.connect();
    await other.create('/during', 'y');
    await ensemble.restart(first);
    const back = await ensemble.connect({ servers: [ensemble.address(first)] });
    await back.sync('/');
    expect(text((await back.getData('/before')).data)).toBe('x');
    expect(text((await back.getData('/during')).data)).toBe('y');
  });

  test('a session survives the death of its server', async () => {
    await using ensemble = await startTestEnsemble();
    const client = await ensemble.connect();
    await client.create('/mine', null, { mode: 'ephemeral' });
    const [session, server] = [client.sessionId, Number(/server-(\d+)/.exec(client.server)![1])];
    const back = new Promise<void>((resolve) => {
      let lost = false;
      client.onState((state) => {
        if (state === 'CONNECTING') lost = true;
        if (state === 'CONNECTED' && lost) resolve();
      });
    });
    await ensemble.kill(server);
    await back;
    expect(client.sessionId).toBe(session);
    expect((await client.exists('/mine'))?.ephemeralOwner).toBe(session);
  });

  test('all at once: what was acknowledged is there again', async () => {
    await using ensemble = await startTestEnsemble();
    const client = await ensemble.connect();
    for (let index = 0; index < 20; index++) await client.create(`/n${index}`, String(index));
    await Promise.all(ensemble.ids.map((id) => ensemble.kill(id)));
    await Promise.all(ensemble.ids.map((id) => ensemble.restart(id)));
    const again = await ensemble.connect();
    await again.sync('/');
    const { children } = await again.getChildren('/');
    expect(children.filter((name) => name.startsWith('n')).length).toBe(20);
  });
});

test('an observer serves but does not vote', async () => {
  await using ensemble = await startTestEnsemble({ servers: 3, observers: 1 });
  expect(ensemble.server(4).status.role).toBe('observing');
  const client = await ensemble.connect({ servers: [ensemble.address(4)] });
  await client.create('/through-an-observer');
  expect(await client.exists('/through-an-observer')).not.toBeNull();
});

test('one server stands alone', async () => {
  await using ensemble = await startTestEnsemble({ servers: 1 });
  const client = await ensemble.connect();
  await client.create('/alone');
  await ensemble.kill(1);
  await ensemble.restart(1);
  const again = await ensemble.connect();
  expect(await again.exists('/alone')).not.toBeNull();
});

test('listenTcp: foreign clients reach the ensemble at connectString, also after a restart', async () => {
  await using ensemble = await startTestEnsemble({ listenTcp: true });
  const addresses = ensemble.connectString.split(',');
  expect(addresses.length).toBe(3);
  const client = connect({ servers: addresses, transport: tcp(), clock: systemClock() });
  await client.connected();
  await client.create('/over-tcp');
  await client.close();
  await ensemble.kill(2);
  await ensemble.restart(2);
  expect(ensemble.connectString).toBe(addresses.join(','));
  const [host, port] = addresses[1]!.split(':');
  const answer = await new Promise<string>((resolve) => {
    let said = '';
    connectTcp(Number(port), host!)
      .on('data', (chunk) => {
        said += chunk;
      })
      .on('close', () => resolve(said))
      .write('ruok');
  });
  expect(answer).toBe('imok');
});

test('without listenTcp there is no connectString', async () => {
  await using ensemble = await startTestEnsemble({ servers: 1 });
  expect(() => ensemble.connectString).toThrow('listenTcp: true');
});

test('the loss of a majority is an error that says who does what', async () => {
  await using ensemble = await startTestEnsemble({ patienceMs: 300 });
  const alone = new Promise<void>((resolve) => {
    let served = false;
    ensemble.server(3).observables.serving$.subscribe((serving) => {
      if (served && !serving) resolve();
      served = serving;
    });
  });
  await ensemble.kill(1);
  await ensemble.kill(2);
  await alone;
  await expect(ensemble.leader()).rejects.toThrow(
    /waited 300 ms in vain for a leader: 1 does not run, 2 does not run, 3 is/,
  );
});

test('two ensembles do not know each other', async () => {
  await using first = await startTestEnsemble({ servers: 1 });
  await using second = await startTestEnsemble({ servers: 1 });
  await (await first.connect()).create('/only-here');
  const client = await second.connect();
  expect(await client.exists('/only-here')).toBeNull();
  await expect(client.getData('/only-here')).rejects.toSatisfy((error) => isZkError(error));
});

test('an ensemble that cannot start says why and leaves nothing behind', async () => {
  const broken = { name: '', selectedBy: [], allowsChildren: true, sessionBound: false, showsOwner: false };
  await expect(startTestEnsemble({ nodeTypes: [broken] })).rejects.toMatchObject({ code: 'BAD_CONFIG' });
});
