/**
 * Every key that a zoo.cfg may hold, and what becomes of it here: a setting of ours, a part of the list of servers,
 * nothing because it is so anyway, or a warning with the reason. Keys stand as in a zoo.cfg; `zookeeper.` in front of one
 * says the same. Source: ZooKeeper's administrator's guide; zookeeper-facts 10.5.
 */

import {
  digestAlgorithm,
  limit,
  listOfWords,
  number,
  numberFromZero,
  numberUnlessNegative,
  onOff,
  text,
  trueFalse,
  type ValueReader,
} from './value-readers.ts';

export type KeyRule =
  /** Sets `setting` of `ensemble`, whose own check judges what `read` makes of the text. */
  | {
      readonly type: 'setting';
      readonly setting: string;
      readonly read: ValueReader;
      /** A word of warning where the value gives up a protection; null where it does not. */
      readonly caution?: (value: unknown) => string | null;
      /** ZooKeeper takes it from the JVM's command line only, and passes over it in a zoo.cfg. */
      readonly isProperty?: true;
    }
  /** Read together with others: servers.ts, settings-together.ts. */
  | { readonly type: 'together' }
  /** Holds anyway, or changes nothing that anybody could see. */
  | { readonly type: 'granted' }
  /** Only these values are good, as in ZooKeeper. */
  | { readonly type: 'fixed'; readonly values: readonly string[] }
  /** Means nothing here. @property unless  the values that say what is the case anyway: nothing needs to be said of them. */
  | { readonly type: 'ignored'; readonly reason: string; readonly unless?: readonly string[] };

const BUS = 'replicas of one process talk over the message bus, not over TCP ports';
const JAVA = 'it is about Java';
const ADMIN_TLS = 'the admin server speaks plain HTTP';
const NETTY = 'there is one network layer here';
const LOCAL_SESSIONS = 'every session is a global one here';
const MEASURED = 'batches are formed by what waits for the disk, not by time or count';
const LOG_READ = 'a learner that is far behind gets a snapshot, the log is not read for it';
const BOUND = 'it is a fixed bound here';

const together: KeyRule = { type: 'together' };
const granted: KeyRule = { type: 'granted' };

function sets(setting: string, read: ValueReader, more: Partial<KeyRule & { type: 'setting' }> = {}): KeyRule {
  return { type: 'setting', setting, read, ...more };
}

function ignored(reason: string, unless: readonly string[] = []): KeyRule {
  return { type: 'ignored', reason, unless };
}

function whenOff(warning: string): (value: unknown) => string | null {
  return (value) => (value === false ? warning : null);
}

function whenOn(warning: string): (value: unknown) => string | null {
  return (value) => (value === true ? warning : null);
}

