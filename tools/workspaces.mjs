import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * One workspace of this repository.
 * @typedef {object} Workspace
 * @property {string} name the package's name
 * @property {string} path absolute
 * @property {string[]} entries source files that become `dist/<name>.js`, relative to the workspace
 */

/** Every workspace that has sources to build. @returns {Workspace[]} in the order of the root's `workspaces`, sorted within each */
export function workspaces() {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return manifest.workspaces
    .flatMap((pattern) => children(join(ROOT, pattern.replace(/\/\*$/, ''))))
    .filter((path) => existsSync(join(path, 'package.json')))
    .map((path) => {
      const own = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
      return { name: own.name, path, entries: entriesOf(path, own) };
    })
    .filter((workspace) => workspace.entries.length > 0);
}

/** What a package exports from its sources, and `src/main.ts` where there is one. */
function entriesOf(path, manifest) {
  const exported = Object.values(manifest.exports ?? {}).map((target) => target['@quorate/source']);
  return [...new Set([...exported, './src/index.ts', './src/main.ts'])]
    .filter((entry) => typeof entry === 'string' && existsSync(join(path, entry)))
    .map((entry) => entry.replace(/^\.\//, ''));
}

function children(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
}

/** Whether any output of a workspace is missing or older than a source. @param {Workspace} workspace */
export function isStale(workspace) {
  const newest = Math.max(
    newestIn(join(workspace.path, 'src')),
    statSync(join(workspace.path, 'package.json')).mtimeMs,
  );
  return workspace.entries.some((entry) => {
    const output = outputOf(workspace, entry);
    return !existsSync(output) || statSync(output).mtimeMs < newest;
  });
}

/** @param {Workspace} workspace @param {string} entry */
export function outputOf(workspace, entry) {
  return join(workspace.path, 'dist', entry.replace(/^src\//, '').replace(/\.ts$/, '.js'));
}

function newestIn(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    newest = Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return newest;
}
