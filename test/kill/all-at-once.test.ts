import { expect, test } from 'vitest';
import { Ensemble } from '../support/ensemble.js';
import { startWriters, verifyWriters, waitForWrites } from './leader-kills.js';

const ROUNDS = 3;

test('all servers are killed at once under load and started again: nothing acknowledged is lost', async () => {
  const ensemble = await Ensemble.start({ config: { tickTime: 500 } });
  try {
    const writers = await startWriters(ensemble);
    for (let round = 0; round < ROUNDS; round++) {
      await waitForWrites(ensemble, writers, 300);
      await Promise.all(ensemble.ids.map((id) => ensemble.kill(id)));
      for (const id of ensemble.ids) ensemble.start(id);
      await ensemble.waitForAll();
    }
    await waitForWrites(ensemble, writers, 50);
    const wrong = await verifyWriters(ensemble, writers);
    expect(wrong, wrong.length > 0 ? await ensemble.report() : '').toEqual([]);
  } finally {
    await ensemble.dispose();
  }
}, 180_000);
