import type { ByteReader } from '@quorate/interfaces';
import { readCloseSessionTxn, writeCloseSessionTxn } from '@quorate/protocol';
import type { ApplyScope } from '../apply/apply-scope.js';
import type { PendingNode } from '../prepare/pending-node.js';
import type { PrepareScope } from '../prepare/prepare-scope.js';
import { sessionIdOf } from '../sessions/session-id.js';
import { enterDelete } from './delete.js';
import type { WriteOperation } from './operation.js';

/**
 * closeSession, by the client or because the session expired. The txn names every node that goes (T39), in order of path;
 * one for a session that is unknown or closing names none and succeeds.
 */
export const closeSession: WriteOperation = {
  prepare(scope: PrepareScope): number {
    const paths = ephemeralsToBe(scope);
    for (const path of paths) {
      const node = scope.nodeAt(path);
      const parent = scope.parentOf(path);
      if (node !== undefined && parent !== undefined) enterDelete(scope, node, parent);
    }
    scope.sessions.set(scope.clientHi, scope.clientLo, false, scope.zxid);
    writeCloseSessionTxn(scope.txn, paths);
    return 0;
  },

  apply(scope: ApplyScope, record: ByteReader): void {
    const { clientHi, clientLo } = scope.header;
    const { tree, sessions } = scope.state;
    const paths = readCloseSessionTxn(record) ?? appliedEphemerals(scope);
    for (const path of paths) {
      const handle = tree.find(path);
      if (handle > 0) scope.deleteNode(handle);
    }
    if (sessions.close(clientHi, clientLo)) scope.sessionListener?.sessionClosed(sessionIdOf(clientHi, clientLo));
  },
};

/** The paths of a session's nodes, pending creates included and pending deletes left out. */
function ephemeralsToBe(scope: PrepareScope): string[] {
  const { tree, sessions } = scope.state;
  const { nodes } = scope;
  const paths: string[] = [];
  const bound = sessions.ephemerals(scope.clientHi, scope.clientLo);
  for (const handle of bound) {
    const path = tree.path(handle);
    const pending = nodes.latest(path, handle);
    if (pending === undefined || isBound(scope, pending)) paths.push(path);
  }
  if (nodes.bindings > 0) {
    nodes.forEachLatest((pending) => {
      if (isBound(scope, pending) && !bound.has(pending.handle)) paths.push(pending.path);
    });
  }
  return paths.sort();
}

function isBound(scope: PrepareScope, node: PendingNode): boolean {
  if (!node.exists || node.ownerHi !== scope.clientHi || node.ownerLo !== scope.clientLo) return false;
  return scope.state.types.get(node.type).sessionBound;
}

/** Only for records of old servers, which name no paths. */
function appliedEphemerals(scope: ApplyScope): string[] {
  const { tree, sessions } = scope.state;
  const { clientHi, clientLo } = scope.header;
  return Array.from(sessions.ephemerals(clientHi, clientLo), (handle) => tree.path(handle)).sort();
}
