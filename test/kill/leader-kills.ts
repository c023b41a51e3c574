import { expect } from 'vitest';
import { Ensemble, type EnsembleOptions } from '../support/ensemble.js';
import { treesDiffer } from '../support/tree.js';
import { waitUntil } from '../support/wait.js';
import { total, Writer } from '../support/writer.js';

const CLIENTS = 8;
const TICK_MS = 500;
/** The shortest session timeout that the servers grant: two ticks. */
const SESSION_TIMEOUT_MS = 2 * TICK_MS;

/** `--kills=N` of tools/test.mjs: more than the suite has time for. */
export const MORE_KILLS = Number(process.env['QUORATE_KILLS'] ?? 0);

/** Eight writers on a running ensemble. @param timeout of their sessions, milliseconds */
export async function startWriters(ensemble: Ensemble, timeout = SESSION_TIMEOUT_MS): Promise<Writer[]> {
  const writers = Array.from({ length: CLIENTS }, (_, i) => {
    // Each begins at another server.
    const ports = ensemble.clientPorts.map((_, j) => ensemble.clientPorts[(i + j) % ensemble.clientPorts.length]!);
    return new Writer({ name: `w${i}`, ports, timeout });
  });
  for (const writer of writers) await writer.start();
  return writers;
}

/** Waits until the writers together had `count` more writes acknowledged. */
export async function waitForWrites(ensemble: Ensemble, writers: readonly Writer[], count: number): Promise<void> {
  const before = total(writers, (writer) => writer.acknowledged);
  await waitUntil(
    `${count} more writes are acknowledged`,
    () => total(writers, (writer) => writer.acknowledged) >= before + count,
    { every: 2, explain: () => ensemble.report() },
  );
}

/** Ends the writers and holds every server against what they know. @returns what is wrong, for people */
export async function verifyWriters(ensemble: Ensemble, writers: readonly Writer[]): Promise<string[]> {
  await Promise.all(writers.map((writer) => writer.stop()));
  await ensemble.waitForSameZxid();
  const found = writers.flatMap((writer) => writer.violations);
  for (const port of ensemble.clientPorts) {
    for (const writer of writers) found.push(...(await writer.verify(port)));
  }
  return found.concat(await treesDiffer(ensemble.clientPorts));
}

/**
 * Kills the leader `kills` times at random moments while eight clients write, and checks that every acknowledged write
 * is there through every server, versions are consecutive, no session is lost and all servers have the same tree.
 *
 * @param expectKind checks that the servers are what the configuration asked for
 */
export async function killLeaders(
  kills: number,
  options: EnsembleOptions = {},
  expectKind: (ensemble: Ensemble) => void | Promise<void> = () => {},
): Promise<void> {
  const ensemble = await Ensemble.start({ ...options, config: { tickTime: TICK_MS, ...options.config } });
  try {
    await expectKind(ensemble);
    const writers = await startWriters(ensemble);
    const failovers: number[] = [];
    for (let i = 0; i < kills; i++) {
      const leader = await ensemble.waitForAll();
      await waitForWrites(ensemble, writers, 20 + Math.floor(Math.random() * 600));
      await ensemble.kill(leader);
      const began = performance.now();
      await waitForWrites(ensemble, writers, 1);
      failovers.push(performance.now() - began);
      await ensemble.waitForLeader([leader]);
      ensemble.start(leader);
    }
    await ensemble.waitForAll();
    await waitForWrites(ensemble, writers, 50);
    const wrong = await verifyWriters(ensemble, writers);
    const unknown = total(writers, (writer) => writer.unknown);
    const acknowledged = total(writers, (writer) => writer.acknowledged);
    const middle = failovers.sort((a, b) => a - b)[failovers.length >> 1]!;
    console.log(
      `${kills} leader kills: ${acknowledged} writes acknowledged, ${unknown} unknown, first write after a kill: ` +
        `median ${middle.toFixed(0)} ms, worst ${failovers.at(-1)!.toFixed(0)} ms`,
    );
    expect(wrong, wrong.length > 0 ? await ensemble.report() : '').toEqual([]);
    // Without writes under way at the kills, the test would have tested nothing.
    expect(unknown).toBeGreaterThanOrEqual(kills);
  } finally {
    await ensemble.dispose();
  }
}
