import { formatZxid } from '@quorate/interfaces';
import { javaAddress } from '../net/addresses.js';
import { shortOpName } from '../pipeline/operations.js';
import { formatSessionId } from '../sessions/session-id.js';
import { ZOOKEEPER_VERSION } from '../version.js';
import { type ConnectionView, javaDouble, modeOf, type ServerView } from './view.js';

/** Java's selection key bits: 1 reads. */
function interestOps({ heldBack }: ConnectionView): string {
  return heldBack ? '0' : '1';
}

function brief(connection: ConnectionView): string {
  const { remote, queued, figures } = connection;
  return ` ${javaAddress(remote)}[${interestOps(connection)}](queued=${queued},recved=${figures.received},sent=${figures.sent}`;
}

function full(connection: ConnectionView): string {
  if (!connection.hasSession) return `${brief(connection)})`;
  const { figures, sessionId, establishedAt, timeoutMs } = connection;
  const { latency } = figures;
  const fields = [
    `sid=${formatSessionId(sessionId)}`,
    `lop=${shortOpName(figures.lastOpcode)}`,
    `est=${establishedAt}`,
    `to=${timeoutMs}`,
    `lcxid=0x${(figures.lastCxid >>> 0).toString(16)}`,
    `lzxid=0x${Math.max(figures.lastZxid, 0).toString(16)}`,
    `lresp=${Math.floor(figures.lastResponseAt)}`,
    `llat=${Math.floor(figures.lastLatency)}`,
    `minlat=${latency.min}`,
    `avglat=${Math.floor(latency.average)}`,
    `maxlat=${latency.max}`,
  ];
  return `${brief(connection)},${fields.join(',')})`;
}

/** `srvr`, and `stat` with the connections (zk-client-spec 3.1). */
function summary(view: ServerView, withClients: boolean): string {
  const { stats, tree, engine } = view.context;
  const { latency } = stats;
  const lines = [`Zookeeper version: ${ZOOKEEPER_VERSION}`];
  if (withClients) {
    lines.push('Clients:');
    for (const connection of view.connections()) lines.push(`${brief(connection)})`);
    lines.push('');
  }
  lines.push(
    `Latency min/avg/max: ${latency.min}/${javaDouble(latency.average)}/${latency.max}`,
    `Received: ${stats.packetsReceived}`,
    `Sent: ${stats.packetsSent}`,
    `Connections: ${view.connectionCount}`,
    `Outstanding: ${stats.outstanding}`,
    `Zxid: ${formatZxid(tree.lastApplied)}`,
    `Mode: ${modeOf(view)}`,
    `Node count: ${tree.nodeCount}`,
  );
  if (!view.standalone && engine.status.role === 'leading') lines.push('Proposal sizes last/min/max: -1/-1/-1');
  return `${lines.join('\n')}\n`;
}

export function srvr(view: ServerView): string {
  return summary(view, false);
}

export function stat(view: ServerView): string {
  return summary(view, true);
}

export function cons(view: ServerView): string {
  let text = '';
  for (const connection of view.connections()) text += `${full(connection)}\n`;
  return `${text}\n`;
}

export function crst(view: ServerView): string {
  for (const { figures } of view.connections()) {
    figures.received = 0;
    figures.sent = 0;
    figures.lastOpcode = 0;
    figures.lastCxid = 0;
    figures.lastZxid = 0;
    figures.lastResponseAt = 0;
    figures.lastLatency = 0;
    figures.latency.reset();
  }
  return 'Connection stats reset.\n';
}

export function srst(view: ServerView): string {
  view.context.stats.reset();
  return 'Server stats reset.\n';
}

export function ruok(): string {
  return 'imok';
}

export function isro(view: ServerView): string {
  return view.context.serving ? 'rw' : 'null';
}
