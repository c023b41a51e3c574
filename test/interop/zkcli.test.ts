import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type Finished, run } from '../support/child.js';
import { Connection } from '../support/connection.js';
import { Ensemble } from '../support/ensemble.js';
import { foreignTest, ZKCLI } from '../support/foreign.js';
import { OP, request } from '../support/jute.js';
import { waitUntil } from '../support/wait.js';

describe('zkCli.sh, Java, against three servers', () => {
  let ensemble: Ensemble;
  beforeAll(async () => {
    ensemble = await Ensemble.start({
      config: { extendedTypesEnabled: 'true', 'znode.container.checkIntervalMs': 1000 },
    });
  });
  afterAll(() => ensemble?.dispose());

  /** Feeds commands to the shell, connected to one server. */
  async function zkCli(id: number, ...commands: string[]): Promise<Finished> {
    const finished = await run(ZKCLI.file, ['-server', `127.0.0.1:${ensemble.clientPort(id)}`], {
      env: { ...process.env, JVMFLAGS: '-XX:+UseSerialGC -XX:TieredStopAtLevel=1' },
      input: `${[...commands, 'quit'].join('\n')}\n`,
    });
    // It exits with 1 when its last command failed; null would mean that it never came back.
    expect(finished.status, finished.output).not.toBeNull();
    expect(finished.output).toContain('WatchedEvent state:SyncConnected');
    return finished;
  }

  /** What the shell printed after it had connected, its closing words left out; zxids and times made equal. */
  function answers({ stdout }: Finished): string {
    return (
      stdout
        .replace(/^[\s\S]*?state:SyncConnected type:None path:null\n/, '')
        // Printed by a thread that the shell's exit may stop between the two.
        .replace(/\nWATCHER::\n(?:\nWatchedEvent state:Closed [\s\S]*)?$/, '')
        .replace(/^(ctime|mtime) = .+$/gm, '$1 = TIME')
        .replace(/^([cmp]Zxid) = 0x[0-9a-f]+$/gm, '$1 = ZXID')
    );
  }

  const stat = (fields: Record<string, string | number>) =>
    ['cZxid = ZXID', 'ctime = TIME', 'mZxid = ZXID', 'mtime = TIME', 'pZxid = ZXID']
      .concat(Object.entries(fields).map(([name, value]) => `${name} = ${value}`))
      .join('\n');

  foreignTest(ZKCLI, 'create in every mode says the path it created', async () => {
    const { stderr } = await zkCli(
      1,
      'create /modes data',
      'create -s /modes/s-',
      'create -e /modes/e',
      'create -s -e /modes/se-',
      'create -c /modes/container',
      'create -t 600000 /modes/ttl',
      'create -t 600000 -s /modes/ttl-',
    );
    const created = [...stderr.matchAll(/^Created (.+)$/gm)].map((match) => match[1]);
    const names = ['', '/s-0000000000', '/e', '/se-0000000002', '/container', '/ttl', '/ttl-0000000005'];
    expect(created).toEqual(names.map((name) => `/modes${name}`));
    // The ephemerals went with the session that made them.
    const after = answers(await zkCli(2, 'sync /modes', 'ls /modes'));
    expect(after).toContain('[container, s-0000000000, ttl, ttl-0000000005]');
  });

  foreignTest(ZKCLI, 'get -s, set -v, stat and delete show and check versions', async () => {
    const finished = await zkCli(
      2,
      'create /versions one',
      'get -s /versions',
      'set -v 0 /versions three',
      'set -v 0 /versions four',
      'stat /versions',
      'delete -v 7 /versions',
      'delete /versions',
      'stat /versions',
    );
    const fields = { cversion: 0, dataVersion: 0, aclVersion: 0, ephemeralOwner: '0x0', dataLength: 3, numChildren: 0 };
    expect(answers(finished).trim()).toBe(
      `one\n${stat(fields)}\n${stat({ ...fields, dataVersion: 1, dataLength: 5 })}`,
    );
    expect(finished.stderr.match(/version No is not valid : \/versions/g)).toHaveLength(2);
    expect(finished.stderr).toContain('Node does not exist: /versions');
  });

  foreignTest(ZKCLI, 'ls -w tells of the change', async () => {
    const finished = await zkCli(3, 'create /watched', 'ls -w /watched', 'create /watched/child', 'ls /watched');
    expect(answers(finished)).toContain('WatchedEvent state:SyncConnected type:NodeChildrenChanged path:/watched');
    expect(answers(finished)).toContain('[child]');
  });

  foreignTest(ZKCLI, 'getAcl, setAcl, addauth and sync', async () => {
    const finished = await zkCli(
      1,
      'create /acl secret',
      'getAcl /acl',
      'sync /acl',
      'addauth digest user:password',
      'setAcl /acl auth::cdrwa',
      'getAcl /acl',
    );
    const text = answers(finished);
    expect(text).toContain("'world,'anyone\n: cdrwa\n");
    expect(text).toContain('Sync is OK');
    expect(text).toMatch(/'digest,'user:[A-Za-z0-9+/=]+\n: cdrwa/);
    const stranger = await zkCli(2, 'sync /acl', 'get /acl');
    expect(stranger.stderr).toContain('Insufficient permission : /acl');
  });

  foreignTest(ZKCLI, 'a container and a TTL node made by the shell go when their time has come', async () => {
    await zkCli(1, 'create -c /shell-container', 'create -t 1200 /shell-ttl', 'create /shell-container/child');
    const connection = await Connection.open(ensemble.clientPort(2));
    try {
      const gone = (path: string) => async () => {
        await connection.call(OP.sync, request.path(path));
        return (await connection.call(OP.exists, request.read(path))).error !== 0;
      };
      await waitUntil('the TTL node is gone', gone('/shell-ttl'), { within: 15_000 });
      expect(await gone('/shell-container')()).toBe(false);
      await connection.call(OP.delete, request.delete('/shell-container/child', -1));
      await waitUntil('the container is gone', gone('/shell-container'), { within: 15_000 });
    } finally {
      await connection.close();
    }
  });
});
