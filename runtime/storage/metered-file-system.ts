/** A file system that measures how long its waits for the disk take: those of transaction logs, which clients wait for. */

import { basename } from 'node:path';
import { preciseMs } from '../clock.ts';
import { LOG_TEMPORARY } from './file-names.ts';
import type { FileSystem } from './file-system.ts';

/** @param onSynced  gets the milliseconds of every sync of a log that succeeded */
export function meteredFileSystem(inner: FileSystem, onSynced: (durationMs: number) => void): FileSystem {
  const logs = new Set<number>();
  return {
    ...inner,
    open(path, mode) {
      const fd = inner.open(path, mode);
      if (mode !== 'read' && isLog(basename(path))) logs.add(fd);
      return fd;
    },
    close(fd) {
      logs.delete(fd);
      inner.close(fd);
    },
    datasync(fd, callback) {
      if (!logs.has(fd)) return inner.datasync(fd, callback);
      const startedMs = preciseMs();
      inner.datasync(fd, (error) => {
        if (error === null) onSynced(preciseMs() - startedMs);
        callback(error);
      });
    },
  };
}

/** A log is written under another name until it has its header. */
function isLog(name: string): boolean {
  return name.startsWith('log.') || name === LOG_TEMPORARY;
}
