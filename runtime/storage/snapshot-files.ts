/**
 * Snapshot files: written in slices under a temporary name, made durable, then named. A file with a snapshot's name
 * that we wrote is therefore complete; one that ZooKeeper was writing when it died may not be, hence the quick test.
 *
 * `install.<hex>` is a received snapshot that is about to replace everything: see `finishInstall`.
 */

import type { Zxid } from '../../core/zxid.ts';
import { StorageWriteError } from './errors.ts';
import { type Compression, fileName, listFiles, logsAfter, type NamedFile } from './file-names.ts';
import { type FileSystem, readFully, writeFully } from './file-system.ts';
import { directoriesOf, type HistoryPlace } from './replica-place.ts';
import { SNAPSHOT_STARTS, SnapshotCompressor, SnapshotDecompressor } from './snapshot-compression.ts';

const TEMPORARY = '.tmp';
const INSTALL = /^install\.([0-9a-f]{1,16})(?:\.(?:gz|snappy))?$/;
const MAGIC = 0x5a4b534e;
const TERMINATOR = Buffer.from('000000012f', 'hex');
const HEADER_SIZE = 16;
const CHUNK_SIZE = 1 << 20;

export interface SnapshotSink {
  /** Writes the next slice. @throws StorageWriteError (a full disk, say); the sink has then removed its file */
  write(bytes: Uint8Array): void;
  /** Makes the snapshot durable and visible. Calls back once; an error means that everything is as before. */
  commit(onDone: (error: StorageWriteError | null) => void): void;
  /** Gives up and removes what was written; a `commit` on its way then reports an error. Nothing once it has its name. */
  abort(): void;
}

export interface SinkOptions {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  /** The name that the file gets once it is complete. */
  readonly name: string;
  readonly compression: Compression;
  /** Called when the file is durable under its name, before `onDone`. May throw a system error. */
  readonly afterCommit: () => void;
}

/** @throws StorageWriteError when the file cannot be created */
export function openSink({ fileSystem, directory, name, compression, afterCommit }: SinkOptions): SnapshotSink {
  const target = `${directory}/${name}`;
  const temporary = target + TEMPORARY;
  const failed = (cause: unknown): StorageWriteError => new StorageWriteError(target, 'writing snapshot', cause);
  let fd: number;
  const compressor = new SnapshotCompressor(compression);
  let position = 0;
  let open = true;
  try {
    fileSystem.remove(temporary);
    fd = fileSystem.open(temporary, 'create');
  } catch (cause) {
    throw failed(cause);
  }
  let syncing = false;
  const discard = (): void => {
    open = false;
    try {
      // While a sync is on its way the descriptor is in use; the end of the sync closes it.
      if (!syncing) fileSystem.close(fd);
      fileSystem.remove(temporary);
    } catch {
      // The next start removes temporary files.
    }
  };
  const canceled = (): StorageWriteError => failed({ code: 'ECANCELED' });
  return {
    write(bytes) {
      if (!open) throw canceled();
      try {
        const stored = compressor.compress(bytes);
        writeFully(fileSystem, fd, stored, position);
        position += stored.length;
      } catch (cause) {
        discard();
        throw failed(cause);
      }
    },
    commit(onDone) {
      if (!open) {
        queueMicrotask(() => onDone(canceled()));
        return;
      }
      syncing = true;
      fileSystem.datasync(fd, (syncError) => {
        syncing = false;
        if (!open) {
          fileSystem.close(fd);
          onDone(canceled());
          return;
        }
        if (syncError !== null) {
          discard();
          onDone(failed(syncError));
          return;
        }
        try {
          open = false;
          fileSystem.close(fd);
          fileSystem.rename(temporary, target);
        } catch (cause) {
          onDone(failed(cause));
          return;
        }
        fileSystem.syncDirectory(directory, (directoryError) => {
          try {
            if (directoryError !== null) throw directoryError;
            afterCommit();
          } catch (cause) {
            onDone(failed(cause));
            return;
          }
          onDone(null);
        });
      });
    },
    abort() {
      if (open) discard();
    },
  };
}

/**
 * Whether the file can be a complete snapshot: right magic, and the five bytes that end every section. The end of a
 * compressed file tells nothing; that it is incomplete turns out when it is read.
 */
