import type { FileSystem } from '@quorate/interfaces';

/** `ENOENT` and the like; empty when the error has no code. */
export function errorCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : '';
}

/** The directories whose entries lead to `path`: `a/b/c` gives `.`, `a`, `a/b`. */
function ancestors(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const root = path.startsWith('/') ? '/' : '.';
  const found = [root];
  for (let i = 1; i < parts.length; i++) {
    const joined = parts.slice(0, i).join('/');
    found.push(root === '/' ? `/${joined}` : joined);
  }
  return found;
}

const NOT_OURS = new Set(['EACCES', 'EPERM', 'ENOENT']);

/** Creates a directory and its parents and makes their names durable. A parent we may not open was not made by us. */
export async function makeDirectory(fileSystem: FileSystem, path: string): Promise<void> {
  await fileSystem.mkdir(path);
  for (const parent of ancestors(path)) {
    try {
      await fileSystem.syncDir(parent);
    } catch (error) {
      if (!NOT_OURS.has(errorCode(error))) throw error;
    }
  }
}
