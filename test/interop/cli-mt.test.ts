import { afterAll, beforeAll, describe, expect } from 'vitest';
import { Child } from '../support/child.js';
import { Ensemble } from '../support/ensemble.js';
import { CLI_MT, foreignTest } from '../support/foreign.js';
import { waitUntil } from '../support/wait.js';

describe('cli_mt, the C client, against three servers', () => {
  let ensemble: Ensemble;
  beforeAll(async () => {
    ensemble = await Ensemble.start();
  });
  afterAll(() => ensemble?.dispose());

  foreignTest(CLI_MT, 'connects, creates, sets, reads, lists and watches', async () => {
    // stdbuf: a C program on a pipe keeps its output to itself until it ends.
    const shell = new Child('/usr/bin/stdbuf', ['-oL', CLI_MT.file, '-h', ensemble.hosts]);
    const says = (text: string | RegExp) =>
      waitUntil(`cli_mt says ${text}`, () => shell.output.search(text) >= 0, { explain: () => shell.output });
    try {
      shell.type('create /from-c\n');
      await says('state = CONNECTED_STATE');
      await says('name = /from-c\n');
      shell.type('create +s /from-c/n-\nset /from-c hello\n');
      await says('name = /from-c/n-0000000000\n');
      shell.type('get /from-c\n');
      await says(/value_len = 5\nhello\n[\s\S]*version=1\taversion=0/);
      shell.type('ls /from-c\n');
      await says(/\tn-0000000000\n/);
      shell.type('delete /from-c/n-0000000000\ndelete /from-c/none\n');
      await says('CHILD_EVENT state = CONNECTED_STATE for path /from-c\n');
      await says(/rc = -101/);
      shell.type('quit\n');
      const { status, output } = await shell.finished;
      expect(status, output).toBe(0);
    } finally {
      await shell.end();
    }
  });
});
