/**
 * Opens a replica's storage and reads it back; a damaged history is put aside, to be fetched from the quorum. A single
 * server has nobody to fetch it from: its files stay as they are.
 */

import { describeMismatch } from '../../core/tree/digest-audit.ts';
import type { TreeOptions } from '../../core/tree/tree-state.ts';
import type { Log } from '../logger.ts';
import { describeError } from '../logger.ts';
import { isDamage } from '../storage/errors.ts';
import { openFileStorage } from '../storage/file-storage.ts';
import { nodeFileSystem } from '../storage/file-system.ts';
import { openMemoryStorage } from '../storage/memory-storage.ts';
import { meteredFileSystem } from '../storage/metered-file-system.ts';
import { quarantine } from '../storage/quarantine.ts';
import type { RecoveredState, ReplicaStorage, StorageListener } from '../storage/replica-storage.ts';
import type { ReplicaMeters } from './replica-meters.ts';
import type { ReplicaThreadData } from './thread-messages.ts';

interface Opened {
  readonly storage: ReplicaStorage;
  readonly recovered: RecoveredState;
}

export interface OpenStorageOptions {
  readonly where: ReplicaThreadData['storage'];
  readonly isAlone: boolean;
  /** How trees are read. */
  readonly tree: TreeOptions;
  readonly listener: StorageListener;
  readonly log: Log;
  readonly meters: ReplicaMeters;
}

/** @throws errors of damage for a single server; whatever else `recover` throws */
export function openStorage({ where, isAlone, tree, listener, log, meters }: OpenStorageOptions): Opened {
  if (where.type === 'memory') return recover(openMemoryStorage({ listener, tree, start: where.start }), log);
  const { place, settings } = where;
  const fileSystem = meteredFileSystem(nodeFileSystem, (durationMs) => {
    if (meters.onSynced(durationMs))
      log('warn', `a sync of the log took ${Math.round(durationMs)} ms: writes wait for it`);
  });
  try {
    return recover(openFileStorage({ settings, place, tree, listener, fileSystem }), log);
  } catch (error) {
    if (!isDamage(error) || isAlone) throw error;
    const aside = quarantine({ ...place, fileSystem: nodeFileSystem });
    log('error', `${describeError(error)}; put aside as ${aside}, the history comes back from the other replicas`);
    return recover(openFileStorage({ settings, place, tree, listener, fileSystem }), log);
  }
}

function recover(storage: ReplicaStorage, log: Log): Opened {
  const recovered = storage.recover();
  const { tornBytes, skippedSnapshots, mismatch } = recovered.report;
  if (mismatch !== null) log('error', `alarm: ${describeMismatch(mismatch)}`);
  if (tornBytes > 0) log('info', `cut ${tornBytes} bytes of an unfinished write off the end of the log`);
  for (const snapshot of skippedSnapshots) log('warn', `snapshot ${snapshot} is damaged and was passed over`);
  return { storage, recovered };
}
