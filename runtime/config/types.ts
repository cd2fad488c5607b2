/**
 * The shape of the configuration after loading: complete, checked, frozen, with absolute paths.
 *
 * What a file may leave out is in `defaults.ts`; what it may say is in `schema.ts`.
 */

import type { RetryPolicy } from '../../core/events/retry.ts';
import type { StorageSettings } from '../storage/storage-settings.ts';
import type { AdminSettings } from './admin-settings.ts';
import type { SecurityConfig } from './security-types.ts';

export interface Config {
  readonly ensemble: EnsembleConfig;
  /** Znodes to create at start where they are absent, path to text. Their later values are never touched. */
  readonly znodes: Readonly<Record<string, string>>;
  /** Plugins to load before any pipeline is made, in this order. */
  readonly plugins: readonly PluginConfig[];
  readonly pipelines: readonly PipelineConfig[];
}

export interface EnsembleConfig extends SecurityConfig, AdminSettings, StorageSettings {
  /** Replica threads, 1 … 15. A majority of them must live: 3 bear the loss of one. Default 3. */
  readonly replicas: number;
  /**
   * Every replica, ascending by number: what it is called, where it listens, where its files are. A file may list them, each
   * with its `id` and whatever differs from the rule; default: 1 … `replicas`, by the rules of the settings below.
   */
  readonly servers: readonly ServerConfig[];
  /** Replica i listens on clientPort + i - 1. 0: a free port for each. Default 2181. */
  readonly clientPort: number;
  /** Address to listen on. Default 127.0.0.1, this machine only. */
  readonly host: string;
  /** Absolute. One folder per replica in it; a single replica's files are right in it. Default `data` beside the file. */
  readonly dataDir: string;
  /** The same for transaction logs, where they are to be on a disk of their own. Default null: with the snapshots. */
  readonly dataLogDir: string | null;
  /** Nothing is written to disk; all is lost at the end of the process. For tests. Default false. */
  readonly inMemory: boolean;
  /** ZooKeeper's unit of time. Default 2000. */
  readonly tickTimeMs: number;
  /** Ticks that a learner may take to connect and synchronise. Default 10. */
  readonly initLimitTicks: number;
  /** How often replica threads show that they are not frozen. Default 100. */
  readonly heartbeatMs: number;
  /** Silence after which a replica thread counts as frozen and is replaced. Default 2000. */
  readonly heartbeatTimeoutMs: number;
  /** Bounds on what a client may ask for. Default 2 and 20 ticks. */
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /**
   * Whether txns and snapshots carry the digest of the tree, and replicas compare it with their own: a difference is an
   * alarm in the log, and counted. Default true.
   */
  readonly digestEnabled: boolean;
  /**
   * How the password is made by which a client takes its session to another connection. `secret`: from a secret of the
   * ensemble, which is kept in the data directory; nobody can guess it. `zookeeper`: by ZooKeeper's public formula, so that
   * sessions go on at servers of Apache ZooKeeper that take over the data directory. Default `secret`.
   */
  readonly sessionPasswords: 'secret' | 'zookeeper';
  /**
   * A replica without a quorum serves reads to clients that ask for a read-only server, as readonlymode.enabled. Others are
   * turned away there, and these too as soon as there is a quorum again. Default false.
   */
  readonly readOnlyMode: boolean;
  /** Transactions between two snapshots. Default 100,000. */
  readonly snapCount: number;
  /** The same by the size of their records. Default 4,194,304 (4 GiB). */
  readonly snapSizeLimitKiB: number;
  /** Connections from one address to one replica; 0: no limit. Default 60. */
  readonly maxClientConnections: number;
  /** Connections to one replica from all addresses; 0: no limit. Default 0. */
  readonly maxConnections: number;
  /** Replies and watch events that a client leaves unread, in bytes, before it is hung up on. Default 67,108,864. */
  readonly maxUnreadBytes: number;
  /** Requests waiting in all connections of a replica, above which it reads no more from those that wait. Divided by the
   * number of voters less one where there are more than two, as in ZooKeeper. Default 1000. */
  readonly globalOutstandingLimit: number;
  /** Requests under way from one replica to the leader, beyond which others wait their turn; 0: no limit. Default 0. */
  readonly requestThrottleLimit: number;
  /** A request that waited longer for that turn is refused with -127; 0: however long. Default 0. */
  readonly throttledOpWaitMs: number;
  /** Bytes above which a request counts as large; -1: none does. Default -1. */
  readonly largeRequestThreshold: number;
  /** Bytes of large requests that may wait at a replica, and that may have come in part. Default 104,857,600. */
  readonly largeRequestMaxBytes: number;
  /** Handshakes that a replica takes up at once; others are hung up on. 0: no limit. Default 0. */
  readonly connectionThrottleTokens: number;
  /** So many more after every `connectionThrottleFillTimeMs`. Defaults 1 and 1. */
  readonly connectionThrottleFillCount: number;
  readonly connectionThrottleFillTimeMs: number;
  /** Turning handshakes away by chance: milliseconds between two changes of the probability; -1: off. Default -1. */
  readonly connectionThrottleFreezeTimeMs: number;
  /** How much it grows when no handshake is free any more, and shrinks when few are used up. Defaults 0.02 and 0.002. */
  readonly connectionThrottleDropIncrease: number;
  readonly connectionThrottleDropDecrease: number;
  /** What few means: this share of `connectionThrottleTokens`. Default 0. */
  readonly connectionThrottleDecreaseRatio: number;
  /** Whether the system probes idle client connections. Default false. */
  readonly clientTcpKeepAlive: boolean;
  /** Connections that may wait to be accepted; -1: as many as Node.js asks for, 511. Default -1. */
  readonly clientPortListenBacklog: number;
  /** Znodes with a time to live, as zookeeper.extendedTypesEnabled. Off, their creation is refused. Default false. */
  readonly extendedTypes: boolean;
  /** Milliseconds between two searches for containers and TTL znodes that are of no use any more. Default 60,000. */
  readonly containerCheckIntervalMs: number;
  /** How many of them are removed in a minute, at most. Default 10,000. */
  readonly containerMaxPerMinute: number;
  /** A container that never had a child is removed after so many milliseconds; 0: never. Default 0. */
  readonly containerMaxNeverUsedMs: number;
  /** Hard quotas refuse writes, as zookeeper.enforceQuota. Off, they are warnings like soft ones. Default false. */
  readonly enforceQuota: boolean;
  /** Whether reconfig is judged, as in ZooKeeper. It is refused either way: the replicas are those below. Default false. */
  readonly reconfigEnabled: boolean;
  /** Everybody may do everything: ACLs are kept and not asked, as zookeeper.skipACL. Default false. */
  readonly skipAcl: boolean;
  /** A replica refuses at once what its own tree forbids a client to write, as zookeeper.enableEagerACLCheck. Default false. */
  readonly eagerAclCheck: boolean;
  /** Largest request frame, as ZooKeeper's jute.maxbuffer. Default 1,048,575. */
  readonly maxFrameBytes: number;
}