const RULES: Readonly<Record<string, KeyRule>> = {
  tickTime: sets('tickTimeMs', number),
  initLimit: sets('initLimitTicks', number),
  minSessionTimeout: sets('minSessionTimeoutMs', numberUnlessNegative),
  maxSessionTimeout: sets('maxSessionTimeoutMs', numberUnlessNegative),
  snapCount: sets('snapCount', number),
  snapSizeLimitInKb: sets('snapSizeLimitKiB', number),
  preAllocSize: sets('preAllocKiB', number),
  txnLogSizeLimitInKb: sets('txnLogSizeLimitKiB', limit),
  'fsync.warningthresholdms': sets('fsyncWarningThresholdMs', number),
  forceSync: sets('forceSync', onOff, {
    caution: whenOff('acknowledged writes may be lost when the machine goes down'),
  }),
  'digest.enabled': sets('digestEnabled', trueFalse),
  'snapshot.compression.method': sets('snapshotCompression', (value) => (value === '' ? 'none' : value)),
  'snapshot.trust.empty': sets('snapshotTrustEmpty', trueFalse, {
    caution: whenOn('a directory that has lost its snapshots starts as if they had never been'),
  }),
  'autopurge.snapRetainCount': together,
  'autopurge.purgeInterval': sets('autopurgeIntervalHours', numberFromZero),

  dataDir: together,
  dataLogDir: together,
  clientPort: together,
  clientPortAddress: together,
  syncLimit: together,
  peerType: together,
  dynamicConfigFile: together,
  standaloneEnabled: granted,

  maxClientCnxns: sets('maxClientConnections', number),
  maxCnxns: sets('maxConnections', number),
  clientPortListenBacklog: sets('clientPortListenBacklog', number),
  clientTcpKeepAlive: sets('clientTcpKeepAlive', trueFalse),
  globalOutstandingLimit: sets('globalOutstandingLimit', number),
  'jute.maxbuffer': sets('maxFrameBytes', number, { isProperty: true }),
  request_throttle_max_requests: sets('requestThrottleLimit', number),
  throttled_op_wait_time: sets('throttledOpWaitMs', number),
  largeRequestThreshold: sets('largeRequestThreshold', number),
  largeRequestMaxBytes: sets('largeRequestMaxBytes', number),
  connection_throttle_tokens: sets('connectionThrottleTokens', number),
  connection_throttle_fill_time: sets('connectionThrottleFillTimeMs', number),
  connection_throttle_fill_count: sets('connectionThrottleFillCount', number),
  connection_throttle_freeze_time: sets('connectionThrottleFreezeTimeMs', number),
  connection_throttle_drop_increase: sets('connectionThrottleDropIncrease', number),
  connection_throttle_drop_decrease: sets('connectionThrottleDropDecrease', number),
  connection_throttle_decrease_ratio: sets('connectionThrottleDecreaseRatio', number),
  'readonlymode.enabled': sets('readOnlyMode', trueFalse, { isProperty: true }),

  secureClientPort: sets('secureClientPort', number),
  secureClientPortAddress: sets('secureHost', text),
  'client.portUnification': sets('clientPortUnification', trueFalse),
  'ssl.keyStore.location': sets('tlsKeyStore', text),
  'ssl.keyStore.password': sets('tlsKeyPassword', text),
  'ssl.keyStore.passwordPath': together,
  'ssl.keyStore.type': ignored('what a key store is shows by its first bytes'),
  'ssl.trustStore.location': sets('tlsCaFile', text),
  'ssl.trustStore.password': ignored('the certificates of those who sign are in PEM, which has no password'),
  'ssl.trustStore.passwordPath': ignored('the certificates of those who sign are in PEM, which has no password'),
  'ssl.trustStore.type': ignored('the certificates of those who sign are in PEM'),
  'ssl.authProvider': { type: 'fixed', values: ['x509'] },
  'ssl.clientAuth': sets('tlsClientAuth', (value) => value.toLowerCase()),
  'ssl.ciphersuites': ignored('OpenSSL chooses among those that it holds for safe'),
  'ssl.enabledProtocols': sets('tlsProtocols', listOfWords),
  'ssl.protocol': sets('tlsProtocols', listOfWords),

  'DigestAuthenticationProvider.superDigest': sets('superDigest', text),
  'DigestAuthenticationProvider.digestAlg': sets('digestAlgorithm', digestAlgorithm),
  'DigestAuthenticationProvider.enabled': sets('digestAuth', trueFalse),
  superUser: sets('saslSuperUsers', listOfWords),
  'X509AuthenticationProvider.superUser': sets('x509SuperUser', text),
  ensembleAuthName: sets('ensembleAuthNames', listOfWords),
  'java.security.auth.login.config': sets('jaasFile', text, { isProperty: true }),
  sessionRequireClientSASLAuth: sets('sessionRequireClientSasl', trueFalse),
  allowSaslFailedClients: sets('allowSaslFailedClients', trueFalse),
  'enforce.auth.enabled': sets('enforceAuth', trueFalse),
  'enforce.auth.schemes': sets('enforceAuthSchemes', listOfWords),
  skipACL: sets('skipAcl', onOff, { caution: whenOn('everybody may read and write every znode') }),
  enableEagerACLCheck: sets('eagerAclCheck', trueFalse),

  enforceQuota: sets('enforceQuota', trueFalse),
  extendedTypesEnabled: sets('extendedTypes', trueFalse),
  reconfigEnabled: sets('reconfigEnabled', trueFalse),
  'znode.container.checkIntervalMs': sets('containerCheckIntervalMs', number, { isProperty: true }),
  'znode.container.maxPerMinute': sets('containerMaxPerMinute', number, { isProperty: true }),
  'znode.container.maxNeverUsedIntervalMs': sets('containerMaxNeverUsedMs', number, { isProperty: true }),

  '4lw.commands.whitelist': sets('fourLetterWords', listOfWords),
  'admin.enableServer': together,
  'admin.serverPort': together,
  'admin.serverAddress': sets('adminHost', text),
  'admin.idleTimeout': ignored('Node.js ends idle connections by itself'),
  'admin.commandURL': ignored('the commands are below /commands', ['/commands']),
  'admin.portUnification': ignored(ADMIN_TLS),
  'admin.forceHttps': ignored(ADMIN_TLS),
  'admin.needClientAuth': ignored(ADMIN_TLS),
  'admin.snapshot.enabled': ignored('the command is there, for whoever proves to be allowed', ['true']),
  'admin.restore.enabled': ignored('the admin server restores nothing'),
  'admin.rateLimiterIntervalInMS': sets('adminSnapshotIntervalMs', number),
  'metricsProvider.className': together,
  'metricsProvider.httpPort': together,
  'metricsProvider.httpHost': ignored('metrics are served at adminHost'),
  'metricsProvider.exportJvmInfo': ignored(JAVA),
  'audit.enable': ignored('there is no audit log', ['false']),

  electionAlg: { type: 'fixed', values: ['3'] },
  quorumListenOnAllIPs: ignored(BUS, ['false']),
  connectToLearnerMasterLimit: ignored(BUS),
  cnxTimeout: ignored(BUS),
  electionPortBindRetry: ignored(BUS),
  tcpKeepAlive: ignored(BUS),
  portUnification: ignored(BUS, ['false']),
  sslQuorum: ignored(BUS, ['false']),
  sslQuorumReloadCertFiles: ignored(BUS),
  observerMasterPort: ignored(BUS),
  'observer.reconnectDelayMs': ignored(BUS),
  'observer.election.DelayMs': ignored(BUS),
  'leader.maxTimeToWaitForEpoch': ignored(BUS),
  'fastleader.minNotificationInterval': ignored(BUS),
  'fastleader.maxNotificationInterval': ignored(BUS),
  'leader.maxConcurrentSnapSyncs': ignored('snapshots for learners share the bus and take turns'),
  'leader.maxConcurrentSnapshots': ignored('snapshots for learners share the bus and take turns'),
  'leader.maxConcurrentDiffSyncs': ignored('snapshots for learners share the bus and take turns'),
  leaderServes: ignored('the leader serves clients too', ['yes']),
  localSessionsEnabled: ignored(LOCAL_SESSIONS, ['false']),
  localSessionsUpgradingEnabled: ignored(LOCAL_SESSIONS, ['false']),
  syncEnabled: ignored('observers always log to disk', ['true']),
  commitLogCount: ignored(BOUND),
  snapshotSizeFactor: ignored(LOG_READ),
  flushDelay: ignored(MEASURED),
  maxBatchSize: ignored(MEASURED),
  maxWriteQueuePollTime: ignored(MEASURED),
  maxResponseCacheSize: ignored('replies are not cached: the tree holds them as bytes'),
  maxGetChildrenResponseCacheSize: ignored('replies are not cached: the tree holds them as bytes'),
  'closeSessionTxn.enabled': ignored('the txn of a closed session always lists its ephemerals', ['true']),
  'serializeLastProcessedZxid.enabled': ignored('snapshots always carry their zxid', ['true']),
  'datadir.autocreate': ignored('a missing data directory is made', ['true']),
  'db.autocreate': ignored('an empty replica is brought up to date by the others', ['true']),
  watchManagerName: ignored('there is one way to keep watches'),
  quorumCnxnTimeoutMs: ignored(BUS),
  'IPAuthenticationProvider.usexforwardedfor': ignored('no proxy is believed'),
  serverCnxnFactory: ignored(NETTY),
  clientCnxnSocket: ignored(NETTY),
  oraclePath: ignored('there is no oracle for ensembles of two'),
};

