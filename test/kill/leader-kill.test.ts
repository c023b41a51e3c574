import { test } from 'vitest';
import { TARGET } from '../support/server-command.js';
import { killLeaders, MORE_KILLS } from './leader-kills.js';

const kills = (least: number) => Math.max(least, MORE_KILLS);
const MINUTES = 60_000;

test(
  'the leader is killed twenty times under load: nothing acknowledged is lost, no session either',
  () => killLeaders(kills(20)),
  4 * MINUTES + MORE_KILLS * 10_000,
);

// Apache's servers, on which this test is tried, have neither.
if (TARGET === 'quorate') {
  test(
    'the same with peers that speak over WebSocket',
    () => killLeaders(kills(10), { config: { 'quorate.peerTransport': 'websocket' } }),
    3 * MINUTES + MORE_KILLS * 10_000,
  );

  test(
    'the same with logs and snapshots in LevelDB',
    () => killLeaders(kills(10), { config: { 'quorate.store': 'leveldb' } }),
    3 * MINUTES + MORE_KILLS * 10_000,
  );
}
