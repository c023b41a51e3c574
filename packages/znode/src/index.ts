export { AclPolicy, type AclPolicyOptions } from './acl/acl-policy.js';
export {
  type AclScheme,
  digestScheme,
  ipScheme,
  saslScheme,
  standardAclSchemes,
  x509Scheme,
} from './acl/acl-schemes.js';
export { digestId, makeIdentity, withId } from './acl/identity.js';
export type {
  AuthId,
  Identity,
  ReadOperations,
  SessionInfo,
  SessionListener,
  TxnResult,
  WatchEventType,
  Watcher,
} from './api.js';
export { type ContainerOptions, containerType } from './node-types/container.js';
export { ephemeral } from './node-types/ephemeral.js';
export type { CreateInfo, CreateSelector, NodeType, NodeView, OwnerBits, WriteInfo } from './node-types/node-type.js';
export { persistent } from './node-types/persistent.js';
export { sequential } from './node-types/sequential.js';
export { makeStandardNodeTypes, standardNodeTypes } from './node-types/standard-node-types.js';
export { ttl } from './node-types/ttl.js';
export { isWriteOperation } from './operations/write-operations.js';
export { type EnvelopeHead, readEnvelope, writeEnvelope } from './request-envelope.js';
export { sessionHi, sessionIdOf, sessionLo } from './sessions/session-id.js';
export type { SessionTable } from './sessions/session-table.js';
export { TXN_CREATE_TYPED } from './txn/create-record.js';
export { PERSISTENT, RECURSIVE, STANDARD } from './watches/watch-set.js';
export type { WatchTable, WatchVisitor } from './watches/watch-table.js';
export { type ZNodeOptions, znodeStateMachine } from './znode-factory.js';
export { ZNodeStateMachine } from './znode-state-machine.js';
