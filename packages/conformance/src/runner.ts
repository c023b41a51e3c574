/** The two functions a kit needs of a test runner: vitest's, `node:test`'s and most others' fit as they are. */
export interface Runner {
  describe(name: string, body: () => void): void;
  test(title: string, body: () => Promise<void>): void;
}

export interface CollectOptions {
  /** Which tests to run, by title; all by default. */
  readonly select?: (title: string) => boolean;
  /** Stops behind the first test that fails. */
  readonly stopAtFailure?: boolean;
}

/** How one test of a kit ended. */
export interface Outcome {
  /** The names of the groups around the test and its title, joined by ` > `. */
  readonly title: string;
  /** What the test threw; undefined when it passed. */
  readonly error: unknown;
}

/**
 * Runs what `register` registers, one test after the other, and tells how each ended: for kits run outside a test runner
 * and for tests of the kits themselves.
 */
export async function collect(
  register: (runner: Runner) => void,
  options: CollectOptions = {},
): Promise<readonly Outcome[]> {
  const groups: string[] = [];
  const tests: { readonly title: string; readonly body: () => Promise<void> }[] = [];
  register({
    describe: (name, body) => {
      groups.push(name);
      body();
      groups.pop();
    },
    test: (title, body) => {
      tests.push({ title: [...groups, title].join(' > '), body });
    },
  });
  const outcomes: Outcome[] = [];
  for (const { title, body } of tests) {
    if (options.select?.(title) === false) continue;
    try {
      await body();
      outcomes.push({ title, error: undefined });
    } catch (error) {
      outcomes.push({ title, error: error ?? new Error('the test threw nothing') });
      if (options.stopAtFailure) break;
    }
  }
  return outcomes;
}
