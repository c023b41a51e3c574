import type { Watcher } from '@quorate/znode';
import { formatSessionId } from '../sessions/session-id.js';
import type { ServerView } from './view.js';

/** What each session's connection watches in the data table, which alone these words show (T75). */
function watched({ context }: ServerView): Map<string, string[]> {
  const bySession = new Map<string, string[]>();
  context.tree.watches.forEachDataWatch((path, { sessionId }: Watcher) => {
    if (sessionId === undefined) return;
    const id = formatSessionId(sessionId);
    const paths = bySession.get(id);
    if (paths === undefined) bySession.set(id, [path]);
    else paths.push(path);
  });
  for (const paths of bySession.values()) paths.sort();
  return bySession;
}

export function wchs(view: ServerView): string {
  const bySession = watched(view);
  const paths = new Set<string>();
  let total = 0;
  for (const watchedPaths of bySession.values()) {
    total += watchedPaths.length;
    for (const path of watchedPaths) paths.add(path);
  }
  return `${bySession.size} connections watching ${paths.size} paths\nTotal watches:${total}\n`;
}

export function wchc(view: ServerView): string {
  let text = '';
  for (const [id, paths] of watched(view)) {
    text += `${id}\n${paths.map((path) => `\t${path}\n`).join('')}`;
  }
  return `${text}\n`;
}

export function wchp(view: ServerView): string {
  const byPath = new Map<string, string[]>();
  for (const [id, paths] of watched(view)) {
    for (const path of paths) {
      const ids = byPath.get(path);
      if (ids === undefined) byPath.set(path, [id]);
      else ids.push(id);
    }
  }
  let text = '';
  for (const path of [...byPath.keys()].sort()) {
    text += `${path}\n${byPath
      .get(path)!
      .map((id) => `\t${id}\n`)
      .join('')}`;
  }
  return `${text}\n`;
}
