import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  filesUnder,
  findCycle,
  importsOf,
  ROOT,
  type WorkspacePackage,
  workspacePackages,
} from '../support/sources.js';

const PACKAGES = workspacePackages();
const BUILTINS = new Set(builtinModules);
const EVERYTHING = PACKAGES.map(({ name }) => name);
const ADAPTERS = PACKAGES.filter(({ folder }) => folder.startsWith('adapters/')).map(({ name }) => name);
const q = (...names: string[]) => names.map((name) => `@quorate/${name}`);

/** Who may import whom; whoever is not named here may import `interfaces` alone. */
const ALLOWED = new Map<string, readonly string[]>([
  ['@quorate/interfaces', []],
  ['@quorate/protocol', q('interfaces')],
  ['@quorate/zab', q('interfaces')],
  ['@quorate/znode', q('interfaces', 'protocol')],
  ['@quorate/client', q('interfaces', 'protocol')],
  ['@quorate/server', q('interfaces', 'protocol', 'zab', 'znode')],
  ['@quorate/conformance', q('interfaces', 'znode')],
  ['@quorate/compose', [...q('interfaces', 'protocol', 'zab', 'znode', 'client', 'server'), ...ADAPTERS]],
  ['@quorate/simulator', EVERYTHING.filter((name) => name !== '@quorate/cli')],
  ['@quorate/cli', EVERYTHING],
  // The two databases are configurations of one store over abstract-level.
  ['@quorate/store-memory', q('interfaces', 'store-level')],
  ['@quorate/store-leveldb', q('interfaces', 'store-level')],
]);

function allowedFor({ name, folder }: WorkspacePackage): readonly string[] {
  return folder.startsWith('examples/') ? EVERYTHING : (ALLOWED.get(name) ?? q('interfaces'));
}

const isRelative = (specifier: string) => specifier.startsWith('.');
const isBuiltin = (specifier: string) => specifier.startsWith('node:') || BUILTINS.has(specifier);
/** The package part of a bare specifier. */
const packageOf = (specifier: string) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

function sourcesOf({ folder }: WorkspacePackage): string[] {
  return filesUnder(`${folder}/src`, /\.ts$/);
}

/** Each bare, not built-in import of the files, as `[file, specifier]`. */
function bareImports(files: readonly string[]): [file: string, specifier: string][] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => !isRelative(specifier) && !isBuiltin(specifier))
      .map((specifier): [string, string] => [file, specifier]),
  );
}

/** The source file that a relative import of `file` means. */
function resolveRelative(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts');
}

describe.each(PACKAGES)('$name', (pkg) => {
  const sources = sourcesOf(pkg);
  const tests = filesUnder(`${pkg.folder}/test`, /\.ts$/);

  test('imports only packages that the architecture allows it', () => {
    const allowed = allowedFor(pkg);
    const wrong = bareImports(sources).filter(
      ([, specifier]) => specifier.startsWith('@quorate/') && !allowed.includes(packageOf(specifier)),
    );
    expect(wrong).toEqual([]);
  });

  test('imports other packages through what they export, never deep', () => {
    const exported = new Set(
      PACKAGES.flatMap(({ name, manifest }) =>
        Object.keys(manifest.exports ?? {}).map((path) => posix.join(name, path)),
      ),
    );
    const wrong = bareImports([...sources, ...tests]).filter(
      ([, specifier]) => specifier.startsWith('@quorate/') && !exported.has(specifier),
    );
    expect(wrong).toEqual([]);
  });

  test('has relative imports that stay inside it, exist and end in .js', () => {
    const wrong = [...sources, ...tests].flatMap((file) =>
      importsOf(file)
        .filter(isRelative)
        .filter((specifier) => {
          const target = resolveRelative(file, specifier);
          const home = file.startsWith(`${pkg.folder}/src/`) ? `${pkg.folder}/src/` : `${pkg.folder}/`;
          return !target.startsWith(home) || !specifier.endsWith('.js') || !existsSync(join(ROOT, target));
        })
        .map((specifier) => [file, specifier]),
    );
    expect(wrong).toEqual([]);
  });

  test('does not import its own barrel or itself by name', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter((specifier) =>
          isRelative(specifier)
            ? resolveRelative(file, specifier) === `${pkg.folder}/src/index.ts`
            : packageOf(specifier) === pkg.name,
        )
        .map((specifier) => [file, specifier]),
    );
    expect(wrong).toEqual([]);
  });

  test('has no import cycle between its files, type-only imports included', () => {
    const graph = new Map(
      sources.map((file) => [
        file,
        importsOf(file)
          .filter(isRelative)
          .map((to) => resolveRelative(file, to)),
      ]),
    );
    expect(findCycle(graph)).toBeUndefined();
  });

  test('declares the dependencies that its sources use, and no others', () => {
    const used = (files: readonly string[]) => new Set(bareImports(files).map(([, specifier]) => packageOf(specifier)));
    const needed = used(sources);
    // The tests of an example are part of what it shows.
    const welcome = pkg.folder.startsWith('examples/') ? used([...sources, ...tests]) : needed;
    const declared = Object.keys({ ...pkg.manifest.dependencies, ...pkg.manifest.peerDependencies });
    expect([...needed].filter((name) => !declared.includes(name))).toEqual([]);
    expect(declared.filter((name) => !welcome.has(name))).toEqual([]);
  });

  test('declares the workspace packages that its tests use', () => {
    const declared = { ...pkg.manifest.dependencies, ...pkg.manifest.devDependencies };
    const missing = bareImports(tests).filter(
      ([, specifier]) =>
        specifier.startsWith('@quorate/') && packageOf(specifier) !== pkg.name && !(packageOf(specifier) in declared),
    );
    expect(missing).toEqual([]);
  });

  if (pkg.name !== '@quorate/compose') {
    test('knows nothing of dependency injection', () => {
      expect(bareImports(sources).filter(([, specifier]) => packageOf(specifier) === 'typedi')).toEqual([]);
    });
  }
});

test('no import cycle between packages', () => {
  const graph = new Map(
    PACKAGES.map((pkg) => [
      pkg.name,
      bareImports(sourcesOf(pkg))
        .map(([, specifier]) => packageOf(specifier))
        .filter((name) => name !== pkg.name && EVERYTHING.includes(name)),
    ]),
  );
  expect(findCycle(graph)).toBeUndefined();
});

test('the cycle finder finds a cycle', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', []],
    ['d', ['b']],
  ]);
  expect(findCycle(graph)).toEqual(['b', 'd', 'b']);
  expect(
    findCycle(
      new Map([
        ['a', ['b', 'c']],
        ['b', ['c']],
      ]),
    ),
  ).toBeUndefined();
});
