import { type ChildProcess, spawn } from 'node:child_process';

const OUTPUT_CHARS_MAX = 20_000;

/** What a command that ran to its end left behind. */
export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams, as they came. */
  readonly output: string;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process of ours: its latest output at hand, ended with this process at the latest. */
export class Child {
  readonly #process: ChildProcess;
  readonly #command: string;
  #output = '';
  #stdout = '';
  #stderr = '';
  /** Resolves when it has ended and all it wrote has been read. */
  readonly finished: Promise<Finished>;

  constructor(command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
    this.#command = [command, ...args].join(' ');
    this.#process = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    running.add(this.#process);
    this.#process.stdin!.on('error', () => {}); // It may end without having read everything.
    this.#process.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#keep(text);
    });
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#keep(text);
    });
    this.finished = new Promise((resolve) => {
      this.#process.on('error', (error) => {
        this.#keep(`${error.message}\n`);
        running.delete(this.#process);
        resolve(this.#finished(null, null));
      });
      this.#process.on('close', (status, signal) => {
        running.delete(this.#process);
        resolve(this.#finished(status, signal));
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  get alive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null && this.#process.pid !== undefined;
  }

  /** The last of what it wrote, for people. */
  get output(): string {
    return `$ ${this.#command}\n${this.#output}`;
  }

  /** Writes to its standard input. */
  type(text: string): void {
    this.#process.stdin!.write(text);
  }

  /** Writes to its standard input and closes that. */
  input(text: string): void {
    this.#process.stdin!.end(text);
  }

  /** Sends a signal; does nothing once it has ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.alive) this.#process.kill(signal);
  }

  /** Ends it and waits until it has ended. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.signal(signal);
    await this.finished;
  }

  #finished(status: number | null, signal: NodeJS.Signals | null): Finished {
    return { status, signal, stdout: this.#stdout, stderr: this.#stderr, output: this.#output };
  }

  #keep(text: string): void {
    this.#output = (this.#output + text).slice(-OUTPUT_CHARS_MAX);
  }
}

/** Runs a command to its end, for at most `seconds`; then it is killed and the status is null. */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string; seconds?: number } = {},
): Promise<Finished> {
  const child = new Child(command, args, options);
  child.input(options.input ?? '');
  const bound = setTimeout(() => child.signal('SIGKILL'), (options.seconds ?? 60) * 1000);
  const finished = await child.finished;
  clearTimeout(bound);
  return finished;
}
