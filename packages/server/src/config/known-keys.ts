/** Keys that ZooKeeper has and this server does without: accepted, with a note that they change nothing. */
const UNIMPLEMENTED = `
secureClientPort secureClientPortAddress connectToLearnerMasterLimit electionAlg reconfigEnabled dynamicConfigFile
maxCnxns clientPortListenBacklog localSessionsEnabled localSessionsUpgradingEnabled snapSizeLimitInKb
txnLogSizeLimitInKb preAllocSize commitLogCount snapshotSizeFactor fsync.warningthresholdms forceSync flushDelay
maxWriteQueuePollTime maxBatchSize syncEnabled leaderServes quorumListenOnAllIPs cnxTimeout quorumCnxnTimeoutMs
electionPortBindRetry tcpKeepAlive clientTcpKeepAlive observerMasterPort observer.reconnectDelayMs
observer.election.DelayMs fastleader.minNotificationInterval fastleader.maxNotificationInterval
leader.maxTimeToWaitForEpoch leader.maxConcurrentSnapSyncs leader.maxConcurrentDiffSyncs multiAddress.enabled
multiAddress.reachabilityCheckEnabled multiAddress.reachabilityCheckTimeoutMs oraclePath emulate353TTLNodes
enforceQuota digest.enabled closeSessionTxn.enabled serializeLastProcessedZxid.enabled snapshot.compression.method
snapshot.trust.empty db.autocreate datadir.autocreate maxResponseCacheSize maxGetChildrenResponseCacheSize audit.enable
audit.impl.class skipACL enableEagerACLCheck DigestAuthenticationProvider.digestAlg DigestAuthenticationProvider.enabled
X509AuthenticationProvider.superUser superUser IPAuthenticationProvider.usexforwardedfor enforce.auth.enabled
enforce.auth.schemes sessionRequireClientSASLAuth allowSaslFailedClients ensembleAuthName
kerberos.removeHostFromPrincipal kerberos.removeRealmFromPrincipal kerberos.canonicalizeHostNames
quorum.cnxn.threads.size sslQuorum portUnification sslQuorumReloadCertFiles serverCnxnFactory client.portUnification
client.certReload fips-mode netty.server.outstandingHandshake.limit netty.server.earlyDropSecureConnectionHandshakes
request_throttle_max_requests request_throttle_stall_time request_throttle_drop_stale request_stale_connection_check
request_stale_latency_check request_throttler.shutdownTimeout throttled_op_wait_time largeRequestThreshold
largeRequestMaxBytes watchManagerName learner.asyncSending learner.closeSocketAsync leader.closeSocketAsync
readonlymode.enabled znode.container.maxNeverUsedIntervalMs jute.maxbuffer.extrasize leader.nodelay
follower.nodelay
`
  .trim()
  .split(/\s+/);

const UNIMPLEMENTED_KEYS: ReadonlySet<string> = new Set(UNIMPLEMENTED);

/** Families of such keys. */
const UNIMPLEMENTED_PREFIXES = [
  'admin.',
  'authProvider.',
  'commitProcessor.',
  'connection_throttle_',
  'group.',
  'jvm.pause.monitor',
  'jvm.pause.',
  'metricsProvider.',
  'nio.',
  'quorum.auth.',
  'ssl.',
  'superUser.',
  'weight.',
] as const;

export function isUnimplementedKey(key: string): boolean {
  return UNIMPLEMENTED_KEYS.has(key) || UNIMPLEMENTED_PREFIXES.some((prefix) => key.startsWith(prefix));
}

/** How many insertions, deletions and replacements make `b` of `a`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replaced));
    }
    row = next;
  }
  return row[b.length]!;
}

/** The key that was probably meant; undefined when none is near. */
export function nearestKey(key: string, implemented: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(key.length / 3)) + 1;
  for (const candidate of [...implemented, ...UNIMPLEMENTED]) {
    const distance = editDistance(key.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}
