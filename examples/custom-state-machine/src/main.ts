import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Member } from '@quorate/zab';
import { add, startReplica } from './replicas.js';

const members: Member[] = [1, 2, 3].map((id) => ({
  id,
  kind: 'voter',
  peerAddress: `127.0.0.1:${27100 + id}`,
  electionAddress: `127.0.0.1:${27200 + id}`,
}));
const directory = await mkdtemp(join(tmpdir(), 'quorate-counter-'));
const peers = await Promise.all(members.map(({ id }) => startReplica(id, members, join(directory, `${id}`))));
while (!peers.every((peer) => peer.serving)) await pause(5);

for (const peer of peers) console.log(`through server ${peer.status.id} (${peer.status.role}): ${await add(peer, 5)}`);
await add(peers[0]!, -100).catch((error: Error) => console.log(error.message));
await Promise.all(peers.map((peer) => peer.close()));
