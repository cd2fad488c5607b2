/**
 * Brings a replica's tree back from its directory: newest loadable snapshot, then every log record after it
 * (zookeeper-facts 12.7). What a crash tore off is cut from the disk; what was acknowledged and is damaged or missing
 * is an error (`isDamage`), never skipped, because a replica that forgot what it acknowledged must not vote.
 *
 * Stricter than ZooKeeper: zxids must follow each other without a gap, so a log file that got lost is noticed.
 */

import { JuteError } from '../../core/jute/reader.ts';
import { DataTree } from '../../core/tree/data-tree.ts';
import type { DigestMismatch } from '../../core/tree/digest-audit.ts';
import { type DigestMark, SnapshotError } from '../../core/tree/snapshot-format.ts';
import { SnapshotReader } from '../../core/tree/snapshot-reader.ts';
import { type TreeOptions, TreeState } from '../../core/tree/tree-state.ts';
import { type Epoch, formatZxid, ZXID_ZERO, type Zxid } from '../../core/zxid.ts';
import { recoverEpochs } from './epoch-files.ts';
import { SnapshotUnusableError } from './errors.ts';
import { listFiles, logsAfter, type NamedFile } from './file-names.ts';
import type { FileSystem } from './file-system.ts';
import { readLog } from './log-reader.ts';
import type { LoggedEntry } from './recent-entries.ts';
import { Replay } from './replay.ts';
import { directoriesOf, type HistoryPlace } from './replica-place.ts';
import { CompressionError } from './snapshot-compression.ts';
import { finishInstall, looksComplete, readSnapshot, removeTemporaries } from './snapshot-files.ts';

export interface RecoveredState {
  /** All of the log is applied, committed or not: the leader's synchronisation decides about the rest. */
  readonly tree: DataTree;
  readonly acceptedEpoch: Epoch;
  readonly currentEpoch: Epoch;
  /** The last txn in the log, or of the snapshot when no record follows it. */
  readonly lastZxid: Zxid;
  /** The last entries of the log, ascending, 500 at most. */
  readonly recent: readonly LoggedEntry[];
  readonly report: RecoveryReport;
}

export interface RecoveryReport {
  /** Name of the snapshot that was loaded; null in a directory without any. */
  readonly snapshot: string | null;
  /** Snapshots that were passed over because they are incomplete or damaged. */
  readonly skippedSnapshots: readonly string[];
  /** Names of the log files read. */
  readonly logs: readonly string[];
  readonly replayedCount: number;
  /** Bytes of an unacknowledged write that were cut off the last log file. */
  readonly tornBytes: number;
  /** The digests of log or snapshot are not those of the tree. Null when they agree, or there are none. */
  readonly mismatch: DigestMismatch | null;
}

export interface RecoveryOptions {
  /** How the tree is read. */
  readonly tree?: TreeOptions;
  /** Logs without any snapshot are a whole history. Default false. */
  readonly trustEmpty?: boolean;
}

/**
 * @param place  version-2 directories that exist
 * @throws LogCorruptionError, SnapshotUnusableError, EpochFileError (damage), ForeignFileError, or a system error
 */
