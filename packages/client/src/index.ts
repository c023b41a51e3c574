export { type Acl, type CreateModeName, OPEN_ACL_UNSAFE, Perms, type Stat, ZkErrorCode } from '@quorate/protocol';
export {
  Client,
  type CreatedNode,
  connect,
  type NodeAcl,
  type NodeChildren,
  type NodeData,
  type WatchOptions,
} from './client.js';
export type { CreateOptions, Data } from './create.js';
export { isZkError, TransactionError, ZkError } from './errors.js';
export type { Auth, ClientOptions, SessionState, StateListener } from './options.js';
export { Transaction, type TransactionHost, type TransactionResult } from './transaction.js';
export type { WatchEvent, WatchEventType, Watcher } from './watch-table.js';
