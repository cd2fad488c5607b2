/**
 * The handful of file system calls that storage uses, as a seam: tests put a full disk, a torn write or an
 * input/output error behind it.
 *
 * Calls are synchronous, because a buffered write is a memory copy (18 µs for 4 KiB); only the waits for the disk,
 * `datasync` and `sync`, have an asynchronous form. Every call throws, or hands its callback, the system's error.
 */

import fs from 'node:fs';
import { dirname } from 'node:path';
import { preciseMs } from '../clock.ts';
import { SyncPace } from './sync-pace.ts';

export type SyncCallback = (error: Error | null) => void;

export interface FileSystem {
  /** `read`, `update` an existing file, or `create` one that must not exist. Returns a descriptor. */
  open(path: string, mode: 'read' | 'update' | 'create'): number;
  close(fd: number): void;
  /** May read less than asked for; 0 at the end of the file. */
  read(fd: number, target: Uint8Array, offset: number, length: number, position: number): number;
  /** May write less than asked for. */
  write(fd: number, source: Uint8Array, offset: number, length: number, position: number): number;
  truncate(fd: number, size: number): void;
  size(fd: number): number;
  /** Makes the file's bytes durable, and of its metadata what is needed to read them. Calls back later, never at once. */
  datasync(fd: number, callback: SyncCallback): void;
  datasyncSync(fd: number): void;
  /** Makes the entries of a directory durable: files created, renamed or removed in it. */
  syncDirectory(path: string, callback: SyncCallback): void;
  syncDirectorySync(path: string): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Names in a directory, in no promised order; empty when there is no such directory. */
  list(path: string): string[];
  exists(path: string): boolean;
  makeDirectory(path: string): void;
}

/** One a thread, as all logs of a thread share a disk. */
const pace = new SyncPace();

const FLAGS = { read: 'r', update: 'r+', create: 'wx+' } as const;

export const nodeFileSystem: FileSystem = {
  open: (path, mode) => fs.openSync(path, FLAGS[mode], 0o644),
  close: (fd) => fs.closeSync(fd),
  read: (fd, target, offset, length, position) => fs.readSync(fd, target, offset, length, position),
  write: (fd, source, offset, length, position) => fs.writeSync(fd, source, offset, length, position),
  truncate: (fd, size) => fs.ftruncateSync(fd, size),
  size: (fd) => fs.fstatSync(fd).size,
  datasync(fd, callback) {
    if (pace.isInline()) datasyncInline(fd, callback);
    else fs.fdatasync(fd, callback);
  },
  datasyncSync: (fd) => fs.fdatasyncSync(fd),
  syncDirectory(path, callback) {
    fs.open(path, 'r', (openError, fd) => {
      if (openError !== null) {
        callback(openError);
        return;
      }
      fs.fsync(fd, (syncError) => fs.close(fd, (closeError) => callback(syncError ?? closeError ?? null)));
    });
  },
  syncDirectorySync(path) {
    const fd = fs.openSync(path, 'r');
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  },
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.rmSync(path, { force: true }),
  list(path) {
    try {
      return fs.readdirSync(path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
  },
  exists: (path) => fs.existsSync(path),
  makeDirectory,
};

/** With its parents. Node's own `recursive` never returns on a file system that refuses a directory with ENOENT (/proc). */
function makeDirectory(path: string): void {
  if (fs.existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeDirectory(parent);
  fs.mkdirSync(path);
}

/** Writes all bytes at a position, however short the single writes turn out. */
export function writeFully(fileSystem: FileSystem, fd: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) {
    const written = fileSystem.write(fd, bytes, done, bytes.length - done, position + done);
    if (written <= 0) throw Object.assign(new Error('the disk took no bytes'), { code: 'EIO' });
    done += written;
  }
}

/** Reads up to `length` bytes at a position; fewer only at the end of the file. */
export function readFully(fileSystem: FileSystem, fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < length) {
    const read = fileSystem.read(fd, bytes, done, length - done, position + done);
    if (read <= 0) break;
    done += read;
  }
  return done === length ? bytes : bytes.subarray(0, done);
}

/** Replaces a small file atomically and durably: temporary name, sync, rename, sync of the directory. */
export function replaceFile(fileSystem: FileSystem, directory: string, name: string, bytes: Uint8Array): void {
  placeFile(fileSystem, directory, name, bytes);
  fileSystem.syncDirectorySync(directory);
}

/** The same without the directory's sync: for a file that must be there only if something synced later is. */
export function placeFile(fileSystem: FileSystem, directory: string, name: string, bytes: Uint8Array): void {
  const target = `${directory}/${name}`;
  const temporary = `${target}.tmp`;
  fileSystem.remove(temporary);
  const fd = fileSystem.open(temporary, 'create');
  try {
    writeFully(fileSystem, fd, bytes, 0);
    fileSystem.datasyncSync(fd);
  } finally {
    fileSystem.close(fd);
  }
  fileSystem.rename(temporary, target);
}

/** A file's content, or null when there is no such file. For small files. */
export function readSmallFile(fileSystem: FileSystem, path: string): Buffer | null {
  if (!fileSystem.exists(path)) return null;
  const fd = fileSystem.open(path, 'read');
  try {
    return readFully(fileSystem, fd, 0, fileSystem.size(fd));
  } finally {
    fileSystem.close(fd);
  }
}

function datasyncInline(fd: number, callback: SyncCallback): void {
  const startedMs = preciseMs();
  let failure: Error | null = null;
  try {
    fs.fdatasyncSync(fd);
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  pace.record(preciseMs() - startedMs);
  queueMicrotask(() => callback(failure));
}
