import {
  clockConformance,
  logStoreConformance,
  snapshotStoreConformance,
  transportConformance,
} from '@quorate/conformance';
import {
  type Later,
  ModelLog,
  ModelSnapshots,
  Prng,
  Scheduler,
  SimNetwork,
  SimProcess,
  SimTransport,
  steadyClock,
  VirtualClock,
} from '@quorate/simulator';
import { describe, test } from 'vitest';

/** What the simulator puts in the place of real adapters must keep the contracts that real ones keep. */
const runner = { describe, test: (title: string, body: () => Promise<void>) => test(title, body) };

/** A process whose events end only while it lives. */
function laterOf(process: { alive: boolean; failing: boolean }): Later {
  return (call, done) =>
    setImmediate(() => {
      if (process.alive) done(process.failing && call === 'datasync' ? new Error('injected') : undefined);
    });
}

for (const seed of [1, 2]) {
  transportConformance(runner, {
    name: `SimTransport, seed ${seed}`,
    create: async () => {
      const scheduler = new Scheduler();
      const process = new SimProcess('h', scheduler, new Prng(seed));
      const network = new SimNetwork(scheduler, new Prng(seed, 2));
      let over = false;
      const pump = async (): Promise<void> => {
        while (!over) await scheduler.runUntil(scheduler.now + 2000);
      };
      const pumping = pump();
      return {
        transport: new SimTransport(network, 'h', process),
        listenAddress: () => 'h:0',
        dispose: () => {
          over = true;
          return pumping;
        },
      };
    },
  });
}

clockConformance(runner, {
  name: 'VirtualClock',
  create: async () => {
    const scheduler = new Scheduler();
    const process = new SimProcess('h', scheduler, new Prng(1));
    return {
      clock: new VirtualClock(process, steadyClock(), new Prng(2)),
      pass: (ms) => scheduler.runUntil(scheduler.now + ms * 1000),
    };
  },
});

logStoreConformance(runner, {
  name: 'ModelLog',
  crashes: true,
  fails: true,
  create: async () => {
    const random = new Prng(4);
    let process = { alive: true, failing: false };
    let log: ModelLog | undefined;
    return {
      store: () => {
        process.alive = false;
        process = { alive: true, failing: process.failing };
        log = new ModelLog(random, laterOf(process), log?.remains);
        return log;
      },
      crash: () => {
        process.alive = false;
      },
      fail: () => {
        process.failing = true;
      },
    };
  },
});

snapshotStoreConformance(runner, {
  name: 'ModelSnapshots',
  crashes: true,
  create: async () => {
    const kept = new Map();
    let process = { alive: true, failing: false };
    return {
      store: () => {
        process.alive = false;
        process = { alive: true, failing: false };
        return new ModelSnapshots(laterOf(process), kept);
      },
      crash: () => {
        process.alive = false;
      },
    };
  },
});
