import type { Connection } from '@quorate/interfaces';
import { expect, test } from 'vitest';
import { MemoryNetwork, memoryNetwork } from '../src/index.js';

test('T-3 port 0 gets a number, the same in every run', async () => {
  const addresses = async (): Promise<string[]> => {
    const transport = new MemoryNetwork().transport();
    return [
      (await transport.listen('a:0', () => {})).address,
      (await transport.listen('a:0', () => {})).address,
      (await transport.listen('b:0', () => {})).address,
      (await transport.listen('b:7', () => {})).address,
    ];
  };
  const first = await addresses();
  expect(first).toEqual(['a:40000', 'a:40001', 'b:40002', 'b:7']);
  expect(await addresses()).toEqual(first);
});

test('each end names the other: the host of the transport that dialled, the address that was dialled', async () => {
  const network = memoryNetwork();
  let accepted: Connection | undefined;
  await network.transport('server').listen('server:2181', (connection) => {
    accepted = connection;
  });
  const dialled = await network.transport('client-7').dial('server:2181');
  expect(dialled.remote).toBe('server:2181');
  expect(accepted?.remote).toMatch(/^client-7:\d+$/);
});

test('networks do not reach each other', async () => {
  await memoryNetwork()
    .transport()
    .listen('a:1', () => {});
  await expect(memoryNetwork().transport().dial('a:1')).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    message: 'cannot connect to a:1: nobody listens there in this network',
  });
});

test('a transport is a view of its network: an address is taken for all of them', async () => {
  const network = memoryNetwork();
  await network.transport('a').listen('x:1', () => {});
  await expect(network.transport('b').listen('x:1', () => {})).rejects.toMatchObject({
    code: 'ADDRESS_IN_USE',
    message: expect.stringContaining('x:1'),
  });
});

test('what has no port is refused with BAD_ADDRESS', async () => {
  const transport = memoryNetwork().transport();
  for (const wrong of ['', 'a', 'a:', ':1', 'a:65536', 'a:b']) {
    await expect(transport.listen(wrong, () => {})).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
    await expect(transport.dial(wrong)).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
  }
});
