import { transportConformance } from '@quorate/conformance';
import type { Clock } from '@quorate/interfaces';
import { describe, test } from 'vitest';
import { memoryNetwork } from '../src/index.js';

/** The few parts of a clock that a network uses, over the platform's. */
const clock: Clock = {
  now: () => performance.now(),
  wall: () => 0,
  timer: (fn) => {
    let timeout: NodeJS.Timeout | undefined;
    return {
      at: (when) => {
        clearTimeout(timeout);
        timeout = setTimeout(fn, when - performance.now());
      },
      cancel: () => clearTimeout(timeout),
    };
  },
  defer: (fn) => void setImmediate(fn),
  randomU32: () => 0,
};

for (const [name, network] of [
  ['transport-memory in microtasks', () => memoryNetwork(undefined, { endTimeoutMs: 1_000 })],
  ['transport-memory in turns of a clock', () => memoryNetwork(clock, { endTimeoutMs: 1_000 })],
] as const) {
  transportConformance(
    { describe, test },
    {
      name,
      create: async () => ({
        transport: network().transport(),
        listenAddress: () => 'localhost:0',
        dispose: () => {},
      }),
    },
  );
}
