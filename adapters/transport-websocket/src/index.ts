export type { WebSocketOptions } from './options.js';
export { websocket } from './websocket-transport.js';
