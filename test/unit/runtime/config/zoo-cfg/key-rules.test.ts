import { ENSEMBLE_CHECKS } from '../../../../../runtime/config/schema.ts';
import { KNOWN_KEYS, ruleOf, ZOOKEEPER_DEFAULTS } from '../../../../../runtime/config/zoo-cfg/key-rules.ts';
import { assert, suite } from '../../../../support/suite.ts';

const t = suite('runtime/config/zoo-cfg/key-rules');

/** The administrator's guide of ZooKeeper 3.9, section by section. */
const DOCUMENTED = `
  clientPort secureClientPort dataDir tickTime
  dataLogDir globalOutstandingLimit preAllocSize snapCount commitLogCount snapSizeLimitInKb txnLogSizeLimitInKb
  maxCnxns maxClientCnxns clientPortAddress minSessionTimeout maxSessionTimeout fsync.warningthresholdms
  maxResponseCacheSize maxGetChildrenResponseCacheSize autopurge.snapRetainCount autopurge.purgeInterval syncEnabled
  extendedTypesEnabled watchManagerName flushDelay maxBatchSize maxWriteQueuePollTime enforceQuota
  connection_throttle_tokens connection_throttle_fill_time
  connection_throttle_fill_count connection_throttle_freeze_time connection_throttle_drop_increase
  connection_throttle_drop_decrease connection_throttle_decrease_ratio connection_throttle_weight_enabled
  request_throttle_max_requests throttled_op_wait_time largeRequestThreshold largeRequestMaxBytes digest.enabled
  snapshot.compression.method snapshot.trust.empty audit.enable serializeLastProcessedZxid.enabled
  electionAlg initLimit connectToLearnerMasterLimit leaderServes server.1 syncLimit group.1 weight.1
  cnxTimeout quorumCnxnTimeoutMs standaloneEnabled reconfigEnabled 4lw.commands.whitelist tcpKeepAlive
  clientTcpKeepAlive electionPortBindRetry observer.reconnectDelayMs observer.election.DelayMs
  localSessionsEnabled localSessionsUpgradingEnabled dynamicConfigFile peerType observerMasterPort
  DigestAuthenticationProvider.enabled DigestAuthenticationProvider.superDigest DigestAuthenticationProvider.digestAlg
  IPAuthenticationProvider.usexforwardedfor X509AuthenticationProvider.superUser ssl.authProvider authProvider.1
  sessionRequireClientSASLAuth enforce.auth.enabled enforce.auth.schemes sslQuorum ssl.keyStore.location
  ssl.keyStore.password ssl.keyStore.passwordPath ssl.keyStore.type ssl.trustStore.location ssl.trustStore.password
  ssl.trustStore.passwordPath ssl.trustStore.type ssl.protocol ssl.enabledProtocols ssl.ciphersuites ssl.crl ssl.ocsp
  ssl.clientAuth ssl.handshakeDetectionTimeoutMillis ssl.sslProvider ssl.quorum.keyStore.location
  ssl.hostnameVerification ssl.fipsMode client.portUnification multiAddress.enabled quorum.auth.enableSasl
  forceSync jute.maxbuffer skipACL allowSaslFailedClients superUser enableEagerACLCheck closeSessionTxn.enabled
  admin.enableServer admin.serverAddress admin.serverPort admin.idleTimeout admin.commandURL admin.portUnification
  admin.forceHttps admin.needClientAuth admin.snapshot.enabled admin.restore.enabled admin.rateLimiterIntervalInMS
  metricsProvider.className metricsProvider.httpHost metricsProvider.httpPort metricsProvider.exportJvmInfo
  nio.numSelectorThreads nio.numWorkerThreads nio.directBufferBytes nio.shutdownTimeout netty.advancedFlowControl.enabled
  znode.container.checkIntervalMs znode.container.maxPerMinute znode.container.maxNeverUsedIntervalMs
  readonlymode.enabled datadir.autocreate db.autocreate serverCnxnFactory fastleader.minNotificationInterval
  fastleader.maxNotificationInterval leader.maxTimeToWaitForEpoch leader.maxConcurrentSnapSyncs
  leader.maxConcurrentDiffSyncs snapshotSizeFactor quorumListenOnAllIPs learner.asyncSending
  commitProcessor.numWorkerThreads commitProcessor.maxReadBatchSize
`;

t('every documented key has an answer, in both spellings', () => {
  const unanswered = DOCUMENTED.trim()
    .split(/\s+/)
    .filter((key) => ruleOf(key) === null || ruleOf(`zookeeper.${key}`) === null);
  assert.equal(unanswered, []);
});

t('every setting that a key or a default names is one', () => {
  const named = KNOWN_KEYS.flatMap((key) => {
    const rule = ruleOf(key);
    return rule?.type === 'setting' ? [rule.setting] : [];
  });
  const unknown = [...named, ...Object.keys(ZOOKEEPER_DEFAULTS)].filter((setting) => !(setting in ENSEMBLE_CHECKS));
  assert.equal(unknown, []);
});

t.run();
