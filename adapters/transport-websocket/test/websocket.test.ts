import type { Connection } from '@quorate/interfaces';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { parseAddress } from '../src/address.js';
import { websocket } from '../src/index.js';

/** How a foreign client's connection went: `open`, or the HTTP status it was refused with, or its close code. */
function attempt(url: string, origin?: string): Promise<{ readonly outcome: string; readonly socket: WebSocket }> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, origin === undefined ? {} : { origin });
    socket.on('open', () => resolve({ outcome: 'open', socket }));
    socket.on('unexpected-response', (request, response) => {
      resolve({ outcome: String(response.statusCode), socket });
      request.destroy();
    });
    socket.on('error', () => {});
  });
}

test('a browser’s Origin is refused unless it is listed; no Origin is no browser', async () => {
  const transport = websocket({ allowedOrigins: ['https://app.example.org'] });
  const accepted: Connection[] = [];
  const listener = await transport.listen('127.0.0.1:0', (connection) => accepted.push(connection));
  const outcomes: string[] = [];
  for (const origin of [
    undefined,
    'https://app.example.org',
    'https://APP.example.org',
    'http://app.example.org',
    'https://evil.example.org',
    'null',
    '',
  ]) {
    const { outcome, socket } = await attempt(listener.address, origin);
    outcomes.push(outcome);
    socket.terminate();
  }
  expect(outcomes).toEqual(['open', 'open', 'open', '403', '403', '403', expect.anything()]);
  for (const connection of accepted) connection.destroy();
  await listener.close();
});

test('no Origin is allowed by default', async () => {
  const listener = await websocket().listen('127.0.0.1:0', (connection) => connection.destroy());
  const { outcome } = await attempt(listener.address, 'https://app.example.org');
  expect(outcome).toBe('403');
  await listener.close();
});

test('a listener serves its path and no other, whatever the query', async () => {
  const listener = await websocket().listen('ws://127.0.0.1:0/zk', (connection) => connection.destroy());
  expect(listener.address).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/zk$/);
  expect((await attempt(`${listener.address}?x=1`)).outcome).toBe('open');
  expect((await attempt(listener.address.replace('/zk', '/other'))).outcome).toBe('404');
  await expect(websocket().dial(listener.address.replace('/zk', '/other'))).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    message: expect.stringContaining('404'),
  });
  await listener.close();
});

test('plain HTTP is answered with 426', async () => {
  const listener = await websocket().listen('127.0.0.1:0', () => {});
  const response = await fetch(listener.address.replace('ws:', 'http:'));
  expect([response.status, await response.text()]).toEqual([426, 'this port speaks WebSocket only']);
  await listener.close();
});

test('T-5 message boundaries mean nothing: split and merged messages are one stream', async () => {
  const received: number[] = [];
  let done = (): void => {};
  const complete = new Promise<void>((resolve) => {
    done = resolve;
  });
  const listener = await websocket().listen('127.0.0.1:0', (connection) =>
    connection.open({
      onData: (chunk) => {
        received.push(...chunk);
        if (received.length === 6) connection.end();
      },
      onDrain: () => {},
      onClose: done,
    }),
  );
  const { socket } = await attempt(listener.address);
  for (const message of [[1], [2, 3], [], [4, 5, 6]]) socket.send(Uint8Array.from(message));
  await complete;
  expect(received).toEqual([1, 2, 3, 4, 5, 6]);
  await listener.close();
});

for (const [what, message, code, words] of [
  ['a text message', 'ruok', 1003, 'text message'],
  ['a message above maxPayload', new Uint8Array(2000), 1009, 'payload'],
] as const) {
  test(`${what} closes the connection with code ${code} and an error`, async () => {
    let closed = (_error?: Error): void => {};
    const error = new Promise<Error | undefined>((resolve) => {
      closed = resolve;
    });
    const listener = await websocket({ maxPayload: 1000 }).listen('127.0.0.1:0', (connection) =>
      connection.open({ onData: () => {}, onDrain: () => {}, onClose: closed }),
    );
    const { socket } = await attempt(listener.address);
    const closeCode = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.send(message);
    expect(await error).toMatchObject({ code: 'CLOSED', message: expect.stringContaining(words) });
    expect(await closeCode).toBe(code);
    await listener.close();
  });
}

test('T-9 a send larger than a message may be is split, so that it passes a receiver’s limit', async () => {
  let received = 0;
  let done = (): void => {};
  const complete = new Promise<void>((resolve) => {
    done = resolve;
  });
  const transport = websocket({ maxPayload: 300_000 });
  const listener = await transport.listen('127.0.0.1:0', (connection) =>
    connection.open({
      onData: (chunk) => {
        received += chunk.length;
      },
      onDrain: () => {},
      onClose: done,
    }),
  );
  const dialled = await transport.dial(listener.address);
  dialled.open({ onData: () => {}, onDrain: () => {}, onClose: () => {} });
  dialled.send(new Uint8Array(1_000_000));
  dialled.end();
  await complete;
  expect(received).toBe(1_000_000);
  await listener.close();
});

test('ws://host:port/path, wss://, host:port and [v6]:port are addresses; anything else is refused', async () => {
  expect(parseAddress('ws://a.b:80/x/y')).toEqual({ host: 'a.b', port: 80, path: '/x/y', secure: false });
  expect(parseAddress('wss://[::1]:443')).toEqual({ host: '::1', port: 443, path: '/', secure: true });
  expect(parseAddress('*:2181')).toEqual({ host: undefined, port: 2181, path: '/', secure: false });
  for (const wrong of ['', 'host', 'http://a:1', 'ws://a', 'a:70000', 'ws://a:1/x?y', 'ws://:1']) {
    expect(() => parseAddress(wrong)).toThrowError(expect.objectContaining({ code: 'BAD_ADDRESS' }));
  }
  await expect(websocket().listen('wss://127.0.0.1:0', () => {})).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
});

test('T-1 ADDRESS_IN_USE names the address', async () => {
  const listener = await websocket().listen('127.0.0.1:0', () => {});
  await expect(websocket().listen(listener.address, () => {})).rejects.toMatchObject({
    code: 'ADDRESS_IN_USE',
    message: expect.stringContaining(listener.address),
  });
  await listener.close();
});
