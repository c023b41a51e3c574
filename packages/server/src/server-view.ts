import type { Member } from '@quorate/zab';
import type { ServerContext } from './context.js';
import type { ConfigurationView, ServerView } from './four-letter-words/view.js';
import type { ClientConnection } from './net/client-connection.js';
import type { ClientListener } from './net/client-listener.js';
import type { SessionService } from './sessions/session-service.js';

export type ServerDescription = ConfigurationView;

function portOf(address: string): number {
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  return Number.isInteger(port) ? port : -1;
}

/** What the four-letter words may look at. @param listener not there yet when this is called */
export function serverView(
  context: ServerContext,
  sessions: SessionService,
  listener: () => ClientListener,
  members: readonly Member[],
  description: Partial<ServerDescription> = {},
): ServerView {
  const own = members.find(({ id }) => id === context.id);
  const startedAt = context.clock.now();
  return {
    context,
    startedAt,
    standalone: members.length === 1,
    voters: members.filter(({ kind }) => kind === 'voter').length,
    tracker: sessions.tracker,
    configuration: {
      clientPort: -1,
      dataDir: '',
      dataLogDir: '',
      initLimit: 10,
      syncLimit: 5,
      electionPort: portOf(own?.electionAddress ?? ''),
      quorumPort: portOf(own?.peerAddress ?? ''),
      observer: own?.kind === 'observer',
      membership: '',
      ...description,
    },
    get connectionCount() {
      return listener().count;
    },
    connections: (): Iterable<ClientConnection> => listener().connections,
  };
}
