/**
 * A replica's storage in a directory, in ZooKeeper's own formats: an Apache ZooKeeper can start from it and it from
 * one of Apache's. Owns the files below `<replicaPath>/version-2`; acquire with `openFileStorage`, use, `close`.
 */

import { DataTree } from '../../core/tree/data-tree.ts';
import { SnapshotWriter } from '../../core/tree/snapshot-writer.ts';
import type { TreeOptions } from '../../core/tree/tree-state.ts';
import { type Epoch, ZXID_ZERO, type Zxid } from '../../core/zxid.ts';
import { saveEpoch } from './epoch-files.ts';
import { type LogFencedError, StorageError, StorageWriteError, TruncateImpossibleError } from './errors.ts';
import { listFiles } from './file-names.ts';
import { type FileSystem, nodeFileSystem, placeFile } from './file-system.ts';
import { truncateHistory } from './log-truncation.ts';
import { clearResync, needsResync, prepareResync } from './quarantine.ts';
import { recoverDirectory } from './recovery.ts';
import type { RecoveredState, ReplicaStorage, SnapshotSink, StorageListener } from './replica-storage.ts';
import { finishInstall, installName, openSink, purge, snapshotName } from './snapshot-files.ts';
import { TxnLog } from './txn-log.ts';

export interface FileStorageOptions {
  /** The replica's own directory; the data directory is checked and locked already. */
  readonly replicaPath: string;
  readonly listener: StorageListener;
  /** How trees are read. */
  readonly tree?: TreeOptions;
  /** Complete snapshots kept, with the logs they need. Default 3, at least 1. */
  readonly snapshotsKept?: number;
  /** See TxnLogOptions. */
  readonly pendingBytesMax?: number;
  readonly fileSystem?: FileSystem;
}

export const SNAPSHOTS_KEPT = 3;

/** Opens without reading: `recover` comes first, then the rest. */
export function openFileStorage(options: FileStorageOptions): ReplicaStorage {
  return new FileStorage(options);
}

class FileStorage implements ReplicaStorage {
  readonly #fileSystem: FileSystem;
  readonly #replicaPath: string;
  readonly #directory: string;
  readonly #tree: TreeOptions;
  readonly #snapshotsKept: number;
  readonly #log: TxnLog;
  #mayVote: boolean;
  #hasSnapshot = false;
  #snapshot: SnapshotSink | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: FileStorageOptions) {
    this.#fileSystem = options.fileSystem ?? nodeFileSystem;
    this.#replicaPath = options.replicaPath;
    this.#directory = `${options.replicaPath}/version-2`;
    this.#tree = options.tree ?? {};
    this.#snapshotsKept = options.snapshotsKept ?? SNAPSHOTS_KEPT;
    prepareResync(this.#place);
    this.#mayVote = !needsResync(this.#place);
    const { listener } = options;
    this.#log = new TxnLog({
      fileSystem: this.#fileSystem,
      directory: this.#directory,
      beforeCreate: () => this.#ensureSnapshot(),
      onDurable: (zxid) => listener.onDurable(zxid),
      onFenced: (error) => listener.onFenced(error),
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
    const state = recoverDirectory(this.#fileSystem, this.#directory, this.#tree);
    this.#hasSnapshot = state.report.snapshot !== null;
    return state;
  }

  append(zxid: Zxid, entry: Uint8Array): void {
    this.#log.append(zxid, entry);
  }

  flush(): void {
    this.#log.flush();
  }

  retryFenced(): void {
    this.#log.retry();
  }

  saveAcceptedEpoch(epoch: Epoch): void {
    saveEpoch(this.#fileSystem, this.#directory, 'acceptedEpoch', epoch);
  }

  saveCurrentEpoch(epoch: Epoch): void {
    saveEpoch(this.#fileSystem, this.#directory, 'currentEpoch', epoch);
  }

  truncate(zxid: Zxid, onDone: (error: TruncateImpossibleError | StorageWriteError | null) => void): void {
    // It may hold what is to be dropped.
    this.#snapshot?.abort();
    this.#log.finish('write', () => {
      let error: TruncateImpossibleError | StorageWriteError | null = null;
      try {
        truncateHistory(this.#fileSystem, this.#directory, zxid);
      } catch (cause) {
        error =
          cause instanceof TruncateImpossibleError
            ? cause
            : new StorageWriteError(this.#directory, 'truncating the history in', cause);
      }
      // Always in a later turn, so that the host need not expect its own input while it performs effects.
      queueMicrotask(() => onDone(error));
    });
  }

  beginSnapshot(zxid: Zxid): SnapshotSink {
    this.#log.roll();
    this.#snapshot?.abort();
    this.#snapshot = openSink({
      fileSystem: this.#fileSystem,
      directory: this.#directory,
      name: snapshotName(zxid),
      afterCommit: () => {
        this.#snapshot = null;
        this.#hasSnapshot = true;
        this.#purge();
      },
    });
    return this.#snapshot;
  }

  beginInstall(zxid: Zxid): SnapshotSink {
    this.#snapshot?.abort();
    const sink = openSink({
      fileSystem: this.#fileSystem,
      directory: this.#directory,
      name: installName(zxid),
      afterCommit: () => {
        finishInstall(this.#fileSystem, this.#directory);
        this.#hasSnapshot = true;
      },
    });
    return {
      write: (bytes) => sink.write(bytes),
      commit: (onDone) => this.#log.finish('drop', () => sink.commit(onDone)),
      abort: () => sink.abort(),
    };
  }

  completeResync(): void {
    clearResync(this.#place);
    this.#mayVote = true;
  }

  close(): Promise<void> {
    this.#snapshot?.abort();
    this.#closing ??= new Promise((resolve) => this.#log.close(resolve));
    return this.#closing;
  }

  get #place(): { readonly fileSystem: FileSystem; readonly replicaPath: string } {
    return { fileSystem: this.#fileSystem, replicaPath: this.#replicaPath };
  }

  /**
   * ZooKeeper starts from no directory that has logs but no snapshot, so a fresh replica writes that of an empty tree
   * before its first log. Not earlier: a replica that never logs anything leaves nothing behind.
   */
  #ensureSnapshot(): void {
    if (this.#hasSnapshot || listFiles(this.#fileSystem, this.#directory, 'snapshot').length > 0) {
      this.#hasSnapshot = true;
      return;
    }
    const writer = new SnapshotWriter(new DataTree(), 'file');
    const parts: Uint8Array[] = [];
    for (let part = writer.next(1 << 16); part !== null; part = writer.next(1 << 16)) parts.push(new Uint8Array(part));
    // The log's first sync includes the directory's, and nothing is acknowledged before that.
    placeFile(this.#fileSystem, this.#directory, snapshotName(ZXID_ZERO), Buffer.concat(parts));
    this.#hasSnapshot = true;
  }

  #purge(): void {
    try {
      purge(this.#fileSystem, this.#directory, this.#snapshotsKept);
    } catch (error) {
      // The snapshot stands; what could not be removed now is removed with the next one.
      if (!(error instanceof Error && ('syscall' in error || error instanceof StorageError))) throw error;
    }
  }
}
