import { readdirSync, readFileSync } from 'node:fs';
import { ZOOKEEPER_VERSION } from '../version.js';
import { javaDouble, modeOf, type ServerView } from './view.js';

type Line = readonly [key: string, value: number | string];

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return -1;
  }
}

function maxFiles(): number {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return limit ? Number(limit[1]) : -1;
  } catch {
    return -1;
  }
}

function gauges({ context, connectionCount, startedAt }: ServerView): Line[] {
  const { stats, tree, clock } = context;
  const { latency } = stats;
  return [
    ['avg_latency', javaDouble(latency.average)],
    ['max_latency', latency.max],
    ['min_latency', latency.min],
    ['packets_received', stats.packetsReceived],
    ['packets_sent', stats.packetsSent],
    ['num_alive_connections', connectionCount],
    ['outstanding_requests', stats.outstanding],
    ['uptime', Math.floor(clock.now() - startedAt)],
    ['znode_count', tree.nodeCount],
    ['watch_count', tree.watches.size],
    ['ephemerals_count', tree.ephemeralCount],
    ['approximate_data_size', tree.approximateDataSize],
    ['global_sessions', tree.sessions.size],
    ['local_sessions', 0],
    ['open_file_descriptor_count', openFiles()],
    ['max_file_descriptor_count', maxFiles()],
    ['connection_drop_probability', javaDouble(0)],
    ['auth_failed_count', stats.authFailed],
  ];
}

function quorumGauges({ context, standalone, voters }: ServerView): Line[] {
  if (standalone) return [];
  const { learners, status } = context.engine;
  const lines: Line[] = [['quorum_size', voters]];
  if (status.role !== 'leading') return lines;
  const synced = learners.filter((learner) => learner.synced);
  const followers = synced.filter(({ kind }) => kind === 'voter').length;
  lines.push(
    ['learners', learners.length],
    ['synced_followers', followers],
    ['synced_non_voting_followers', 0],
    ['synced_observers', synced.length - followers],
    ['pending_syncs', 0],
  );
  return lines;
}

function counters({ context }: ServerView): Line[] {
  const { stats, engine } = context;
  const { elections, diffs, truncs, snaps, snapshotsTaken, proposals, commits, syncs } = engine.counters;
  return [
    ['commit_count', commits],
    ['proposal_count', proposals],
    ['looking_count', elections],
    ['diff_count', diffs],
    ['trunc_count', truncs],
    ['snap_count', snaps],
    ['cnt_snapshottime', snapshotsTaken],
    ['cnt_fsynctime', syncs],
    ['connection_request_count', stats.connectionsMade],
    ['connection_rejected', stats.connectionsRejected],
    ['connection_revalidate_count', stats.revalidations],
    ['sessionless_connections_expired', stats.sessionlessExpired],
    ['stale_sessions_expired', stats.sessionsExpired],
  ];
}

/** `mntr`: metrics under ZooKeeper's names, one a line (zk-client-spec 3.2). */
export function mntr(view: ServerView): string {
  const { role, phase } = view.context.engine.status;
  const head: Line[] = [
    ['version', ZOOKEEPER_VERSION],
    ['server_state', modeOf(view)],
  ];
  if (!view.standalone) head.push(['peer_state', `${role} - ${phase}`]);
  return [...head, ...gauges(view), ...quorumGauges(view), ...counters(view)]
    .map(([key, value]) => `zk_${key}\t${value}\n`)
    .join('');
}
