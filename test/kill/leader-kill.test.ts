import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Ensemble } from '../support/ensemble.js';
import { TARGET } from '../support/server-command.js';
import { killLeaders, MORE_KILLS } from './leader-kills.js';

const kills = (least: number) => Math.max(least, MORE_KILLS);
const MINUTES = 60_000;

test(
  'the leader is killed twenty times under load: nothing acknowledged is lost, no session either',
  () => killLeaders(kills(20)),
  4 * MINUTES + MORE_KILLS * 10_000,
);

/** The peer port answers HTTP. */
async function expectWebSocket(ensemble: Ensemble): Promise<void> {
  const leader = await ensemble.waitForLeader();
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(ensemble.peerPort(leader), '127.0.0.1');
    socket.on('error', () => resolve('')).on('close', () => resolve(''));
    socket.once('data', (bytes: Buffer) => {
      resolve(bytes.toString());
      socket.destroy();
    });
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  });
  expect(answer).toMatch(/^HTTP\/1\.1 4/);
}

// Apache's servers, on which this test is tried, have neither.
if (TARGET === 'quorate') {
  test(
    'the same with peers that speak over WebSocket',
    () => killLeaders(kills(10), { config: { 'quorate.peerTransport': 'websocket' } }, expectWebSocket),
    3 * MINUTES + MORE_KILLS * 10_000,
  );

  test(
    'the same with logs and snapshots in LevelDB',
    () =>
      killLeaders(kills(10), { config: { 'quorate.store': 'leveldb' } }, (ensemble) => {
        expect(existsSync(join(ensemble.dataFolder(1), 'leveldb', 'CURRENT'))).toBe(true);
      }),
    3 * MINUTES + MORE_KILLS * 10_000,
  );
}
