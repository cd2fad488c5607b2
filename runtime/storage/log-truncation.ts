/**
 * Cuts a history back to a zxid, as a leader's TRUNC asks (zookeeper-facts 12.7). In: a directory in which nothing is
 * in flight. Files go from the newest to the oldest, so a crash in between leaves a history that is merely longer than
 * asked for, and the leader asks again.
 */

import { formatZxid, type Zxid } from '../../core/zxid.ts';
import { TruncateImpossibleError } from './errors.ts';
import { listFiles } from './file-names.ts';
import type { FileSystem } from './file-system.ts';
import { readLog } from './log-reader.ts';
import { directoriesOf, type HistoryPlace } from './replica-place.ts';
import { looksComplete } from './snapshot-files.ts';

/**
 * Durable on return.
 * @throws TruncateImpossibleError, with nothing changed, when the only snapshots are newer than `zxid`: they may hold
 *   what is to be dropped; or a system error, LogCorruptionError
 */
export function truncateHistory(fileSystem: FileSystem, place: HistoryPlace, zxid: Zxid): void {
  const snapshots = listFiles(fileSystem, place.snapshots, 'snapshot');
  const logs = listFiles(fileSystem, place.logs, 'log');
  const newer = snapshots.filter((file) => file.zxid > zxid);
  const base = snapshots.findLast((file) => file.zxid <= zxid && looksComplete(fileSystem, file));
  if (newer.length > 0 && base === undefined) {
    const reason = `no snapshot in ${place.snapshots} is as old as ${formatZxid(zxid)}`;
    throw new TruncateImpossibleError(reason, place.snapshots);
  }
  for (const file of newer.reverse()) fileSystem.remove(file.path);
  for (const log of logs.reverse()) {
    if (log.zxid > zxid) {
      fileSystem.remove(log.path);
      continue;
    }
    cutAfter(fileSystem, log.path, zxid);
    break;
  }
  for (const directory of directoriesOf(place)) fileSystem.syncDirectorySync(directory);
}

function cutAfter(fileSystem: FileSystem, path: string, zxid: Zxid): void {
  let cut = -1;
  const { end, lastZxid } = readLog(fileSystem, path, (_entry, entryZxid, entryEnd) => {
    if (entryZxid <= zxid) cut = entryEnd;
  });
  if (lastZxid === null || lastZxid <= zxid || cut < 0 || cut === end) return;
  const fd = fileSystem.open(path, 'update');
  try {
    fileSystem.truncate(fd, cut);
    fileSystem.datasyncSync(fd);
  } finally {
    fileSystem.close(fd);
  }
}
