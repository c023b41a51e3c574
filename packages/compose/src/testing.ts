import { TestEnsemble, type TestEnsembleOptions } from './test-ensemble.js';

export { TestEnsemble, type TestEnsembleOptions } from './test-ensemble.js';

/**
 * Starts an ensemble inside this process, for tests of what uses one, and waits until all its servers serve.
 * @throws QuorateError `NOT_SERVING` when they do not in time, `BAD_CONFIG`
 */
export function startTestEnsemble(options: TestEnsembleOptions = {}): Promise<TestEnsemble> {
  return TestEnsemble.start(options);
}
