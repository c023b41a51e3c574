interface Entry {
  readonly name: string;
  readonly dispose: () => Promise<void> | void;
}

/** Things to end, last made first. Each is awaited before the next; one that fails does not keep the others. */
export class DisposalStack implements AsyncDisposable {
  readonly #entries: Entry[] = [];
  #disposed: Promise<void> | undefined = undefined;

  /** @param name of what is ended, for the error when it fails */
  push(name: string, dispose: () => Promise<void> | void): void {
    this.#entries.push({ name, dispose });
  }

  /** Idempotent. @throws Error what was thrown; an AggregateError when several were */
  dispose(): Promise<void> {
    this.#disposed ??= this.#run();
    return this.#disposed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #run(): Promise<void> {
    const errors: Error[] = [];
    for (let entry = this.#entries.pop(); entry !== undefined; entry = this.#entries.pop()) {
      try {
        await entry.dispose();
      } catch (cause) {
        errors.push(new Error(`${entry.name} could not be ended: ${reason(cause)}`, { cause }));
      }
    }
    if (errors.length > 1) throw new AggregateError(errors, errors.map(({ message }) => message).join('; '));
    if (errors[0] !== undefined) throw errors[0];
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
