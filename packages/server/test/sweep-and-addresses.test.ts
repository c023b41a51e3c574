import { expect, test } from 'vitest';
import { hostOf, javaAddress, javaHost } from '../src/net/addresses.js';
import { Harness } from './support/harness.js';

test('2.6 the leader deletes what the tree names, at most its share per look', async () => {
  const harness = await Harness.serving('leading', {
    settings: { containerCheckIntervalMs: 30_000, containerMaxPerMinute: 4 },
  });
  harness.tree.candidates = ['/a', '/b', '/c'];
  harness.clock.advance(29_999);
  expect(harness.engine.pendingCount).toBe(0);
  harness.clock.advance(1);
  expect(harness.engine.pendingCount).toBe(2);
  harness.clock.advance(30_000);
  expect(harness.engine.pendingCount).toBe(3);
});

test('a follower deletes nothing', async () => {
  const harness = await Harness.serving('following');
  harness.tree.candidates = ['/a'];
  harness.clock.advance(600_000);
  expect(harness.tree.candidates).toEqual(['/a']);
});

test('closing a server ends its connections, listeners and timers', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  harness.tree.candidates = ['/a'];
  const closed = harness.server.close();
  harness.clock.endTurn();
  await closed;
  expect(client.connection.closed).toBe(true);
  expect(harness.transport.closed).toBe(true);
  harness.clock.advance(600_000);
  expect(harness.tree.candidates).toEqual(['/a']);
  await expect(harness.server.close()).resolves.toBeUndefined();
});

test.each([
  ['10.0.0.7:41562', '10.0.0.7', '/10.0.0.7:41562'],
  ['[::1]:2181', '::1', '/[0:0:0:0:0:0:0:1]:2181'],
  ['[2001:db8::a:0]:1', '2001:db8::a:0', '/[2001:db8:0:0:0:0:a:0]:1'],
  ['client:7', 'client', '/client:7'],
])('T69 %s is told as Java tells it', (address, host, java) => {
  expect(hostOf(address)).toBe(host);
  expect(javaAddress(address)).toBe(java);
});

test.each(['::', 'fe80::1%eth0', '1:2:3:4:5:6:7:8', '::ffff', '1::'])('%s has eight groups in Java', (host) => {
  expect(javaHost(host).split('%')[0]!.split(':').length).toBe(8);
});

test.each(['10.0.0.1', 'name', '1:2', '1::2::3', ''])('%j is no IPv6 address and stays as it is', (host) => {
  expect(javaHost(host)).toBe(host);
});
