/*
 * npm run build [-- --js] [-- --force]
 *
 * JavaScript by tsup (esbuild), declarations by `tsc -b`. Packages whose output is newer than their sources are skipped.
 *   --js     no declarations: enough to run
 *   --force  also what is up to date
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isStale, ROOT, workspaces } from './workspaces.mjs';

/** Makes sure that every package can run, in a process of its own so that the caller carries no compiler along. */
export function buildMissing() {
  if (!workspaces().some(isStale)) return;
  const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--js'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

async function buildJavaScript(force) {
  const wanted = workspaces().filter((workspace) => force || isStale(workspace));
  if (wanted.length === 0) return;
  const { build } = await import('tsup');
  const began = Date.now();
  const results = await Promise.allSettled(wanted.map((workspace) => build(configOf(workspace))));
  const failures = results.flatMap((result, i) =>
    result.status === 'rejected' ? [`${wanted[i].name}: ${result.reason?.message ?? result.reason}`] : [],
  );
  if (failures.length > 0) throw new Error(failures.join('\n'));
  for (const workspace of wanted) dropOlderThan(join(workspace.path, 'dist'), began);
  console.log(
    `built ${wanted.length} packages in ${Date.now() - began} ms: ${wanted.map((w) => basename(w.path)).join(' ')}`,
  );
}

/** @param {import('./workspaces.mjs').Workspace} workspace */
function configOf({ path, entries }) {
  return {
    config: false,
    silent: true,
    entry: entries.map((entry) => join(path, entry)),
    outDir: join(path, 'dist'),
    format: ['esm'],
    // Else it would depend on the package.json of the folder from which this was called.
    outExtension: () => ({ js: '.js' }),
    target: 'node20',
    platform: 'node',
    bundle: true,
    splitting: true,
    sourcemap: true,
    dts: false,
    clean: false,
    // Every bare import stays an import: other packages, npm dependencies and node: alike.
    skipNodeModulesBundle: true,
    external: [/^[^./]/],
    tsconfig: join(path, 'tsconfig.json'),
  };
}

/** Chunks of an earlier build; running processes have long loaded theirs. */
function dropOlderThan(folder, when) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    // Two seconds of slack for file systems with coarse time stamps.
    if (/\.js(\.map)?$/.test(name) && statSync(path).mtimeMs < when - 2000) rmSync(path);
  }
}

function buildDeclarations() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  return spawnSync(process.execPath, [tsc, '-b'], { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const flags = process.argv.slice(2);
  try {
    await buildJavaScript(flags.includes('--force'));
  } catch (error) {
    console.error(`The build failed: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
  process.exit(flags.includes('--js') ? 0 : buildDeclarations());
}
