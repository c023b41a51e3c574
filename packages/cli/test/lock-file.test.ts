import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDirectory } from '../src/lock-file.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'quorate-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const lockPath = () => join(directory, 'quorate.lock');

test('a directory has one owner at a time', () => {
  const unlock = lockDirectory(directory);
  expect(() => lockDirectory(directory)).toThrow(`in use by process ${process.pid}`);
  unlock();
  expect(existsSync(lockPath())).toBe(false);
  lockDirectory(directory)();
});

test('the error says which directory, whose lock and what to do', () => {
  const unlock = lockDirectory(directory);
  expect(() => lockDirectory(directory)).toThrow(`${directory} is in use by process`);
  expect(() => lockDirectory(directory)).toThrow('stop that one, or choose another directory');
  unlock();
});

test('a lock of a process that is no more is taken over', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '0']);
  writeFileSync(lockPath(), `${pid} 12345\n`);
  const unlock = lockDirectory(directory);
  expect(readFileSync(lockPath(), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
  unlock();
});

test.runIf(existsSync('/proc/self/stat'))('a lock of an earlier process with the same id is taken over', () => {
  writeFileSync(lockPath(), `${process.pid} 1\n`);
  lockDirectory(directory)();
  expect(existsSync(lockPath())).toBe(false);
});

test.each(['', 'nonsense', '-5 1', '0 0'])('a lock file that names no process (%j) is taken over', (content) => {
  writeFileSync(lockPath(), content);
  lockDirectory(directory)();
});

test('whoever lost a lock does not remove its successor', () => {
  const unlock = lockDirectory(directory);
  writeFileSync(lockPath(), '1 1\n');
  unlock();
  expect(readFileSync(lockPath(), 'utf8')).toBe('1 1\n');
});
