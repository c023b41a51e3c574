import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@quorate/client';
import { systemClock, tcp } from '@quorate/compose';
import { expect, test } from 'vitest';
import { LEASE_FLAG } from '../src/lease.js';
import { startServer } from '../src/server.js';

test('the example serves, keeps its data over a restart, and leases take no children', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-full-server-'));
  const member = { id: 1, kind: 'voter', peerAddress: '127.0.0.1:0', electionAddress: '127.0.0.1:0' } as const;
  const ensemble = [{ ...member, clientAddresses: ['127.0.0.1:0'] }];
  let server = await startServer(1, ensemble, directory);
  await server.serving();
  const open = () => connect({ servers: server.clientAddresses, transport: tcp(), clock: systemClock() });
  let client = open();
  await client.create('/leases');
  await client.create('/leases/under-a-declared-parent', 'x');
  await client.create('/by-flag', 'x', { mode: LEASE_FLAG });
  await expect(client.create('/leases/under-a-declared-parent/child')).rejects.toMatchObject({
    name: 'noChildrenForEphemerals',
  });
  await expect(client.create('/by-flag/child')).rejects.toMatchObject({ name: 'noChildrenForEphemerals' });
  await client.close();
  await server.close();

  server = await startServer(1, ensemble, directory);
  await server.serving();
  client = open();
  expect(await client.getChildren('/leases')).toMatchObject({ children: ['under-a-declared-parent'] });
  await client.close();
  await server.close();
  await rm(directory, { recursive: true });
});
