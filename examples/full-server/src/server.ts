import {
  type CreateServerOptions,
  createServer,
  fileStorage,
  type QuorateServer,
  standardNodeTypes,
  tcp,
} from '@quorate/compose';
import { lease } from './lease.js';

/** A server that keeps its data under `directory` and knows one node type more than ZooKeeper. */
export function startServer(
  id: number,
  ensemble: CreateServerOptions['ensemble'],
  directory: string,
): Promise<QuorateServer> {
  return createServer({
    id,
    ensemble,
    transport: tcp(),
    storage: fileStorage(directory),
    nodeTypes: [...standardNodeTypes, lease(10_000)],
    childTypes: { '/leases': 'lease' },
    settings: { fourLetterWords: ['*'] },
    onNotice: (text) => console.error(text),
  });
}