export interface ServerConfig {
  /** 1 … 254, unique: ZooKeeper's myid. */
  readonly id: number;
  /** An observer follows the others without a vote. Default participant. */
  readonly role: 'participant' | 'observer';
  readonly host: string;
  /** 0: a free port. */
  readonly clientPort: number;
  /** Absolute; holds myid and version-2. */
  readonly dataDir: string;
  /** Absolute; null: logs are in `dataDir` too. */
  readonly dataLogDir: string | null;
}

export interface PluginConfig {
  /** A path beside the configuration file (begins with a dot or a slash) or a package. */
  readonly use: string;
  readonly options: unknown;
}

export interface StepConfig {
  /** Name of a step that a plugin makes, or the path of a plugin module that makes one. */
  readonly use: string;
  /** Checked by the step's own schema. */
  readonly options: unknown;
}

export interface HandlerConfig extends StepConfig {
  /** Pool threads; 0: inline on the main thread. Default 1. */
  readonly threads: number;
  /** Events of different keys under way at once within a batch, for handlers that wait. Default 1: one after another. */
  readonly concurrency: number;
  /** Most events in one batch. Default 100. */
  readonly batchMax: number;
  /** A batch that takes longer costs the thread its life, and counts as failed. Default 30,000. */
  readonly timeoutMs: number;
  /** JavaScript heap of one thread. Default 256. */
  readonly memoryMiB: number;
  readonly retry: RetryPolicy;
}

export interface PipelineConfig {
  /** Unique. Also the name of its consumer group. */
  readonly name: string;
  readonly topic: string;
  /** Absent: the topic is fed by another pipeline, by a handler or through the API. */
  readonly generator: StepConfig | null;
  readonly propagator: StepConfig;
  /** Absent: the topic is only observed. */
  readonly handler: HandlerConfig | null;
  /** Most events under way between propagator and handler: the credits of this pipeline. Default 1,024. */
  readonly inFlightMax: number;
}
