/** How a replica's files are written and kept: the settings of ZooKeeper's own storage, and one of ours for each. */

import type { Compression } from './file-names.ts';

export interface StorageSettings {
  /** Form of the snapshots written; all are read. Default none. */
  readonly snapshotCompression: Compression;
  /**
   * A directory with logs and without any snapshot is taken for one whose snapshots never were, as those of ZooKeeper 3.4
   * may be. Default false: it has lost them, and is refused.
   */
  readonly snapshotTrustEmpty: boolean;
  /** Snapshots kept when old files are removed, with the logs that they need. At least 3, default 3. */
  readonly autopurgeSnapRetainCount: number;
  /** Hours between two removals of old files; 0: never, as in ZooKeeper. Default null: after every snapshot. */
  readonly autopurgeIntervalHours: number | null;
  /** The most by which a log file grows ahead of its records, KiB; 0: it does not. Steps begin small. Default 1,024. */
  readonly preAllocKiB: number;
  /** A log file that has grown beyond this is followed by a new one. Default null: a new one comes with each snapshot only. */
  readonly txnLogSizeLimitKiB: number | null;
  /** Syncs of the log that take longer are told in the log of the process. Default 1,000. */
  readonly fsyncWarningThresholdMs: number;
  /**
   * Whether a write is acknowledged only once it is on disk. Off, the operating system writes when it likes, and a machine
   * that goes down loses acknowledged writes; the end of the process alone loses none. Default true.
   */
  readonly forceSync: boolean;
}

export const STORAGE_DEFAULTS: StorageSettings = Object.freeze<StorageSettings>({
  snapshotCompression: 'none',
  snapshotTrustEmpty: false,
  autopurgeSnapRetainCount: 3,
  autopurgeIntervalHours: null,
  preAllocKiB: 1024,
  txnLogSizeLimitKiB: null,
  fsyncWarningThresholdMs: 1000,
  forceSync: true,
});

/** Of a larger object, these settings alone. */
export function storageSettings(config: StorageSettings): StorageSettings {
  const { snapshotCompression, snapshotTrustEmpty, autopurgeSnapRetainCount, autopurgeIntervalHours } = config;
  const { preAllocKiB, txnLogSizeLimitKiB, fsyncWarningThresholdMs, forceSync } = config;
  return {
    snapshotCompression,
    snapshotTrustEmpty,
    autopurgeSnapRetainCount,
    autopurgeIntervalHours,
    preAllocKiB,
    txnLogSizeLimitKiB,
    fsyncWarningThresholdMs,
    forceSync,
  };
}
