/** A replica's storage in a temporary directory, with a file system that fails when told to. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Zxid } from '../../core/zxid.ts';
import { toZxid } from '../../core/zxid.ts';
import type { LogFencedError } from '../../runtime/storage/errors.ts';
import { type FileStorageOptions, openFileStorage } from '../../runtime/storage/file-storage.ts';
import { type FileSystem, nodeFileSystem } from '../../runtime/storage/file-system.ts';
import type { RecoveredState, ReplicaStorage } from '../../runtime/storage/replica-storage.ts';
import { createEntry } from './txn-entries.ts';

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code, syscall: 'injected' });
}

/** What the disk does wrong, changeable at any time. */
export interface Faults {
  /** Bytes that may still be written to files whose path matches; then ENOSPC, after writing what fits. */
  room: number;
  /** Code that every sync fails with, or null. */
  sync: string | null;
  /** Bytes taken by one write at most. */
  writeMax: number;
}

export interface FaultyDisk {
  readonly fileSystem: FileSystem;
  readonly faults: Faults;
  /** Names of the calls made, with the file's name: `write log.1`. */
  readonly calls: string[];
}

export function faultyDisk(): FaultyDisk {
  const faults: Faults = { room: Number.POSITIVE_INFINITY, sync: null, writeMax: Number.POSITIVE_INFINITY };
  const calls: string[] = [];
  const names = new Map<number, string>();
  const note = (call: string, fd: number): void => void calls.push(`${call} ${names.get(fd)}`);
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    open(path, mode) {
      const fd = nodeFileSystem.open(path, mode);
      names.set(fd, path.slice(path.lastIndexOf('/') + 1));
      return fd;
    },
    write(fd, source, offset, length, position) {
      const fits = Math.min(length, faults.writeMax, faults.room);
      if (fits <= 0) throw systemError('ENOSPC');
      note('write', fd);
      faults.room -= fits;
      return nodeFileSystem.write(fd, source, offset, fits, position);
    },
    datasync(fd, callback) {
      const code = faults.sync;
      if (code !== null) setImmediate(() => callback(systemError(code)));
      else {
        note('sync', fd);
        nodeFileSystem.datasync(fd, callback);
      }
    },
    datasyncSync(fd) {
      if (faults.sync !== null) throw systemError(faults.sync);
      note('sync', fd);
      nodeFileSystem.datasyncSync(fd);
    },
    rename(from, to) {
      for (const [fd, name] of names) if (from.endsWith(`/${name}`)) names.set(fd, to.slice(to.lastIndexOf('/') + 1));
      nodeFileSystem.rename(from, to);
    },
    truncate(fd, size) {
      note('truncate', fd);
      nodeFileSystem.truncate(fd, size);
    },
  };
  return { fileSystem, faults, calls };
}

/** A temporary replica directory, as the data directory prepares it. */
export class ReplicaDirectory {
  readonly path = mkdtempSync(join(tmpdir(), 'tk-storage-'));
  readonly version2 = `${this.path}/version-2`;

  constructor() {
    mkdirSync(this.version2);
  }

  file(name: string): string {
    return `${this.version2}/${name}`;
  }

  read(name: string): Buffer {
    return readFileSync(this.file(name));
  }

  write(name: string, bytes: Uint8Array | string): void {
    writeFileSync(this.file(name), bytes);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A replica's host reduced to what storage sees of it. */
export class TestReplica {
  readonly storage: ReplicaStorage;
  readonly state: RecoveredState;
  readonly fences: LogFencedError[] = [];
  durable = 0;
  #waiting: { readonly zxid: number; readonly resolve: () => void }[] = [];

  constructor(directory: ReplicaDirectory, options: Partial<FileStorageOptions> = {}) {
    this.storage = openFileStorage({
      place: { replicaPath: directory.path, logPath: directory.path },
      listener: {
        onDurable: (zxid) => this.#onDurable(zxid),
        onFenced: (error) => void this.fences.push(error),
      },
      ...options,
    });
    this.state = this.storage.recover();
  }

  append(from: number, to = from, size = 10): void {
    for (let zxid = from; zxid <= to; zxid++) this.storage.append(toZxid(zxid), createEntry(zxid, size));
  }

  /** Appends, flushes and waits for the disk. */
  async log(from: number, to = from, size = 10): Promise<void> {
    this.append(from, to, size);
    this.storage.flush();
    await this.durableUpTo(to);
  }

  durableUpTo(zxid: number): Promise<void> {
    if (this.durable >= zxid) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ zxid, resolve }));
  }

  truncate(zxid: number): Promise<Error | null> {
    return new Promise((resolve) => this.storage.truncate(toZxid(zxid), resolve));
  }

  #onDurable(zxid: Zxid): void {
    this.durable = zxid;
    const done = this.#waiting.filter((waiter) => waiter.zxid <= zxid);
    this.#waiting = this.#waiting.filter((waiter) => waiter.zxid > zxid);
    for (const waiter of done) waiter.resolve();
  }
}
