/**
 * All defaults of the configuration, in one frozen table. Session bounds and the data directory depend on other values
 * and are derived in `load.ts`; everything else is here and nowhere else.
 */

import { RETRY_DEFAULTS } from '../../core/events/retry.ts';
import { STORAGE_DEFAULTS } from '../storage/storage-settings.ts';
import { ADMIN_DEFAULTS } from './admin-settings.ts';
import { SECURITY_DEFAULTS } from './security.ts';
import type { EnsembleConfig, HandlerConfig, PipelineConfig } from './types.ts';

/** Servers and session bounds follow from other values. */
type EnsembleDefaults = Omit<EnsembleConfig, 'servers' | 'minSessionTimeoutMs' | 'maxSessionTimeoutMs'>;

export const ENSEMBLE_DEFAULTS: EnsembleDefaults = Object.freeze({
  replicas: 3,
  clientPort: 2181,
  host: '127.0.0.1',
  dataDir: './data',
  dataLogDir: null,
  inMemory: false,
  tickTimeMs: 2000,
  initLimitTicks: 10,
  heartbeatMs: 100,
  heartbeatTimeoutMs: 2000,
  sessionPasswords: 'secret',
  digestEnabled: true,
  readOnlyMode: false,
  snapCount: 100_000,
  snapSizeLimitKiB: 4 << 20,
  ...STORAGE_DEFAULTS,
  maxClientConnections: 60,
  maxConnections: 0,
  maxUnreadBytes: 64 << 20,
  globalOutstandingLimit: 1000,
  requestThrottleLimit: 0,
  throttledOpWaitMs: 0,
  largeRequestThreshold: -1,
  largeRequestMaxBytes: 100 << 20,
  connectionThrottleTokens: 0,
  connectionThrottleFillCount: 1,
  connectionThrottleFillTimeMs: 1,
  connectionThrottleFreezeTimeMs: -1,
  connectionThrottleDropIncrease: 0.02,
  connectionThrottleDropDecrease: 0.002,
  connectionThrottleDecreaseRatio: 0,
  clientTcpKeepAlive: false,
  clientPortListenBacklog: -1,
  extendedTypes: false,
  containerCheckIntervalMs: 60_000,
  containerMaxPerMinute: 10_000,
  containerMaxNeverUsedMs: 0,
  enforceQuota: false,
  reconfigEnabled: false,
  skipAcl: false,
  eagerAclCheck: false,
  maxFrameBytes: 0xfffff,
  ...ADMIN_DEFAULTS,
  ...SECURITY_DEFAULTS,
});

/** As ZooKeeper derives them from the tick. */
export const SESSION_TIMEOUT_TICKS = Object.freeze({ min: 2, max: 20 });

export const HANDLER_DEFAULTS: Omit<HandlerConfig, 'use' | 'options'> = Object.freeze({
  threads: 1,
  concurrency: 1,
  batchMax: 100,
  timeoutMs: 30_000,
  memoryMiB: 256,
  retry: RETRY_DEFAULTS,
});

export const PIPELINE_DEFAULTS: Pick<PipelineConfig, 'propagator' | 'inFlightMax'> = Object.freeze({
  propagator: Object.freeze({ use: 'memory', options: undefined }),
  inFlightMax: 1024,
});
