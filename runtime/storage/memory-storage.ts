/**
 * Storage for `inMemory: true`: nothing is kept beyond the life of the thread, and everything is "durable" at once.
 *
 * A replica that is started again after its thread died has lost what it acknowledged, exactly as if its disk had been
 * wiped, so it may not vote until it is brought up to date (quarantine.ts says why). Only the first start is innocent.
 */

import { invariant } from '../../core/assert.ts';
import { DataTree } from '../../core/tree/data-tree.ts';
import { type TreeOptions, TreeState } from '../../core/tree/tree-state.ts';
import { EPOCH_ZERO, ZXID_ZERO, type Zxid } from '../../core/zxid.ts';
import type { LogFencedError } from './errors.ts';
import type { RecoveredState, ReplicaStorage, SnapshotSink, StorageListener } from './replica-storage.ts';

export interface MemoryStorageOptions {
  readonly listener: StorageListener;
  readonly tree?: TreeOptions;
  /** `first` start of this replica in the life of its ensemble, or a `restart` that lost its memory. */
  readonly start: 'first' | 'restart';
}

export function openMemoryStorage(options: MemoryStorageOptions): ReplicaStorage {
  return new MemoryStorage(options);
}

class MemoryStorage implements ReplicaStorage {
  readonly fenced: LogFencedError | null = null;
  readonly #listener: StorageListener;
  readonly #tree: TreeOptions;
  #mayVote: boolean;
  #appended: Zxid = ZXID_ZERO;
  #told: Zxid = ZXID_ZERO;
  #scheduled = false;
  #closed = false;

  constructor({ listener, tree = {}, start }: MemoryStorageOptions) {
    this.#listener = listener;
    this.#tree = tree;
    this.#mayVote = start === 'first';
  }

  get mayVote(): boolean {
    return this.#mayVote;
  }

  recover(): RecoveredState {
    // Only what was committed reaches the tree of such a replica, so no truncation ever asks for a second reading.
    invariant(this.#appended === ZXID_ZERO, 'memory is read back before the first txn only', { at: this.#appended });
    return {
      tree: new DataTree(new TreeState(this.#tree)),
      acceptedEpoch: EPOCH_ZERO,
      currentEpoch: EPOCH_ZERO,
      lastZxid: ZXID_ZERO,
      recent: [],
      report: { snapshot: null, skippedSnapshots: [], logs: [], replayedCount: 0, tornBytes: 0, mismatch: null },
    };
  }

  append(zxid: Zxid): void {
    this.#appended = zxid;
  }

  flush(): void {
    if (this.#scheduled || this.#appended === this.#told) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (this.#closed || this.#appended === this.#told) return;
      this.#told = this.#appended;
      this.#listener.onDurable(this.#told);
    });
  }

  retryFenced(): void {}

  saveAcceptedEpoch(): void {}

  saveCurrentEpoch(): void {}

  truncate(zxid: Zxid, onDone: (error: null) => void): void {
    this.flush();
    queueMicrotask(() => {
      this.#appended = zxid;
      this.#told = zxid;
      onDone(null);
    });
  }

  beginSnapshot(): SnapshotSink {
    return discardingSink(() => {});
  }

  beginInstall(zxid: Zxid): SnapshotSink {
    return discardingSink(() => {
      this.#appended = zxid;
      this.#told = zxid;
    });
  }

  purge(): void {
    // There are no files.
  }

  completeResync(): void {
    this.#mayVote = true;
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }
}

function discardingSink(afterCommit: () => void): SnapshotSink {
  return {
    write() {},
    commit(onDone) {
      queueMicrotask(() => {
        afterCommit();
        onDone(null);
      });
    },
    abort() {},
  };
}
