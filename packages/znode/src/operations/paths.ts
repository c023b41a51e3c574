import { validatePath } from '@quorate/protocol';
import type { PathReader } from '../tree/path-reader.js';

/** Whether the path last read is a legal one; that of a node that exists needs no look. */
export function isValid(path: PathReader): boolean {
  return path.handle >= 0 || validatePath(path.path) === undefined;
}

/** What creates and deletes check before anything else: a slash somewhere and no NUL (spec §2.2). */
export function isRawPath(path: string): boolean {
  return path.includes('/') && !path.includes('\0');
}

/** Nodes that nobody may delete (T33). */
export function isSpecial(path: string): boolean {
  return path === '/' || path === '/zookeeper' || path === '/zookeeper/quota' || path === '/zookeeper/config';
}
