import { readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailure } from './output.js';

const NAME = 'quorate.lock';

/** When a process began, in the system's own unit; the empty string where that cannot be known. Tells a process from a later one of the same id. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; what follows it has fixed places.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the process that wrote a lock file still runs. */
function isHeld(content: string): boolean {
  const [pidText = '', start = ''] = content.trim().split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (!isAlive(pid)) return false;
  const now = startOf(pid);
  return start === '' || now === '' || start === now;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Creates the file, which must not exist. @returns false when it does */
function create(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a lock of a dead process out of the way. When another process was faster, its lock is put back. */
function removeStale(path: string, content: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readIfThere(aside) === content) unlinkSync(aside);
  else renameSync(aside, path);
}

const ATTEMPTS = 5;

/**
 * Keeps every other server of this machine out of a data directory, which must exist. A lock of a process that is no more is
 * taken over.
 * @returns releases the lock
 * @throws CommandFailure when a process that runs has it
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, NAME);
  const own = `${process.pid} ${startOf(process.pid)}\n`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (create(path, own)) {
      return () => {
        if (readIfThere(path) === own) unlinkSync(path);
      };
    }
    const content = readIfThere(path);
    if (content === undefined) continue;
    if (isHeld(content)) break;
    removeStale(path, content);
  }
  const holder = readIfThere(path)?.split(' ')[0]?.trim() ?? 'unknown';
  throw new CommandFailure(
    `the data directory ${directory} is in use by process ${holder}: stop that one, or choose another directory (the lock is ${path})`,
  );
}
