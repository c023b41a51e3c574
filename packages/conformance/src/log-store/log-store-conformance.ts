import type { Runner } from '../runner.js';
import { appendingTests } from './appending.js';
import { cuttingTests } from './cutting.js';
import { crashTests, historyTests } from './histories.js';
import { LogBench, type LogTest } from './log-bench.js';
import { openingTests } from './opening.js';
import { readingTests } from './reading.js';
import { retiringTests } from './retiring.js';
import type { LogStoreConformanceOptions } from './subject.js';
import { syncingTests } from './syncing.js';

/**
 * The conformance kit for {@link LogStore}: clauses LS-1 … LS-12. Tests are independent; each makes and disposes
 * its own subject. LS-4 needs to know how a store lays out its bytes and is left to the store's own tests.
 */
export function logStoreConformance(runner: Runner, options: LogStoreConformanceOptions): void {
  const test: LogTest = (title, body) =>
    runner.test(title, async () => {
      const bench = new LogBench(await options.create(), options.patienceMs);
      try {
        await body(bench);
        bench.finish();
      } finally {
        await bench.dispose();
      }
    });
  const histories = options.histories ?? 10;
  runner.describe(`log store conformance: ${options.name}`, () => {
    openingTests(test);
    appendingTests(test);
    cuttingTests(test);
    readingTests(test);
    retiringTests(test);
    syncingTests(test, options.fails ?? false);
    historyTests(test, histories);
    if (options.crashes ?? false) crashTests(test, histories);
  });
}
