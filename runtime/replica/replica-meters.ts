/** What a replica's thread measures of its machine: disk, snapshots, start, refused connections. Pure counting. */

import { Summary } from '../../core/server/summary.ts';

/** A sync that takes longer is counted apart, as with fsync.warningthresholdms. */
const SLOW_SYNC_MS = 1000;

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

  onSynced(durationMs: number): void {
    this.syncTime.record(Math.round(durationMs));
    this.syncTimeSumMs += durationMs;
    if (durationMs >= SLOW_SYNC_MS) this.slowSyncCount += 1;
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