export function recoverDirectory(
  fileSystem: FileSystem,
  place: HistoryPlace,
  { tree = {}, trustEmpty = false }: RecoveryOptions = {},
): RecoveredState {
  const { snapshots: directory } = place;
  finishInstall(fileSystem, place);
  for (const each of directoriesOf(place)) removeTemporaries(fileSystem, each);
  const snapshots = listFiles(fileSystem, directory, 'snapshot');
  const allLogs = listFiles(fileSystem, place.logs, 'log');
  const loaded = loadNewest({ fileSystem, directory, tree }, snapshots);
  const base = loaded.file?.zxid ?? ZXID_ZERO;
  const logs = logsAfter(allLogs, base);
  const replay = new Replay({ tree: loaded.tree, base, mark: loaded.mark });
  let tornBytes = 0;
  for (const log of logs) {
    const { end, tornBytes: torn } = readLog(fileSystem, log.path, (entry, zxid, entryEnd) => {
      replay.take(log.path, entry, zxid, entryEnd);
    });
    if (log === logs[logs.length - 1]) {
      settleLastLog(fileSystem, log, end);
      tornBytes = torn;
    }
  }
  replay.finish();
  if (loaded.file === null && replay.count > 0 && !trustEmpty) {
    throw new SnapshotUnusableError(directory, 'there are txn logs, but no snapshot to start from');
  }
  if (replay.lastZxid < loaded.reachedZxid) {
    const lost = `the log ends at ${formatZxid(replay.lastZxid)}, but had reached ${formatZxid(loaded.reachedZxid)}`;
    throw new SnapshotUnusableError(directory, `newer snapshots cannot be loaded, and ${lost}`);
  }
  if (logs.length > 0) fileSystem.syncDirectorySync(place.logs);
  const epochs = recoverEpochs(fileSystem, directory, replay.lastZxid);
  return {
    tree: loaded.tree,
    acceptedEpoch: epochs.accepted,
    currentEpoch: epochs.current,
    lastZxid: replay.lastZxid,
    recent: replay.recent,
    report: {
      snapshot: loaded.file?.name ?? null,
      skippedSnapshots: loaded.skipped,
      logs: logs.map((log) => log.name),
      replayedCount: replay.count,
      tornBytes,
      mismatch: replay.mismatch,
    },
  };
}

interface LoadedSnapshot {
  readonly tree: DataTree;
  readonly file: NamedFile | null;
  readonly mark: DigestMark | null;
  readonly skipped: readonly string[];
  /** The history certainly reached this zxid: the highest name among the snapshots, loadable or not. */
  readonly reachedZxid: Zxid;
}

interface SnapshotPlace {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  readonly tree: TreeOptions;
}

function loadNewest(place: SnapshotPlace, snapshots: readonly NamedFile[]): LoadedSnapshot {
  const { fileSystem, directory } = place;
  const skipped: string[] = [];
  const reachedZxid = snapshots[snapshots.length - 1]?.zxid ?? ZXID_ZERO;
  let lastError: unknown;
  for (let index = snapshots.length - 1; index >= 0; index--) {
    const file = snapshots[index];
    if (file === undefined) break;
    try {
      const loaded = looksComplete(fileSystem, file) ? loadSnapshot(place, file) : null;
      if (loaded !== null) return { ...loaded, file, skipped, reachedZxid };
    } catch (error) {
      if (!isDamagedSnapshot(error)) throw error;
      lastError = error;
    }
    skipped.push(file.name);
  }
  if (snapshots.length > 0) {
    throw new SnapshotUnusableError(directory, `none of ${skipped.join(', ')} can be loaded`, { cause: lastError });
  }
  return { tree: new DataTree(new TreeState(place.tree)), file: null, mark: null, skipped, reachedZxid };
}

function isDamagedSnapshot(error: unknown): boolean {
  return (
    error instanceof SnapshotError ||
    error instanceof CompressionError ||
    error instanceof JuteError ||
    error instanceof RangeError
  );
}

function loadSnapshot(
  { fileSystem, tree }: SnapshotPlace,
  file: NamedFile,
): { readonly tree: DataTree; readonly mark: DigestMark | null } {
  const reader = new SnapshotReader('file', tree);
  readSnapshot(fileSystem, file, (chunk) => reader.push(chunk));
  return { tree: reader.finish(file.zxid), mark: reader.digestMark };
}

/**
 * Cuts what is torn, and waits until the rest is on disk: after a killed process, records that were written but never
 * synced are still in the system's cache. This replica is about to say that it has them.
 */
function settleLastLog(fileSystem: FileSystem, log: NamedFile, end: number): void {
  if (end === 0) {
    fileSystem.remove(log.path);
    return;
  }
  const fd = fileSystem.open(log.path, 'update');
  try {
    if (fileSystem.size(fd) > end) fileSystem.truncate(fd, end);
    fileSystem.datasyncSync(fd);
  } finally {
    fileSystem.close(fd);
  }
}
