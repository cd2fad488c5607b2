/**
 * What a configuration file may say: every key, its type and its bounds.
 *
 * The same table of ensemble keys serves the file, the environment and the flags. Options of plugins are let through
 * here and checked by the plugin's own schema when the pipeline is made.
 */

import { ADMIN_CHECKS } from './admin-settings.ts';
import {
  anything,
  type Check,
  flag,
  listOf,
  mapOf,
  oneOf,
  orNull,
  ratio,
  shapeOf,
  showValue,
  text,
  whole,
} from './check.ts';
import { SECURITY_CHECKS } from './security.ts';
import { STORAGE_CHECKS } from './storage-checks.ts';
import type { PluginConfig } from './types.ts';

const DURATION_MAX_MS = 2 ** 31 - 1; // what setTimeout bears

const duration = whole({ min: 1, max: DURATION_MAX_MS });
const port = whole({ min: 0, max: 65_535 });
const host = text('a host name or an address');
const directory = text('the path of a directory');

const server = shapeOf(
  {
    id: whole({ min: 1, max: 254 }),
    role: oneOf('participant', 'observer'),
    host,
    clientPort: port,
    dataDir: directory,
    dataLogDir: orNull(directory),
  },
  ['id'],
);

export const ENSEMBLE_CHECKS = {
  replicas: whole({ min: 1, max: 15 }),
  servers: listOf(server),
  clientPort: port,
  host,
  dataDir: directory,
  dataLogDir: orNull(directory),
  inMemory: flag(),
  tickTimeMs: whole({ min: 10, max: 60_000 }),
  initLimitTicks: whole({ min: 1, max: 10_000 }),
  heartbeatMs: whole({ min: 10, max: 60_000 }),
  heartbeatTimeoutMs: whole({ min: 100, max: 600_000 }),
  minSessionTimeoutMs: duration,
  maxSessionTimeoutMs: duration,
  digestEnabled: flag(),
  sessionPasswords: oneOf('secret', 'zookeeper'),
  readOnlyMode: flag(),
  snapCount: whole({ min: 2, max: 2 ** 31 - 1 }),
  snapSizeLimitKiB: whole({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  ...STORAGE_CHECKS,
  maxClientConnections: whole({ min: 0, max: 1_000_000 }),
  maxConnections: whole({ min: 0, max: 1_000_000 }),
  maxUnreadBytes: whole({ min: 1 << 20, max: 1 << 30 }),
  globalOutstandingLimit: whole({ min: 1, max: 1_000_000 }),
  requestThrottleLimit: whole({ min: 0, max: 1_000_000 }),
  throttledOpWaitMs: whole({ min: 0, max: DURATION_MAX_MS }),
  largeRequestThreshold: whole({ min: -1, max: 2 ** 31 - 1 }),
  largeRequestMaxBytes: whole({ min: 1, max: 2 ** 31 - 1 }),
  connectionThrottleTokens: whole({ min: 0, max: 1_000_000 }),
  connectionThrottleFillCount: whole({ min: 1, max: 1_000_000 }),
  connectionThrottleFillTimeMs: duration,
  connectionThrottleFreezeTimeMs: whole({ min: -1, max: DURATION_MAX_MS }),
  connectionThrottleDropIncrease: ratio(),
  connectionThrottleDropDecrease: ratio(),
  connectionThrottleDecreaseRatio: ratio(),
  clientTcpKeepAlive: flag(),
  clientPortListenBacklog: whole({ min: -1, max: 65_535 }),
  extendedTypes: flag(),
  containerCheckIntervalMs: duration,
  containerMaxPerMinute: whole({ min: 1, max: 10_000_000 }),
  containerMaxNeverUsedMs: whole({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  enforceQuota: flag(),
  reconfigEnabled: flag(),
  skipAcl: flag(),
  eagerAclCheck: flag(),
  maxFrameBytes: whole({ min: 4096, max: 64 * 1024 * 1024 }),
  ...ADMIN_CHECKS,
  ...SECURITY_CHECKS,
} as const;

const name = text('a name of letters, digits and . _ -', /^[A-Za-z0-9._-]+$/);
const step = { use: text('the name or the path of a plugin'), options: anything };

const plugin: Check<PluginConfig> = (value, key, report) => {
  if (typeof value === 'string' && value !== '') return { use: value, options: undefined };
  if (Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && value[0] !== '') {
    return { use: value[0], options: value[1] };
  }
  const expected = 'a path, a package name, or [path or package, options]';
  report.problems.push({ origin: report.originOf(key), key, expected, found: showValue(value) });
  return undefined;
};

const retry = shapeOf({
  attempts: whole({ min: 1, max: 1000 }),
  delayMs: whole({ min: 0, max: DURATION_MAX_MS }),
  maxDelayMs: whole({ min: 0, max: DURATION_MAX_MS }),
  jitter: ratio(),
});

const handler = shapeOf(
  {
    ...step,
    threads: whole({ min: 0, max: 64 }),
    concurrency: whole({ min: 1, max: 10_000 }),
    batchMax: whole({ min: 1, max: 10_000 }),
    timeoutMs: duration,
    memoryMiB: whole({ min: 16, max: 65_536 }),
    retry,
  },
  ['use'],
);

const pipeline = shapeOf(
  {
    name,
    topic: name,
    generator: orNull(shapeOf(step, ['use'])),
    propagator: shapeOf(step, ['use']),
    handler: orNull(handler),
    inFlightMax: whole({ min: 1, max: 1_000_000 }),
  },
  ['name', 'topic'],
);

const znodePath = text('the path of a znode, as in /config', /^(\/[^/]+)+$/);
const znodeText: Check<string> = (value, key, report) =>
  value === '' ? '' : text('a text, the znode’s first value')(value, key, report);

export const FILE_CHECK = shapeOf({
  ensemble: shapeOf(ENSEMBLE_CHECKS),
  znodes: mapOf(znodePath, znodeText),
  plugins: listOf(plugin),
  pipelines: listOf(pipeline),
});

/** What a file said, checked but not yet completed. */
export type FileValues = NonNullable<ReturnType<typeof FILE_CHECK>>;
export type ServerValues = NonNullable<ReturnType<typeof server>>;
export type EnsembleValues = NonNullable<FileValues['ensemble']>;
export type PipelineValues = NonNullable<FileValues['pipelines']>[number];
