/** Removes a replica's old files every so many hours, from its start on (ZooKeeper's DatadirCleanupManager). */

import type { ReplicaStorage } from '../storage/replica-storage.ts';

const HOUR_MS = 3_600_000;

/** @param hours  0 or null: there is nothing to do by the clock. The timer keeps nobody alive, and ends with its thread. */
export function purgeEvery(hours: number | null, storage: ReplicaStorage): void {
  if (hours === null || hours === 0) return;
  storage.purge();
  setInterval(() => storage.purge(), hours * HOUR_MS).unref();
}
