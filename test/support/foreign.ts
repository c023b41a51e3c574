import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';

/** A client that somebody else wrote, as Debian packages it. */
export interface ForeignClient {
  readonly name: string;
  /** What to install. */
  readonly debianPackage: string;
  /** The file whose presence says that it is installed. */
  readonly file: string;
}

export const KAZOO: ForeignClient = {
  name: 'kazoo',
  debianPackage: 'python3-kazoo',
  file: '/usr/lib/python3/dist-packages/kazoo/client.py',
};
export const ZKCLI: ForeignClient = {
  name: 'zkCli.sh',
  debianPackage: 'zookeeper',
  file: '/usr/share/zookeeper/bin/zkCli.sh',
};
export const CLI_MT: ForeignClient = {
  name: 'cli_mt',
  debianPackage: 'zookeeper-bin',
  file: '/usr/lib/zookeeper/bin/cli_mt',
};

/** Set where every foreign client must be there: then a missing one fails instead of being skipped. */
const REQUIRED = process.env['QUORATE_REQUIRE_INTEROP'] === '1';

/** A test that needs a foreign client: skipped with the reason in its title when the client is not installed. */
export function foreignTest(client: ForeignClient, title: string, run: () => Promise<void>, seconds = 120): void {
  if (existsSync(client.file)) test(title, run, seconds * 1000);
  else {
    const reason = `${client.name} is not installed (apt-get install ${client.debianPackage})`;
    test.skipIf(!REQUIRED)(`${title} — ${reason}`, () => expect.fail(reason));
  }
}
