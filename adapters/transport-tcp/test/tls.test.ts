import { readFileSync } from 'node:fs';
import { transportConformance } from '@quorate/conformance';
import type { Connection } from '@quorate/interfaces';
import { describe, expect, test } from 'vitest';
import { tcp } from '../src/index.js';
import { distinguishedName } from '../src/peer-subject.js';

const key = readFileSync(new URL('fixtures/key.pem', import.meta.url));
const cert = readFileSync(new URL('fixtures/cert.pem', import.meta.url));
const tls = { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true };

transportConformance(
  { describe, test },
  {
    name: 'transport-tcp with TLS',
    create: async () => ({
      transport: tcp({ tls, endTimeoutMs: 1_000 }),
      listenAddress: () => '127.0.0.1:0',
      dispose: () => {},
    }),
  },
);

test('under TLS both ends know the other’s subject as an RFC 2253 name', async () => {
  const transport = tcp({ tls });
  let accepted: Connection | undefined;
  const listener = await transport.listen('localhost:0', (connection) => {
    accepted = connection;
    connection.open({ onData: () => {}, onDrain: () => {}, onClose: () => {} });
    connection.send(new Uint8Array(1));
  });
  const dialled = await transport.dial(`localhost:${listener.address.split(':').at(-1)}`);
  await new Promise<void>((resolve) => {
    dialled.open({ onData: () => dialled.end(), onDrain: () => {}, onClose: () => resolve() });
  });
  const name =
    '1.2.840.113549.1.9.1=#160f6f6e65406578616d706c652e6f7267,CN=peer one,OU=Peers+L=Zurich,O=Quorate\\, Test,C=CH';
  expect(dialled.peerSubject).toBe(name);
  expect(accepted?.peerSubject).toBe(name);
  await listener.close();
});

test('without a client certificate the connection is refused when the listener asks for one', async () => {
  const listener = await tcp({ tls }).listen('127.0.0.1:0', () => {});
  const outcome = new Promise<unknown>((resolve) => {
    tcp({ tls: { ca: cert } })
      .dial(listener.address)
      .then(
        (connection) => connection.open({ onData: () => {}, onDrain: () => {}, onClose: resolve }),
        (error: unknown) => resolve(error),
      );
  });
  expect(await outcome).toMatchObject({ name: 'QuorateError' });
  await listener.close();
});

test('a listener whose certificate is not trusted is refused by the dialler', async () => {
  const listener = await tcp({ tls: { key, cert } }).listen('127.0.0.1:0', () => {});
  await expect(tcp({ tls: {} }).dial(listener.address)).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    message: expect.stringContaining('self-signed certificate'),
  });
  await listener.close();
});

test('a distinguished name is reversed, joined by commas, its escapes kept', () => {
  expect(distinguishedName('C=CH\nO=A\\, B\nOU=x + L=y\nCN=c\n')).toBe('CN=c,OU=x+L=y,O=A\\, B,C=CH');
});