/** Families of keys: what they begin with. */
const FAMILIES: readonly (readonly [prefix: string, rule: KeyRule])[] = [
  ['server.', together],
  ['group.', ignored('a quorum is a majority of all voters')],
  ['weight.', ignored('a quorum is a majority of all voters')],
  ['authProvider.', together],
  ['quorum.', ignored(BUS)],
  ['ssl.quorum.', ignored(BUS)],
  ['multiAddress.', ignored(BUS)],
  ['netty.', ignored(NETTY)],
  ['nio.', ignored(NETTY)],
  ['commitProcessor.', ignored('a replica does its work on one thread')],
  ['connection_throttle_', ignored('connections weigh the same whatever their session')],
  ['ssl.', ignored('it is none of the TLS settings here')],
  ['kerberos.', ignored('there is no Kerberos here')],
  ['learner.', ignored(BUS)],
  ['metricsProvider.', ignored(JAVA)],
];

/** All keys with a rule of their own, for suggestions. */
export const KNOWN_KEYS: readonly string[] = Object.freeze(Object.keys(RULES));

/** The key as ZooKeeper's documentation writes it in a zoo.cfg. */
export function plainKey(key: string): string {
  return key.startsWith('zookeeper.') ? key.slice('zookeeper.'.length) : key;
}

/** @returns null for a key that nobody knows */
export function ruleOf(key: string): KeyRule | null {
  const plain = plainKey(key);
  if (Object.hasOwn(RULES, plain)) return RULES[plain] ?? null;
  return FAMILIES.find(([prefix]) => plain.startsWith(prefix))?.[1] ?? null;
}

/** Whether a system property of Java is one that a server of ZooKeeper reads. */
export function isServerProperty(key: string): boolean {
  const rule = ruleOf(key);
  return rule !== null && (key.startsWith('zookeeper.') || (rule.type === 'setting' && rule.isProperty === true));
}

/** What ZooKeeper does where a zoo.cfg is silent and our own default is another one. */
export const ZOOKEEPER_DEFAULTS: Readonly<Record<string, unknown>> = Object.freeze({
  host: '0.0.0.0',
  secureHost: '0.0.0.0',
  tickTimeMs: 3000,
  autopurgeIntervalHours: 0,
  sessionPasswords: 'zookeeper',
  extendedTypes: false,
  fourLetterWords: Object.freeze(['srvr']),
  adminHost: '0.0.0.0',
});
