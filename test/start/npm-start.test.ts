import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Child } from '../support/child.js';
import { Connection } from '../support/connection.js';
import { srvr } from '../support/four-letter.js';
import { OP, request, ZK } from '../support/jute.js';
import { freePorts } from '../support/ports.js';
import { ROOT } from '../support/sources.js';
import { treesDiffer } from '../support/tree.js';
import { waitUntil } from '../support/wait.js';

test('npm start: three servers say where they are, serve, end in order on SIGTERM and come back with what they had', async () => {
  const ports = (await freePorts(3)) as [number, number, number];
  const [clients] = ports;
  // With the elections' ports 1000 above: both below the range that freePorts draws from.
  const peers = 15_000 + Math.floor(Math.random() * 900);
  const folder = mkdtempSync(join(tmpdir(), 'quorate-start-'));
  const flags = ['--base-port', String(clients), '--peer-base-port', String(peers), '--data', join(folder, 'data')];
  const start = async (): Promise<Child> => {
    const child = new Child(process.execPath, [join(ROOT, 'tools', 'start.mjs'), ...flags], { cwd: folder });
    await waitUntil('it is ready', () => child.output.includes('Ready: 3 servers'), { explain: () => child.output });
    return child;
  };
  let child = await start();
  try {
    expect(child.output).toContain(ports.map((port) => `127.0.0.1:${port}`).join(','));
    const modes = await Promise.all(ports.map(async (port) => (await srvr(port))?.mode));
    expect(modes.sort()).toEqual(['follower', 'follower', 'leader']);
    const writer = await Connection.open(ports[0]!);
    expect((await writer.call(OP.create, request.create('/kept', 'x'))).error).toBe(ZK.ok);
    await writer.close();
    child.signal('SIGTERM');
    expect((await child.finished).status, child.output).toBe(0);

    child = await start();
    for (const port of ports) {
      const reader = await Connection.open(port);
      expect((await reader.call(OP.exists, request.read('/kept'))).error).toBe(ZK.ok);
      await reader.close();
    }
    expect(await treesDiffer(ports)).toEqual([]);
    child.signal('SIGINT');
    expect((await child.finished).status, child.output).toBe(0);
  } finally {
    await child.end();
    rmSync(folder, { recursive: true, force: true });
  }
});
