/**
 * A disk that becomes full on command, under a real process: `node --import` loads this file before anything of ours, in
 * every thread, and from then on writes to files below FULL_DISK_DIRECTORY fail with ENOSPC while the file FULL_DISK_MARKER
 * exists. The first write to each file
 * still finds room for its half, as on a real disk. Needs no mount and no privileges.
 */
import fs from 'node:fs';

const { FULL_DISK_MARKER: marker, FULL_DISK_DIRECTORY: directory } = process.env;

type WriteSync = (
  fd: number,
  source: NodeJS.ArrayBufferView,
  offset: number,
  length: number,
  position: number,
) => number;

if (marker !== undefined && directory !== undefined) {
  const paths = new Map<number, string>();
  const halved = new Set<number>();
  const { openSync, closeSync } = fs;
  const writeSync: WriteSync = fs.writeSync;

  fs.openSync = (path, flags, mode) => {
    const fd = openSync(path, flags, mode);
    paths.set(fd, String(path));
    return fd;
  };
  fs.closeSync = (fd) => {
    paths.delete(fd);
    closeSync(fd);
  };
  const faulty: WriteSync = (fd, source, offset, length, position) => {
    const isConcerned = paths.get(fd)?.startsWith(directory) === true && fs.existsSync(marker);
    if (!isConcerned) {
      halved.delete(fd);
      return writeSync(fd, source, offset, length, position);
    }
    if (halved.has(fd) || length < 2) {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
    }
    halved.add(fd);
    return writeSync(fd, source, offset, length >> 1, position);
  };
  Object.assign(fs, { writeSync: faulty });
}
