/**
 * A replica's storage in a directory, in ZooKeeper's own formats: an Apache ZooKeeper can start from it and it from
 * one of Apache's. Owns the files below the replica's `version-2` directories; acquire with `openFileStorage`, use, `close`.
 */

import { DataTree } from '../../core/tree/data-tree.ts';
import { SnapshotWriter } from '../../core/tree/snapshot-writer.ts';
import type { TreeOptions } from '../../core/tree/tree-state.ts';
import { EPOCH_ZERO, type Epoch, epochOf, ZXID_ZERO, type Zxid } from '../../core/zxid.ts';
import { forgetNote, noteEpoch, saveEpoch } from './epoch-files.ts';
import { type LogFencedError, StorageError, StorageWriteError, TruncateImpossibleError } from './errors.ts';
import { listFiles, type NamedFile } from './file-names.ts';
import { type FileSystem, nodeFileSystem, placeFile } from './file-system.ts';
import { truncateHistory } from './log-truncation.ts';
import { clearResync, needsResync, prepareResync, type ReplicaFiles } from './quarantine.ts';
import { recoverDirectory } from './recovery.ts';
import { type HistoryPlace, historyOf, type ReplicaPlace } from './replica-place.ts';
import type { RecoveredState, ReplicaStorage, SnapshotSink, StorageListener } from './replica-storage.ts';
import { SnapshotCompressor } from './snapshot-compression.ts';
import { finishInstall, installName, openSink, purge, snapshotName } from './snapshot-files.ts';
import { STORAGE_DEFAULTS, type StorageSettings } from './storage-settings.ts';
import { TxnLog } from './txn-log.ts';

export interface FileStorageOptions {
  /** The replica's own directories; the data directory is checked and locked already. */
  readonly place: ReplicaPlace;
  readonly listener: StorageListener;
  /** How trees are read. */
  readonly tree?: TreeOptions;
  /** Default: STORAGE_DEFAULTS. */
  readonly settings?: Partial<StorageSettings>;
  /** See TxnLogOptions. */
  readonly pendingBytesMax?: number;
  readonly fileSystem?: FileSystem;
}

/** Opens without reading: `recover` comes first, then the rest. */
export function openFileStorage(options: FileStorageOptions): ReplicaStorage {
  return new FileStorage(options);
}

class FileStorage implements ReplicaStorage {
  readonly #fileSystem: FileSystem;
  readonly #files: ReplicaFiles;
  readonly #history: HistoryPlace;
  readonly #settings: StorageSettings;
  readonly #tree: TreeOptions;
  readonly #log: TxnLog;
  /** Names of snapshots that were loaded or written whole: of a compressed one, the file itself does not tell. */
  readonly #sound = new Set<string>();
  #mayVote: boolean;
  #hasSnapshot = false;
  #snapshot: SnapshotSink | null = null;
  #closing: Promise<void> | null = null;
  /** The epoch that a reader of the directory would take for the current one. */
  #notedEpoch: Epoch = EPOCH_ZERO;

