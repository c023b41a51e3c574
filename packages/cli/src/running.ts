import type { Output } from './output.js';

/** How long a clean shutdown may take. */
const PATIENCE_MS = 10_000;

/**
 * Resolves when the process is asked to stop (SIGINT, SIGTERM); a second request, or a shutdown that takes too long, ends it
 * at once.
 */
export function untilStopped(output: Output): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (asked) {
        output.error(`${signal} again: ending at once`);
        process.exit(1);
      }
      asked = true;
      output.line(`${signal}: shutting down`);
      setTimeout(() => {
        output.error(`the shutdown took more than ${PATIENCE_MS} ms: ending at once`);
        process.exit(1);
      }, PATIENCE_MS).unref();
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
