import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ROOT } from './workspaces.mjs';

/** The parts of the suite, each with its own bound in minutes. A test file belongs to the first part whose pattern its path matches. */
const PARTS = [
  { name: 'fuzz', minutes: 2, pattern: /fuzz[^/]*\.test\.ts$/ },
  { name: 'planted-bugs', minutes: 5, pattern: /planted[^/]*\.test\.ts$|\/planted[^/]*\// },
  { name: 'simulation', minutes: 5, pattern: /^packages\/simulator\// },
  { name: 'kill', minutes: 8, pattern: /^test\/kill\// },
  { name: 'interop', minutes: 8, pattern: /^test\/interop\// },
  { name: 'unit', minutes: 4, pattern: /^(packages|adapters)\/|^test\/architecture\// },
  { name: 'rest', minutes: 5, pattern: /./ },
];

/** What runs first is what fails fastest. */
const ORDER = ['unit', 'fuzz', 'simulation', 'planted-bugs', 'rest', 'kill', 'interop'];

/**
 * One part with the test files found for it.
 * @typedef {object} Part
 * @property {string} name
 * @property {number} minutes
 * @property {string[]} files relative to the root, with `/`
 */

/** Every part that has test files, in the order in which they run. @returns {Part[]} */
export function testParts() {
  const parts = new Map(PARTS.map(({ name, minutes }) => [name, { name, minutes, files: [] }]));
  for (const file of testFiles()) parts.get(PARTS.find(({ pattern }) => pattern.test(file)).name).files.push(file);
  return ORDER.map((name) => parts.get(name)).filter((part) => part.files.length > 0);
}

function testFiles() {
  const folders = ['packages', 'adapters', 'examples'].flatMap((group) =>
    list(join(ROOT, group)).map((name) => join(ROOT, group, name, 'test')),
  );
  return [...folders, join(ROOT, 'test')]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true })
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => relative(ROOT, join(folder, name)).split(sep).join('/')),
    )
    .sort();
}

function list(folder) {
  return existsSync(folder) ? readdirSync(folder) : [];
}
