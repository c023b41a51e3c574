import type { ByteWriter } from '@quorate/interfaces';
import type { Watcher } from '../api.js';
import type { SharedState } from '../shared-state.js';
import { OPEN_ACL_ID } from '../tree/acl-table.js';

/** Whether a connection has one of the permissions on a node of the applied tree. */
export function mayDo(state: SharedState, handle: number, perms: number, watcher: Watcher): boolean {
  const id = state.tree.aclId(handle);
  return id === OPEN_ACL_ID || state.policy.allows(state.tree.acls.get(id), perms, watcher.identity.ids);
}

/** The Stat of a node, as its type lets it be seen. */
export function writeNodeStat(state: SharedState, handle: number, out: ByteWriter): void {
  state.tree.writeStat(out, handle, state.types.get(state.tree.type(handle)).showsOwner);
}
