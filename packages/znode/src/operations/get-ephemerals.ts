import { readString, writeStringVector } from '@quorate/protocol';
import { sessionHi, sessionLo } from '../sessions/session-id.js';
import type { ReadOperation } from './operation.js';

/** getEphemerals: those of the connection's own session whose path begins with the prefix; no ACL (spec §2.3). */
export const getEphemerals: ReadOperation = {
  execute(scope, body, watcher, out) {
    const { tree, sessions } = scope.state;
    const prefix = readString(body) ?? '';
    const all = prefix.trim() === '' || prefix === '/';
    const id = watcher.sessionId ?? 0n;
    const paths: string[] = [];
    for (const handle of sessions.ephemerals(sessionHi(id), sessionLo(id))) {
      const path = tree.path(handle);
      if (all || path.startsWith(prefix)) paths.push(path);
    }
    writeStringVector(out, paths.sort());
    return 0;
  },
};
