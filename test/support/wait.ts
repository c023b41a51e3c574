/** How long a condition may take, and what to tell when it did not come about. */
export interface WaitOptions {
  /** Milliseconds; default 30,000. */
  readonly within?: number;
  /** Milliseconds between two looks; default 20. */
  readonly every?: number;
  /** More to say on failure, for example what the servers printed. */
  readonly explain?: () => string | Promise<string>;
}

/**
 * Looks again and again until `condition` gives something other than undefined or false, and returns it. An error that
 * the condition throws counts as "not yet" and is told at the deadline.
 *
 * @throws Error naming `what` when the time is up
 */
export async function waitUntil<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  options: WaitOptions = {},
): Promise<T> {
  const within = options.within ?? 30_000;
  const deadline = performance.now() + within;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= deadline) break;
    await pause(options.every ?? 20);
  }
  const explained = options.explain === undefined ? '' : `\n${await options.explain()}`;
  const because = last instanceof Error ? ` (${last.message})` : '';
  throw new Error(`not within ${within} ms: ${what}${because}${explained}`, { cause: last });
}

/** Lets time pass: where the passing of time is itself what a test is about (timeouts, load). */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