  constructor(options: FileStorageOptions) {
    this.#fileSystem = options.fileSystem ?? nodeFileSystem;
    this.#files = { ...options.place, fileSystem: this.#fileSystem };
    this.#history = historyOf(options.place);
    this.#tree = options.tree ?? {};
    const settings = { ...STORAGE_DEFAULTS, ...options.settings };
    this.#settings = settings;
    prepareResync(this.#files);
    this.#mayVote = !needsResync(this.#files);
    const { listener } = options;
    this.#log = new TxnLog({
      fileSystem: this.#fileSystem,
      directory: this.#history.logs,
      beforeCreate: () => this.#ensureSnapshot(),
      onDurable: (zxid) => listener.onDurable(zxid),
      onFenced: (error) => listener.onFenced(error),
      settings,
      ...(options.pendingBytesMax === undefined ? {} : { pendingBytesMax: options.pendingBytesMax }),
    });
  }

  get mayVote(): boolean {
    return this.#mayVote;
  }

  get fenced(): LogFencedError | null {
    return this.#log.fenced;
  }

  recover(): RecoveredState {
    const state = recoverDirectory(this.#fileSystem, this.#history, {
      tree: this.#tree,
      trustEmpty: this.#settings.snapshotTrustEmpty,
    });
    const { snapshot } = state.report;
    this.#hasSnapshot = snapshot !== null;
    this.#notedEpoch = state.currentEpoch;
    if (snapshot !== null) this.#sound.add(snapshot);
    return state;
  }

  append(zxid: Zxid, entry: Uint8Array): void {
    if (epochOf(zxid) > this.#notedEpoch) this.#noteEpoch(epochOf(zxid));
    this.#log.append(zxid, entry);
  }

  flush(): void {
    this.#log.flush();
  }

  retryFenced(): void {
    this.#log.retry();
  }

  saveAcceptedEpoch(epoch: Epoch): void {
    saveEpoch(this.#fileSystem, this.#history.snapshots, 'acceptedEpoch', epoch);
  }

  saveCurrentEpoch(epoch: Epoch): void {
    saveEpoch(this.#fileSystem, this.#history.snapshots, 'currentEpoch', epoch);
    this.#notedEpoch = epoch;
  }

  truncate(zxid: Zxid, onDone: (error: TruncateImpossibleError | StorageWriteError | null) => void): void {
    // It may hold what is to be dropped.
    this.#snapshot?.abort();
    this.#log.finish('write', () => {
      let error: TruncateImpossibleError | StorageWriteError | null = null;
      try {
        truncateHistory(this.#fileSystem, this.#history, zxid);
        this.#notedEpoch = forgetNote(this.#fileSystem, this.#history.snapshots);
      } catch (cause) {
        error =
          cause instanceof TruncateImpossibleError
            ? cause
            : new StorageWriteError(this.#history.logs, 'truncating the history in', cause);
      }
      // Always in a later turn, so that the host need not expect its own input while it performs effects.
      queueMicrotask(() => onDone(error));
    });
  }

  beginSnapshot(zxid: Zxid): SnapshotSink {
    this.#log.roll();
    this.#snapshot?.abort();
    const name = snapshotName(zxid, this.#settings.snapshotCompression);
    this.#snapshot = openSink({
      fileSystem: this.#fileSystem,
      directory: this.#history.snapshots,
      name,
      compression: this.#settings.snapshotCompression,
      afterCommit: () => {
        this.#snapshot = null;
        this.#hasSnapshot = true;
        this.#sound.add(name);
        if (this.#settings.autopurgeIntervalHours === null) this.purge();
      },
    });
    return this.#snapshot;
  }

  beginInstall(zxid: Zxid): SnapshotSink {
    if (epochOf(zxid) > this.#notedEpoch) this.#noteEpoch(epochOf(zxid));
    this.#snapshot?.abort();
    const sink = openSink({
      fileSystem: this.#fileSystem,
      directory: this.#history.snapshots,
      name: installName(zxid, this.#settings.snapshotCompression),
      compression: this.#settings.snapshotCompression,
      afterCommit: () => {
        const installed = finishInstall(this.#fileSystem, this.#history);
        this.#hasSnapshot = true;
        if (installed !== null) this.#sound.add(installed);
      },
    });
    return {
      write: (bytes) => sink.write(bytes),
      commit: (onDone) => this.#log.finish('drop', () => sink.commit(onDone)),
      abort: () => sink.abort(),
    };
  }

  purge(): void {
    try {
      const isSound = (file: NamedFile): boolean => file.compression === 'none' || this.#sound.has(file.name);
      purge(this.#fileSystem, this.#history, { keep: this.#settings.autopurgeSnapRetainCount, isSound });
    } catch (error) {
      // The snapshot stands; what could not be removed now is removed with the next one.
      if (!(error instanceof Error && ('syscall' in error || error instanceof StorageError))) throw error;
    }
  }

  completeResync(): void {
    clearResync(this.#files);
    this.#mayVote = true;
  }

  close(): Promise<void> {
    this.#snapshot?.abort();
    this.#closing ??= new Promise((resolve) => this.#log.close(resolve));
    return this.#closing;
  }

  // Between the proposals of a new leader and the epoch that they belong to, a stop leaves a log that is newer than
  // currentEpoch. ZooKeeper refuses that, unless the epoch stands in currentEpoch.tmp: then it goes by that, as our own
  // recovery goes by the log.
  #noteEpoch(epoch: Epoch): void {
    noteEpoch(this.#fileSystem, this.#history.snapshots, epoch);
    this.#notedEpoch = epoch;
  }

  /**
   * ZooKeeper starts from no directory that has logs but no snapshot, so a fresh replica writes that of an empty tree
   * before its first log. Not earlier: a replica that never logs anything leaves nothing behind.
   */
  #ensureSnapshot(): void {
    if (this.#hasSnapshot || listFiles(this.#fileSystem, this.#history.snapshots, 'snapshot').length > 0) {
      this.#hasSnapshot = true;
      return;
    }
    const writer = new SnapshotWriter(new DataTree(), 'file');
    const compressor = new SnapshotCompressor(this.#settings.snapshotCompression);
    const parts: Uint8Array[] = [];
    for (let part = writer.next(1 << 16); part !== null; part = writer.next(1 << 16)) {
      parts.push(new Uint8Array(compressor.compress(part)));
    }
    const name = snapshotName(ZXID_ZERO, this.#settings.snapshotCompression);
    const { snapshots, logs } = this.#history;
    placeFile(this.#fileSystem, snapshots, name, Buffer.concat(parts));
    // In one directory, the log's first sync includes this entry, and nothing is acknowledged before that.
    if (snapshots !== logs) this.#fileSystem.syncDirectorySync(snapshots);
    this.#hasSnapshot = true;
    this.#sound.add(name);
  }
}
