/** What a replica's thread measures of its machine: disk, snapshots, start, refused connections. Pure counting. */

import { Summary } from '../../core/server/summary.ts';
import { STORAGE_DEFAULTS } from '../storage/storage-settings.ts';

export class ReplicaMeters {
  /** Milliseconds that the log's fdatasync took, and the same exactly. */
  readonly syncTime = new Summary();
  /** Milliseconds from the beginning of a snapshot to its name. */
  readonly snapshotTime = new Summary();
  /** Milliseconds that reading back the disk took, and how many txns were replayed. */
  readonly loadTime = new Summary();
  readonly loadedTxns = new Summary();
  /** Milliseconds in all, exact: most syncs of a fast disk are shorter than one. */
  syncTimeSumMs = 0;
  slowSyncCount = 0;
  failedSnapshotCount = 0;
  /** Connections over the limit for their address. */
  rejectedConnectionCount = 0;
  /** Connections ended for what they sent, or for not reading. */
  faultyConnectionCount = 0;
  /** Kept for gtmk and stmk; nothing is traced by it. The value is the default of ZooKeeper. */
  traceMask = 306n;
  readonly #slowSyncMs: number;

  /** @param slowSyncMs  a sync that takes longer is counted apart, as with fsync.warningthresholdms */
  constructor(slowSyncMs = STORAGE_DEFAULTS.fsyncWarningThresholdMs) {
    this.#slowSyncMs = slowSyncMs;
  }

  /** @returns whether it was a slow one */
  onSynced(durationMs: number): boolean {
    this.syncTime.record(Math.round(durationMs));
    this.syncTimeSumMs += durationMs;
    const isSlow = durationMs > this.#slowSyncMs;
    if (isSlow) this.slowSyncCount += 1;
    return isSlow;
  }

  /** As `srst` does. */
  reset(): void {
    for (const summary of [this.syncTime, this.snapshotTime, this.loadTime, this.loadedTxns]) summary.reset();
    this.syncTimeSumMs = 0;
    this.slowSyncCount = 0;
    this.failedSnapshotCount = 0;
    this.rejectedConnectionCount = 0;
    this.faultyConnectionCount = 0;
  }
}
