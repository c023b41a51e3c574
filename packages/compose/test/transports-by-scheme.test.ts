import { transportConformance } from '@quorate/conformance';
import { memoryNetwork } from '@quorate/transport-memory';
import { tcp } from '@quorate/transport-tcp';
import { websocket } from '@quorate/transport-websocket';
import { describe, expect, test } from 'vitest';
import { transportsByScheme } from '../src/transports-by-scheme.js';

for (const address of ['localhost:0', 'other://localhost:0']) {
  transportConformance(
    { describe, test },
    {
      name: `transportsByScheme at ${address}`,
      create: async () => {
        const options = { endTimeoutMs: 500 };
        const other = memoryNetwork(undefined, options).transport();
        return {
          transport: transportsByScheme({ other }, memoryNetwork(undefined, options).transport()),
          listenAddress: () => address,
          dispose: () => {},
        };
      },
    },
  );
}

test('each scheme is its own transport, and a listener’s address can be dialled as it is', async () => {
  const transport = transportsByScheme({ tcp: tcp(), ws: websocket() }, memoryNetwork().transport());
  const seen: string[] = [];
  const listeners = await Promise.all(
    ['a:1', 'tcp://127.0.0.1:0', 'ws://127.0.0.1:0/zk'].map((address) =>
      transport.listen(address, (connection) => {
        seen.push(connection.remote);
        connection.destroy();
      }),
    ),
  );
  expect(listeners.map(({ address }) => address.replace(/\d{4,5}/, 'port'))).toEqual([
    'a:1',
    'tcp://127.0.0.1:port',
    'ws://127.0.0.1:port/zk',
  ]);
  for (const { address } of listeners) {
    const connection = await transport.dial(address);
    await new Promise<void>((resolve) =>
      connection.open({ onData: () => {}, onDrain: () => {}, onClose: () => resolve() }),
    );
  }
  expect(seen.length).toBe(3);
  await expect(transport.dial('wss:/nowhere')).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
  for (const listener of listeners) await listener.close();
});