export function looksComplete(fileSystem: FileSystem, { path, compression }: NamedFile): boolean {
  const fd = fileSystem.open(path, 'read');
  try {
    if (compression !== 'none') {
      const start = SNAPSHOT_STARTS[compression];
      return readFully(fileSystem, fd, 0, start.length).toString('latin1') === start;
    }
    const size = fileSystem.size(fd);
    if (size < HEADER_SIZE + TERMINATOR.length) return false;
    const magic = readFully(fileSystem, fd, 0, 4);
    const end = readFully(fileSystem, fd, size - TERMINATOR.length, TERMINATOR.length);
    return magic.readUInt32BE(0) === MAGIC && end.equals(TERMINATOR);
  } finally {
    fileSystem.close(fd);
  }
}

/**
 * Reads a snapshot from start to end in pieces, decompressed; a piece is valid during the call only.
 * @throws CompressionError
 */
export function readSnapshot(
  fileSystem: FileSystem,
  { path, compression }: NamedFile,
  onChunk: (chunk: Buffer) => void,
): void {
  const decompressor = new SnapshotDecompressor(compression, onChunk);
  const fd = fileSystem.open(path, 'read');
  try {
    for (let position = 0; ; ) {
      const chunk = readFully(fileSystem, fd, position, CHUNK_SIZE);
      if (chunk.length === 0) break;
      position += chunk.length;
      decompressor.push(chunk);
    }
    decompressor.finish();
  } finally {
    fileSystem.close(fd);
  }
}

export interface PurgeRule {
  /** At least 1. */
  readonly keep: number;
  /** Asked of files that pass the quick test: whether recovery can certainly load them. What it cannot counts for nothing. */
  readonly isSound: (file: NamedFile) => boolean;
}

/**
 * Keeps the newest `keep` sound snapshots and every log from the newest one that starts at or before the oldest of
 * them. Removes nothing while there are fewer. Returns the paths removed.
 */
export function purge(fileSystem: FileSystem, place: HistoryPlace, { keep, isSound }: PurgeRule): string[] {
  const snapshots = listFiles(fileSystem, place.snapshots, 'snapshot');
  const complete = snapshots.filter((file) => looksComplete(fileSystem, file) && isSound(file));
  const oldest = complete[complete.length - keep];
  if (oldest === undefined) return [];
  const logs = listFiles(fileSystem, place.logs, 'log');
  const needed = new Set(logsAfter(logs, oldest.zxid));
  const removed = [...snapshots.filter((file) => file.zxid < oldest.zxid), ...logs.filter((file) => !needed.has(file))];
  for (const file of removed) fileSystem.remove(file.path);
  return removed.map((file) => file.path);
}

/** Name under which a received snapshot waits to replace everything. */
export function installName(zxid: Zxid, compression: Compression): string {
  return fileName('snapshot', zxid, compression).replace('snapshot', 'install');
}

/**
 * Replaces the whole history by an `install.<hex>` file, if there is one. The steps bear a crash between any two:
 * 1. the received snapshot is durable as `install.<hex>`: from here on it will be installed, before that nothing changed;
 * 2. logs and snapshots of the old history go (they may hold txns that never were committed, with higher zxids);
 * 3. `install.<hex>` becomes `snapshot.<hex>`.
 */
export function finishInstall(fileSystem: FileSystem, place: HistoryPlace): string | null {
  const directory = place.snapshots;
  const name = fileSystem.list(directory).find((candidate) => INSTALL.test(candidate));
  if (name === undefined) return null;
  const old: NamedFile[] = [
    ...listFiles(fileSystem, place.logs, 'log'),
    ...listFiles(fileSystem, place.snapshots, 'snapshot'),
  ];
  for (const file of old) fileSystem.remove(file.path);
  for (const emptied of directoriesOf(place)) fileSystem.syncDirectorySync(emptied);
  const target = name.replace('install', 'snapshot');
  fileSystem.rename(`${directory}/${name}`, `${directory}/${target}`);
  fileSystem.syncDirectorySync(directory);
  return target;
}

/** Removes what interrupted writes left behind. */
export function removeTemporaries(fileSystem: FileSystem, directory: string): void {
  for (const name of fileSystem.list(directory)) {
    if (/^((snapshot|install)\.[0-9a-f]+(\.gz|\.snappy)?\.tmp|tmp\.log)$/.test(name))
      fileSystem.remove(`${directory}/${name}`);
  }
}

export function snapshotName(zxid: Zxid, compression: Compression = 'none'): string {
  return fileName('snapshot', zxid, compression);
}
