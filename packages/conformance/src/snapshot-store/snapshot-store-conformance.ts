import type { Runner } from '../runner.js';
import { crashTests, historyTests } from './histories.js';
import { damageTests, readingTests } from './reading.js';
import { SnapshotBench, type SnapshotTest } from './snapshot-bench.js';
import type { SnapshotStoreConformanceOptions } from './subject.js';
import { writingTests } from './writing.js';

/** The conformance kit for {@link SnapshotStore}: clauses SS-1 … SS-9. Tests are independent; each makes its own subject. */
export function snapshotStoreConformance(runner: Runner, options: SnapshotStoreConformanceOptions): void {
  const test: SnapshotTest = (title, body) =>
    runner.test(title, async () => {
      const bench = new SnapshotBench(await options.create());
      try {
        await body(bench);
      } finally {
        await bench.dispose();
      }
    });
  const histories = options.histories ?? 10;
  runner.describe(`snapshot store conformance: ${options.name}`, () => {
    writingTests(test);
    readingTests(test);
    historyTests(test, histories);
    if (options.damages ?? false) damageTests(test);
    if (options.crashes ?? false) crashTests(test, histories);
  });
}
