import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { filesUnder, importsOf, parse } from '../support/sources.js';

/** Packages that run anywhere: in a browser, in virtual time, from one seed. */
const PURE = ['interfaces', 'protocol', 'zab', 'znode', 'client'];

/** What a pure package must be given instead of reaching for it. */
const PLATFORM = new Set([
  'Buffer',
  'process',
  'global',
  'require',
  'console',
  'Date',
  'performance',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
]);

/** Functions whose last digit depends on the machine. */
const INEXACT = new Set(
  'acos acosh asin asinh atan atan2 atanh cbrt cos cosh exp expm1 hypot log log10 log1p log2 pow sin sinh tan tanh'.split(
    ' ',
  ),
);

/** Where a platform's faster routine is picked when the module loads, with plain code as the fallback. */
const MAY_ASK_THE_PLATFORM = /^packages\/(interfaces\/src\/crc32|protocol\/src\/(.+\/)?utf8)\.ts$/;

/** What a file does that it must not, as `line: what`. */
function findings(file: string, source: ts.SourceFile, judge: (node: ts.Node) => string | undefined): string[] {
  const found: string[] = [];
  const walk = (node: ts.Node): void => {
    const what = judge(node);
    if (what !== undefined) {
      found.push(`${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${what}`);
    }
    ts.forEachChild(node, walk);
  };
  walk(source);
  return found;
}

/** Whether an identifier is a reference to something, not the name of a member. */
function isReference(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent)) return memberName(parent) !== node;
  if (ts.isPropertySignature(parent) || ts.isMethodSignature(parent)) return parent.name !== node;
  if (ts.isPropertyDeclaration(parent) || ts.isMethodDeclaration(parent)) return parent.name !== node;
  if (ts.isPropertyAssignment(parent) || ts.isEnumMember(parent)) return parent.name !== node;
  return true;
}

function memberName(node: ts.PropertyAccessExpression | ts.QualifiedName): ts.Node {
  return ts.isQualifiedName(node) ? node.right : node.name;
}

/** `Math.<name>` when the node is that. */
function mathMember(node: ts.Node): string | undefined {
  if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  return node.expression.text === 'Math' ? node.name.text : undefined;
}

function impurity(node: ts.Node): string | undefined {
  if (mathMember(node) === 'random') return 'Math.random';
  if (!ts.isIdentifier(node) || !isReference(node)) return undefined;
  return PLATFORM.has(node.text) ? node.text : undefined;
}

function asksThePlatform(node: ts.Node): string | undefined {
  return ts.isIdentifier(node) && node.text === 'globalThis' && isReference(node) ? 'globalThis' : undefined;
}

function coreImpurity(node: ts.Node): string | undefined {
  if (ts.isAwaitExpression(node)) return 'await';
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async';
  if (ts.isIdentifier(node) && node.text === 'Promise' && isReference(node)) return 'Promise';
  const member = mathMember(node);
  return member !== undefined && INEXACT.has(member) ? `Math.${member}` : undefined;
}

describe.each(PURE)('packages/%s', (name) => {
  const files = filesUnder(`packages/${name}/src`, /\.ts$/);

  test('has sources', () => expect(files.length).toBeGreaterThan(0));

  test('imports nothing of Node', () => {
    const wrong = files.flatMap((file) => importsOf(file).filter((specifier) => specifier.startsWith('node:')));
    expect(wrong).toEqual([]);
  });

  test('takes time, turns, chance and bytes from its surroundings by injection only', () => {
    expect(files.flatMap((file) => findings(file, parse(file), impurity))).toEqual([]);
  });

  test('asks the platform for a faster routine in named files only', () => {
    const others = files.filter((file) => !MAY_ASK_THE_PLATFORM.test(file));
    expect(others.flatMap((file) => findings(file, parse(file), asksThePlatform))).toEqual([]);
  });
});

test('the zab core is synchronous and exact: no promise, no await, no function whose result depends on the machine', () => {
  const files = filesUnder('packages/zab/src/core', /\.ts$/);
  expect(files.length).toBeGreaterThan(0);
  expect(files.flatMap((file) => findings(file, parse(file), coreImpurity))).toEqual([]);
});

test('the judges see what they look for', () => {
  const text = 'const a = Date.now(); x.process; Math.random(); async () => { await Promise.resolve(Math.log(1)); };';
  const source = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
  expect(findings('x', source, impurity)).toEqual(['x:1: Date', 'x:1: Math.random']);
  expect(findings('x', source, coreImpurity)).toEqual(['x:1: async', 'x:1: await', 'x:1: Promise', 'x:1: Math.log']);
});
