export { systemClock } from '@quorate/clock-system';
export { type MemoryStorage, memoryStorage } from '@quorate/store-memory';
export { type TcpOptions, tcp } from '@quorate/transport-tcp';
export { type WebSocketOptions, websocket } from '@quorate/transport-websocket';
export { standardNodeTypes } from '@quorate/znode';
export { type Binding, bind, bindValue } from './bind.js';
export { CompositionRoot } from './composition-root.js';
export { type CreateServerOptions, createServer } from './create-server.js';
export { DisposalStack } from './disposal-stack.js';
export { type EnsembleMember, membershipText, parseEnsemble } from './ensemble.js';
export { QuorateServer } from './quorate-server.js';
export { fileStorage, leveldb, type Storage } from './storage.js';
export {
  type AnyToken,
  CLOCK,
  LOG_STORE,
  PEER,
  PEER_TRANSPORT,
  type PeerFactory,
  SERVER,
  type ServiceOf,
  type ServiceToken,
  SNAPSHOT_STORE,
  STATE_MACHINE,
  TRANSPORT,
  token,
} from './tokens.js';
export { transportsByScheme } from './transports-by-scheme.js';
