import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesUnder, ROOT, read, workspacePackages } from '../support/sources.js';

const LINES_MAX = 450;
const CODE = /\.(ts|mjs|js|py|sh|c)$/;
const TEXT = /\.(ts|mjs|js|py|sh|c|md|json|cfg)$/;

const FOLDERS = ['packages', 'adapters', 'examples', 'test', 'tools', 'docs', '.ci'];
const code = FOLDERS.flatMap((folder) => filesUnder(folder, CODE));
const text = [
  ...FOLDERS.flatMap((folder) => filesUnder(folder, TEXT)),
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
].filter((file) => existsSync(join(ROOT, file)));

/** Lines of the files that match, as `file:line`. */
function linesMatching(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}`] : [])),
  );
}

test(`no source file has more than ${LINES_MAX} lines`, () => {
  const sources = code.filter((file) => !file.includes('/zkload/'));
  expect(sources.filter((file) => read(file).split('\n').length - 1 > LINES_MAX)).toEqual([]);
});

test('nothing is left to be done later in a comment', () => {
  expect(linesMatching(code, /\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/)).toEqual([]);
});

test('no test is switched off or singled out', () => {
  const tests = code.filter((file) => file.endsWith('.test.ts'));
  expect(linesMatching(tests, /\b(test|it|describe)\.(only|skip|todo)\b/)).toEqual([]);
});

test('no path of one machine', () => {
  expect(linesMatching(text, /(^|[^A-Za-z0-9.@:/_-])\/(work|root|farm|home|Users)\//)).toEqual([]);
});

test('no suppression of the compiler without its reason beside it', () => {
  expect(linesMatching(code, /@ts-ignor[e]|@ts-nochec[k]|\bas any\b(?=\s*[;,)\]}.]|$)|eslint-disabl[e]/)).toEqual([]);
});

test('every file that the documentation names exists', () => {
  const documents = text.filter((file) => file.endsWith('.md') && !file.includes('/adr/'));
  const named = documents.flatMap((file) =>
    [...read(file).matchAll(/(?:packages|adapters|examples|test|tools)\/[\w./-]+\.(?:ts|mjs|md|py)/g)].map((match) => [
      file,
      match[0],
    ]),
  );
  expect(named.filter(([, path]) => !existsSync(join(ROOT, path!)))).toEqual([]);
});

test('links between documents lead somewhere', () => {
  const links = text
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => [
        file,
        posix.join(posix.dirname(file), match[1]!),
      ]),
    );
  expect(links.filter(([, path]) => !existsSync(join(ROOT, path!)))).toEqual([]);
});

test('the lock file names no registry host', () => {
  expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/);
});

describe.each(workspacePackages())('$name', ({ folder, manifest }) => {
  test('has a README that begins with its name, and the licence in its manifest', () => {
    expect(existsSync(join(ROOT, folder, 'README.md'))).toBe(true);
    expect(read(`${folder}/README.md`)).toContain(`# ${manifest.name}\n`);
    expect(manifest.license).toBe('Apache-2.0');
  });
});
