/** Where a command writes and how it ends; tests bring their own. */
export interface Output {
  /** One line for people, on standard output. */
  line(text: string): void;
  /** One line about what went wrong, on standard error. */
  error(text: string): void;
}

export const processOutput: Output = {
  line: (text) => {
    process.stdout.write(`${text}\n`);
  },
  error: (text) => {
    process.stderr.write(`${text}\n`);
  },
};

/** The same output with the time before each line. */
export function stamped(output: Output, now: () => Date = () => new Date()): Output {
  return {
    line: (text) => output.line(`${now().toISOString()} ${text}`),
    error: (text) => output.error(`${now().toISOString()} ${text}`),
  };
}

export const EXIT_OK = 0;
/** It could not start or did not go on. */
export const EXIT_FAILED = 1;
/** It was called in a way it does not understand. */
export const EXIT_USAGE = 2;

/** What is wrong, as the user is to read it: one line, no stack. */
export class CommandFailure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT_FAILED, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
  }
}
