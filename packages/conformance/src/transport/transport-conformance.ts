import type { Runner } from '../runner.js';
import { backPressureTests } from './back-pressure.js';
import { Bench, type TransportConformanceOptions, type TransportTest } from './bench.js';
import { dialTests } from './dialling.js';
import { endingTests } from './ending.js';
import { listenTests } from './listening.js';
import { orderTests } from './order.js';

/**
 * The conformance kit for {@link Transport}: every clause T-1 … T-13 that can be seen from outside, against real
 * connections between the subject and itself. Tests are independent; each makes and disposes its own subject.
 */
export function transportConformance(runner: Runner, options: TransportConformanceOptions): void {
  const test: TransportTest = (title, body) =>
    runner.test(title, async () => {
      const bench = new Bench(await options.create(), options.patienceMs);
      try {
        await body(bench);
        await bench.finish();
      } finally {
        await bench.dispose();
      }
    });
  runner.describe(`transport conformance: ${options.name}`, () => {
    listenTests(test);
    dialTests(test);
    orderTests(test);
    backPressureTests(test);
    endingTests(test);
  });
}
