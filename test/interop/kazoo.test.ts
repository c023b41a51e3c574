import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { run } from '../support/child.js';
import { Ensemble } from '../support/ensemble.js';
import { foreignTest, KAZOO } from '../support/foreign.js';

const SCRIPTS = join(dirname(fileURLToPath(import.meta.url)), 'kazoo');

describe('kazoo, Python, against three servers', () => {
  let ensemble: Ensemble;
  beforeAll(async () => {
    ensemble = await Ensemble.start({
      config: { extendedTypesEnabled: 'true', 'znode.container.checkIntervalMs': 1000 },
    });
  });
  afterAll(() => ensemble?.dispose());

  /** Every check of the script must say ok. */
  async function script(name: string, checks: number): Promise<void> {
    const { status, output } = await run('/usr/bin/python3', [join(SCRIPTS, name), ensemble.hosts], {
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      seconds: 110,
    });
    const passed = output.split('\n').filter((line) => line.startsWith('ok '));
    const told = `${output}\n${await ensemble.report()}`;
    expect({ status, passed: passed.length }, told).toEqual({ status: 0, passed: checks });
  }

  foreignTest(KAZOO, 'every create mode, containers and TTL nodes', () => script('create_modes.py', 11));
  foreignTest(KAZOO, 'versions, Stat, ACLs and errors', () => script('versions_and_errors.py', 8));
  foreignTest(KAZOO, 'watches', () => script('watches.py', 7));
  foreignTest(KAZOO, 'transactions', () => script('transactions.py', 5));
  foreignTest(KAZOO, 'recipes: locks, election, queues, barriers, counter, party', () => script('recipes.py', 11));
  foreignTest(KAZOO, 'sessions move, expire and end', () => script('session_move.py', 5));
});
