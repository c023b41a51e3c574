import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Connection, ConnectionSink } from '@quorate/interfaces';
import { expect, test } from 'vitest';
import { tcp } from '../src/index.js';

const quiet: ConnectionSink = { onData: () => {}, onDrain: () => {}, onClose: () => {} };

/** A promise and its resolution. */
function promised<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

test('T-1 ADDRESS_IN_USE names the address and says what to do', async () => {
  const listener = await tcp().listen('127.0.0.1:0', () => {});
  await expect(tcp().listen(listener.address, () => {})).rejects.toMatchObject({
    code: 'ADDRESS_IN_USE',
    message: `cannot listen on ${listener.address}: another listener has it; stop that one or choose another port`,
  });
  await listener.close();
});

test('T-1 an address of another machine is refused with BAD_ADDRESS', async () => {
  await expect(tcp().listen('192.0.2.1:0', () => {})).rejects.toMatchObject({
    code: 'BAD_ADDRESS',
    message: expect.stringContaining('192.0.2.1:0: this machine has no such address'),
  });
});

test('T-2 a dial that fails names the address and the reason, for names with several addresses too', async () => {
  const listener = await tcp().listen('127.0.0.1:0', () => {});
  const port = listener.address.split(':')[1];
  await listener.close();
  await expect(tcp().dial(`localhost:${port}`)).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    message: expect.stringMatching(new RegExp(`^cannot connect to localhost:${port}: .*ECONNREFUSED`)),
  });
});

test('T-3 a listener on every interface is reached at its address, and shows IPv4 as IPv4', async () => {
  const accepted = promised<Connection>();
  const listener = await tcp().listen('*:0', accepted.resolve);
  const port = listener.address.split(':').at(-1);
  const viaAddress = await tcp().dial(listener.address);
  const first = await accepted.promise;
  const next = promised<Connection>();
  await listener.close();
  const again = await tcp().listen(`*:${port}`, next.resolve);
  const viaIpv4 = await tcp().dial(`127.0.0.1:${port}`);
  const second = await next.promise;
  expect(second.remote).toMatch(/^127\.0\.0\.1:\d+$/);
  for (const connection of [viaAddress, first, viaIpv4, second]) connection.destroy();
  await again.close();
});

test('T-10 buffered is 0 right after a send that the system took at once', async () => {
  const accepted = promised<Connection>();
  const listener = await tcp().listen('127.0.0.1:0', accepted.resolve);
  const dialled = await tcp().dial(listener.address);
  const other = await accepted.promise;
  dialled.open(quiet);
  other.open(quiet);
  for (const connection of [dialled, other]) {
    expect(connection.send(new Uint8Array(1000))).toBe(true);
    expect(connection.buffered).toBe(0);
    expect(connection.send(new Uint8Array(0))).toBe(true);
  }
  dialled.destroy();
  other.destroy();
  await listener.close();
});

test('T-9 highWaterMark bounds what waits before send says so', async () => {
  const accepted = promised<Connection>();
  const listener = await tcp().listen('127.0.0.1:0', accepted.resolve);
  const dialled = await tcp({ highWaterMark: 1 }).dial(listener.address);
  const other = await accepted.promise;
  dialled.open(quiet);
  expect(dialled.send(new Uint8Array(1000)), 'nothing waits').toBe(true);
  expect(dialled.send(new Uint8Array(64 * 1024 * 1024)), 'the system cannot take this much at once').toBe(false);
  expect(dialled.buffered).toBeGreaterThan(0);
  dialled.destroy();
  other.destroy();
  await listener.close();
});

test('T-12 a peer that ends but does not read what waits for it is given up', async () => {
  const closed = promised<Error | undefined>();
  const listener = await tcp({ endTimeoutMs: 50 }).listen('127.0.0.1:0', (connection) => {
    connection.open({ ...quiet, onClose: closed.resolve });
    connection.send(new Uint8Array(64 * 1024 * 1024));
  });
  const port = Number(listener.address.split(':')[1]);
  const peer = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  peer.pause();
  peer.end();
  const error = await closed.promise;
  expect(error).toMatchObject({
    code: 'CLOSED',
    message: expect.stringContaining('neither read nor closed for 50 ms'),
  });
  peer.destroy();
  await listener.close();
});

test('T-7 a peer that resets the connection is an error, with its cause', async () => {
  const closed = promised<Error | undefined>();
  const server = createServer((socket) => socket.on('data', () => socket.resetAndDestroy())).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dialled = await tcp().dial(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  dialled.open({ ...quiet, onClose: closed.resolve });
  dialled.send(new Uint8Array(1));
  expect(await closed.promise).toMatchObject({ code: 'CLOSED', message: expect.stringContaining('ECONNRESET') });
  server.close();
});
