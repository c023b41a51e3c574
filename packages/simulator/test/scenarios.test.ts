import type { Operation, SimServer } from '@quorate/simulator';
import { describe, expect, test } from 'vitest';
import { Scenario } from './support/scenario.js';

/** A leader that alone has the newest writes in its log, and is down; the others have another leader. */
async function loneTail(scenario: Scenario): Promise<{ old: SimServer; lost: Operation[] }> {
  await scenario.write(scenario.leader, 10);
  const old = scenario.leader;
  const before = old.ghost.disk.last;
  scenario.cut(old, 'out');
  const lost = scenario.unconditional(scenario.submit(old, 20));
  await scenario.until(() => old.ghost.disk.durable > before);
  old.crash('process');
  await scenario.until(() => scenario.ensemble.leader !== undefined);
  return { old, lost };
}

describe.each(['model', 'file'] as const)('with the %s store', (storage) => {
  test('three servers elect a leader and all apply what any of them is asked to write', async () => {
    const scenario = await Scenario.started({ storage });
    for (const server of scenario.ensemble.servers) await scenario.write(server, 10);
    await scenario.converge();
    expect(scenario.ensemble.ghost.committed.length).toBeGreaterThan(10);
  });

  test('a single voter serves, and keeps everything over a power loss', async () => {
    const scenario = await Scenario.started({ storage, voters: 1 });
    await scenario.write(scenario.leader, 30);
    const committed = scenario.ensemble.ghost.committed.length;
    scenario.leader.crash('power');
    await scenario.converge();
    await scenario.write(scenario.leader, 5);
    expect(scenario.ensemble.ghost.committed.length).toBeGreaterThan(committed);
  });

  test('DIFF: a follower that was away gets what it missed', async () => {
    const scenario = await Scenario.started({ storage });
    const [away] = scenario.followers;
    away!.crash('power');
    const before = away!.counters;
    await scenario.write(scenario.leader, 50);
    await scenario.converge();
    expect(away!.counters).toMatchObject({ diffs: before.diffs + 1, truncs: before.truncs, snaps: before.snaps });
  });

  test('TRUNC: a tail that only a deposed leader has is cut off, nothing else', async () => {
    const scenario = await Scenario.started({ storage });
    const { old, lost } = await loneTail(scenario);
    const committed = scenario.ensemble.ghost.lastCommitted;
    await scenario.converge();
    expect(scenario.ensemble.ghost.lastCommitted).toBe(committed);
    expect(old.counters.truncs).toBe(1);
    expect(lost.length).toBeGreaterThan(5);
    expect(lost.map(({ outcome }) => outcome)).toEqual(lost.map(() => 'unknown'));
    expect(lost.filter((operation) => scenario.isCommitted(operation))).toEqual([]);
  });

  test('TRUNC, then DIFF: the deposed leader gets what the others wrote meanwhile', async () => {
    const scenario = await Scenario.started({ storage });
    const { old, lost } = await loneTail(scenario);
    await scenario.write(scenario.leader, 40);
    await scenario.converge();
    expect(old.counters).toMatchObject({ truncs: 1, snaps: 0 });
    expect(lost.some((operation) => scenario.isCommitted(operation))).toBe(false);
    await scenario.write(old, 5);
  });

  test('a tail that one follower has too survives when that follower is elected', async () => {
    const scenario = await Scenario.started({ storage });
    await scenario.write(scenario.leader, 10);
    const old = scenario.leader;
    const [reached, other] = scenario.followers;
    const { network } = scenario.ensemble;
    // The leader reaches one follower and hears from nobody: it cannot commit.
    network.link(old.host, other!.host).cut = true;
    scenario.cut(old, 'in');
    const before = reached!.ghost.disk.last;
    const kept = scenario.unconditional(scenario.submit(old, 5));
    await scenario.until(() => reached!.ghost.disk.durable > before);
    old.crash('power');
    await scenario.until(() => scenario.ensemble.leader !== undefined);
    expect(scenario.leader).toBe(reached);
    await scenario.converge();
    expect(kept.every(({ outcome }) => outcome === 'unknown')).toBe(true);
    expect(kept.some((operation) => scenario.isCommitted(operation))).toBe(true);
  });

  test('SNAP: a follower whose gap is no longer in the log gets a snapshot and the rest', async () => {
    const scenario = await Scenario.started({
      storage,
      snapshot: { every: 20, retain: 1 },
      limits: { tailBytes: 1000 },
    });
    await scenario.write(scenario.leader, 5);
    const [away] = scenario.followers;
    away!.crash('power');
    const missed = scenario.ensemble.ghost.lastCommitted;
    for (let i = 0; i < 100 && scenario.leader.ghost.disk.base <= missed; i++)
      await scenario.write(scenario.leader, 100);
    expect(scenario.leader.ghost.disk.base).toBeGreaterThan(missed);
    await scenario.run(1000);
    await scenario.converge();
    expect(away!.counters.snaps).toBe(1);
    await scenario.write(away!, 5);
  });

  test('observers follow and serve, and never count: two of three voters down stop writes whatever observers are up', async () => {
    const scenario = await Scenario.started({ storage, observers: 2 });
    const [, , , observer] = scenario.ensemble.servers;
    await scenario.write(observer!, 10);
    const [one, two] = scenario.followers;
    one!.crash('process');
    two!.crash('process');
    scenario.submit(scenario.leader, 5);
    await scenario.run(3000);
    expect(scenario.ensemble.leader).toBeUndefined();
    await scenario.converge();
    await scenario.write(observer!, 5);
  });

  test('a leader back from a pause answers nothing it read afterwards and joins the new leader', async () => {
    const scenario = await Scenario.started({ storage });
    await scenario.write(scenario.leader, 10);
    const old = scenario.leader;
    old.pause();
    const late = scenario.submit(old, 10);
    await scenario.until(() => scenario.ensemble.leader !== old && scenario.ensemble.leader !== undefined);
    await scenario.write(scenario.leader, 10);
    old.resume();
    await scenario.until(() => late.every(({ outcome }) => outcome !== 'pending'));
    expect(late.filter(({ outcome }) => outcome === 'ok' || outcome === 'refused')).toEqual([]);
    await scenario.converge();
    expect(scenario.leader).not.toBe(old);
  });

  test('a voter with a new, empty disk is brought back by the majority', async () => {
    const scenario = await Scenario.started({ storage });
    await scenario.write(scenario.leader, 40);
    const [wiped] = scenario.followers;
    wiped!.crash('power');
    wiped!.wipe();
    await scenario.converge();
    await scenario.write(wiped!, 5);
  });

  test.each([false, true])(
    'under load without faults nobody changes its role; clocks drifting: %s',
    async (drifting) => {
      const rates = [1000, 500, 2000, 1500, 700];
      const scenario = await Scenario.started({
        storage,
        voters: 3,
        observers: 2,
        snapshot: { every: 50, retain: 2 },
        driftOf: (id) => ({ rateIn1000: drifting ? rates[id - 1]! : 1000, offsetMs: id * 1000, wallMs: 0 }),
      });
      const elections = scenario.ensemble.servers.map(({ counters }) => counters.elections);
      for (let i = 0; i < 100; i++) {
        for (const server of scenario.ensemble.servers) scenario.submit(server, 3);
        await scenario.run(300);
      }
      expect(scenario.ensemble.servers.map(({ counters }) => counters.elections)).toEqual(elections);
      expect(scenario.ensemble.ghost.operations.every(({ outcome }) => outcome === 'ok' || outcome === 'refused')).toBe(
        true,
      );
    },
  );

  test('everything loses power at once, over and over: what was acknowledged is there', async () => {
    const scenario = await Scenario.started({ storage, snapshot: { every: 15, retain: 2 } });
    for (let round = 0; round < 6; round++) {
      await scenario.write(scenario.leader, 10);
      scenario.submit(scenario.leader, 10);
      await scenario.run(round);
      for (const server of scenario.ensemble.servers) server.crash('power');
      await scenario.run(50);
      await scenario.converge();
    }
  });
});
