import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../support/child.js';
import { ROOT, read } from '../support/sources.js';

test('the README’s example prints what the README says', async () => {
  const [, code, output] = /```js\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/.exec(read('README.md'))!;
  // In the root, where its imports are found; a name of its own for every run.
  const file = join(ROOT, `example-${process.pid}.mjs`);
  writeFileSync(file, code!);
  try {
    const { status, stdout, output: all } = await run(process.execPath, [file], { cwd: ROOT, seconds: 30 });
    expect({ status, stdout }, all).toEqual({ status: 0, stdout: output });
  } finally {
    rmSync(file);
  }
});
