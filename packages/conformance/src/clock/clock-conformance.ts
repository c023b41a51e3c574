import type { Runner } from '../runner.js';
import { deferTests } from './defer.js';
import { readingTests } from './reading.js';
import { type ClockConformanceOptions, type ClockTest, Ticks } from './ticks.js';
import { timerTests } from './timers.js';

/** The conformance kit for `Clock`: clauses C-1 … C-7. Tests are independent; each makes and disposes its own subject. */
export function clockConformance(runner: Runner, options: ClockConformanceOptions): void {
  const test: ClockTest = (title, body) =>
    runner.test(title, async () => {
      const subject = await options.create();
      try {
        await body(new Ticks(subject));
      } finally {
        await subject.dispose?.();
      }
    });
  runner.describe(`clock conformance: ${options.name}`, () => {
    readingTests(test);
    timerTests(test);
    deferTests(test);
  });
}
