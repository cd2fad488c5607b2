/**
 * `threadkeeper purge`: removes old snapshots and logs from data directories, as ZooKeeper's PurgeTxnLog and zkCleanup.sh do.
 * A server may be running on them: what goes, no recovery needs. Of the kept snapshots, compressed ones were read to their
 * end.
 */

import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { NamedFile } from '../storage/file-names.ts';
import { nodeFileSystem } from '../storage/file-system.ts';
import { type HistoryPlace, VERSION_DIRECTORY } from '../storage/replica-place.ts';
import { CompressionError } from '../storage/snapshot-compression.ts';
import { purge, readSnapshot } from '../storage/snapshot-files.ts';
import { ExitCode } from './exit-code.ts';

export interface PurgeOptions {
  /** A data directory; or that of the logs, and then that of the snapshots. */
  readonly directories: readonly string[];
  /** Snapshots to keep, at least 3. */
  readonly count: number;
}

/** Prints each file removed. @returns the exit code */
export function runPurge({ directories, count }: PurgeOptions): ExitCode {
  const [logs = '', snapshots = logs] = directories.map((directory) => resolve(directory));
  const places = placesOf(logs, snapshots);
  if (places.length === 0) {
    console.error(
      `threadkeeper: ${snapshots} is no data directory: neither it nor a numbered folder has ${VERSION_DIRECTORY}`,
    );
    return ExitCode.usage;
  }
  for (const place of places) {
    for (const path of purge(nodeFileSystem, place, { keep: count, isSound })) console.log(`Removed ${path}`);
  }
  return ExitCode.ok;
}

/** One server's, or one for each replica of an ensemble. */
function placesOf(logs: string, snapshots: string): HistoryPlace[] {
  const below = (root: string, folder: string): string => join(root, folder, VERSION_DIRECTORY);
  if (!existsSync(snapshots)) return [];
  const folders = ['', ...readdirSync(snapshots).filter((name) => /^\d{1,3}$/.test(name))];
  return folders
    .map((folder) => ({ logs: below(logs, folder), snapshots: below(snapshots, folder) }))
    .filter((place) => existsSync(place.snapshots));
}

function isSound(file: NamedFile): boolean {
  if (file.compression === 'none') return true;
  try {
    readSnapshot(nodeFileSystem, file, () => {});
    return true;
  } catch (error) {
    if (error instanceof CompressionError) return false;
    throw error;
  }
}
