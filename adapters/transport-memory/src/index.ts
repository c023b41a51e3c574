export { MemoryNetwork, type MemoryNetworkOptions, memoryNetwork } from './memory-network.js';
