/** The bounds of the settings of storage. */

import { flag, oneOf, orNull, whole } from './check.ts';

const KIB_MAX = 2 ** 31 - 1;

export const STORAGE_CHECKS = {
  snapshotCompression: oneOf('none', 'gz', 'snappy'),
  snapshotTrustEmpty: flag(),
  autopurgeSnapRetainCount: whole({ min: 3, max: 1_000_000 }),
  // What a timer bears.
  autopurgeIntervalHours: orNull(whole({ min: 0, max: 596 })),
  preAllocKiB: whole({ min: 0, max: 1 << 20 }),
  txnLogSizeLimitKiB: orNull(whole({ min: 1, max: KIB_MAX })),
  fsyncWarningThresholdMs: whole({ min: 0, max: KIB_MAX }),
  forceSync: flag(),
} as const;
