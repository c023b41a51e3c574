/*
 * npm test                         the whole suite, part by part, each within its own time
 * npm test -- --part=unit,fuzz     some parts (see test-parts.mjs)
 * npm run test:kill                many more leader kills than the suite has time for (--kills=N)
 * npm test -- <vitest arguments>   one vitest run, for example `npm test -- packages/zab -t ZAB-3`
 *
 * Needs Node and npm only: it builds what the integration tests start. Ends with the line `N passed, N failed, N skipped`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildMissing } from './build.mjs';
import { testParts } from './test-parts.mjs';
import { ROOT } from './workspaces.mjs';

const VITEST = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const scratch = mkdtempSync(join(tmpdir(), 'quorate-tests-'));
const totals = { passed: 0, failed: 0, skipped: 0 };
let exitCode = 1;
let interrupted = false;

process.on('exit', () => {
  rmSync(scratch, { recursive: true, force: true });
  // Whatever stopped this script, the line is there and tells the truth.
  if (exitCode !== 0 && totals.failed === 0) totals.failed = 1;
  process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
});

/** Runs vitest once, as a process group of its own that ends when the time is up. */
async function vitest(args, minutes, env = {}) {
  const summary = join(scratch, 'summary.json');
  rmSync(summary, { force: true });
  const child = spawn(process.execPath, [VITEST, 'run', '--passWithNoTests', ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    detached: true,
    env: { ...process.env, ...env, QUORATE_TEST_SUMMARY: summary },
  });
  const end = (signal) => {
    interrupted ||= signal !== 'SIGKILL';
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  const forward = { SIGINT: () => end('SIGINT'), SIGTERM: () => end('SIGTERM') };
  for (const [signal, handler] of Object.entries(forward)) process.on(signal, handler);
  const bound = setTimeout(() => {
    console.error(`\nnot finished after ${minutes} minutes: ended`);
    end('SIGKILL');
  }, minutes * 60_000);
  const status = await new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  clearTimeout(bound);
  // Servers that a timed-out test left behind.
  end('SIGKILL');
  for (const [signal, handler] of Object.entries(forward)) process.off(signal, handler);
  return count(existsSync(summary) ? JSON.parse(readFileSync(summary, 'utf8')) : undefined, status);
}

/** Adds up; a run that failed without a failed test (a crash, no time left) counts as one failure. */
function count(summary, status) {
  const { passed = 0, failed = 0, skipped = 0 } = summary ?? {};
  totals.passed += passed;
  totals.skipped += skipped;
  totals.failed += failed === 0 && status !== 0 ? 1 : failed;
  return status === 0 && failed === 0;
}

async function runParts(parts, rest, kills) {
  const lines = [];
  for (const part of parts) {
    if (interrupted) break;
    const began = Date.now();
    // A kill with its recovery takes some three seconds; each of three kinds of ensemble gets `kills` of them.
    const minutes = part.minutes + (part.name === 'kill' ? Math.ceil(kills / 2) : 0);
    console.log(`\n== ${part.name}: ${part.files.length} files, at most ${minutes} min`);
    const good = await vitest([...part.files, ...rest], minutes, kills > 0 ? { QUORATE_KILLS: String(kills) } : {});
    lines.push(
      `${part.name.padEnd(14)} ${((Date.now() - began) / 1000).toFixed(1).padStart(7)} s  ${good ? 'ok' : 'FAILED'}`,
    );
  }
  console.log(`\n${lines.join('\n')}`);
}

const args = process.argv.slice(2);
const wanted = args.filter((arg) => arg.startsWith('--part=')).flatMap((arg) => arg.slice(7).split(','));
const kills = Number(args.find((arg) => arg.startsWith('--kills='))?.slice(8) ?? 0);
const rest = args.filter((arg) => !/^--(part|kills)=/.test(arg));
const known = testParts();
const unknown = wanted.filter((name) => !known.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(
    `No tests in a part named ${unknown.join(', ')}; there are ${known.map((part) => part.name).join(', ')}`,
  );
  process.exit(2);
}
buildMissing();
const chosen = known.filter((part) => wanted.length === 0 || wanted.includes(part.name));
if (rest.length > 0 && wanted.length === 0) await vitest(rest, 60);
else await runParts(chosen, rest, kills);
exitCode = totals.failed === 0 && !interrupted ? 0 : 1;
process.exit(exitCode);
