import { ByteReader, ByteWriter } from '@quorate/interfaces';
import { OpCode, readStringVector } from '@quorate/protocol';
import type { ServerContext } from '../context.js';
import { formatSessionId } from '../sessions/session-id.js';
import type { ServerView } from './view.js';

function sessionsText({ tracker, context }: ServerView): string {
  if (!tracker.running) {
    const { sessions } = context.tree;
    const lines = [...sessions.ids()].map((id) => `${formatSessionId(id)}\t${sessions.get(id)?.timeoutMs ?? 0}ms\n`);
    return `Global Sessions(${sessions.size}):\n${lines.join('')}`;
  }
  const buckets = [...tracker.buckets()];
  const now = context.clock.wall();
  const lines = buckets.map(([inMs, ids]) => {
    const when = new Date(now + inMs).toUTCString();
    return `${ids.length} expire at ${when}:\n${ids.map((id) => `\t${formatSessionId(id)}\n`).join('')}`;
  });
  return `Session Sets (${buckets.length})/(${tracker.size}):\n${lines.join('')}`;
}

/** What a session owns, asked as its client would ask. */
function ephemeralsOf({ tree, nobody }: ServerContext, sessionId: bigint): string[] {
  const anyPrefix = new ByteWriter(4);
  anyPrefix.i32(-1);
  const out = new ByteWriter();
  const asker = { identity: nobody, sessionId, notify: () => {} };
  const err = tree.execute(OpCode.getEphemerals, new ByteReader(anyPrefix.peek()), asker, out);
  return err === 0 ? (readStringVector(new ByteReader(out.peek())) ?? []).sort() : [];
}

function ephemeralsText({ context }: ServerView): string {
  const owners: string[] = [];
  for (const id of context.tree.sessions.ids()) {
    const paths = ephemeralsOf(context, id);
    if (paths.length > 0) owners.push(`${formatSessionId(id)}:\n${paths.map((path) => `\t${path}\n`).join('')}`);
  }
  return `Sessions with Ephemerals (${owners.length}):\n${owners.join('')}`;
}

function connectionsText(view: ServerView): string {
  const lines: string[] = [];
  for (const { hasSession, sessionId, remote } of view.connections()) {
    if (hasSession) lines.push(`\t${formatSessionId(sessionId)} ${remote}\n`);
  }
  return `Connections dump:\nConnections Sets (${lines.length > 0 ? 1 : 0})/(${lines.length}):\n${lines.join('')}`;
}

/** `dump`: sessions by the time they end, what they own, and the connections (zk-client-spec 3.1). */
export function dump(view: ServerView): string {
  return `SessionTracker dump:\n${sessionsText(view)}ephemeral nodes dump:\n${ephemeralsText(view)}${connectionsText(view)}`;
}
