/**
 * What a replica's thread needs of its disk, whatever the disk is: a directory (`FileStorage`) or nothing at all
 * (`MemoryStorage`). One call per effect of the consensus core, to be made in the order in which the effects stand.
 *
 * Bytes handed in are copied before the call returns. Nothing here decides anything about the protocol.
 */

import type { Epoch, Zxid } from '../../core/zxid.ts';
import type { LogFencedError, StorageWriteError, TruncateImpossibleError } from './errors.ts';
import type { RecoveredState } from './recovery.ts';
import type { SnapshotSink } from './snapshot-files.ts';

export type { RecoveredState, RecoveryReport } from './recovery.ts';
export type { SnapshotSink } from './snapshot-files.ts';

export interface StorageListener {
  /** Every entry up to and including `zxid` is on disk: core's input `synced`. Never called from within `flush`. */
  onDurable(zxid: Zxid): void;
  /**
   * The log cannot be written: nothing appended since the last `onDurable` is acknowledged until it can. Refuse new
   * writes, go on reading, call `retryFenced` now and then. May be called from within `flush`.
   */
  onFenced(error: LogFencedError): void;
}

export interface ReplicaStorage {
  /**
   * False for a replica that has lost what it acknowledged (a damaged log was put aside; the memory of a dead thread).
   * It must not take part in elections nor be counted in any quorum until `completeResync`: see quarantine.ts.
   */
  readonly mayVote: boolean;
  /** Why nothing is acknowledged at present, or null. */
  readonly fenced: LogFencedError | null;

  /**
   * Reads everything back: at the start, and again after a truncation that took away txns which the tree had applied.
   * Blocks the thread while it reads. Only while nothing is in flight.
   * @throws errors of damage (`isDamage`), ForeignFileError, system errors
   */
  recover(): RecoveredState;

  /** Appends a txn to the log. @throws LogFencedError when too much waits for the disk: leave the ensemble then */
  append(zxid: Zxid, entry: Uint8Array): void;
  /** To be called once per turn, after its appends: starts writing and syncing them, or lets them follow what is in flight. */
  flush(): void;
  /** Tries again to write what a full disk refused. Does nothing when not fenced, or for good. */
  retryFenced(): void;

  /** Durable on return. @throws StorageWriteError; the old epoch then stands, and the replica must stop */
  saveAcceptedEpoch(epoch: Epoch): void;
  saveCurrentEpoch(epoch: Epoch): void;

  /**
   * Drops every txn after `zxid`: log records, and snapshots that may hold them. What was appended before the call
   * reaches the disk first; while the log is fenced this waits. Calls back when the cut is durable. An error means:
   * TruncateImpossibleError, nothing changed, a snapshot of the leader is needed; StorageWriteError, stop the replica.
   */
  truncate(zxid: Zxid, onDone: (error: TruncateImpossibleError | StorageWriteError | null) => void): void;

  /**
   * Starts a snapshot of the tree as of `zxid` (it may move on meanwhile) and a new log file. Write it in slices,
   * then `commit`; older files that no kept snapshot needs are removed after that. One at a time: a second one, a
   * truncation, an installation and `close` abort it, and its `write` or `commit` then report an error (ECANCELED).
   */
  beginSnapshot(zxid: Zxid): SnapshotSink;
  /**
   * Starts to replace the whole history, log included, by a tree received from the leader. Nothing changes before
   * `commit`; after it nothing of the old history remains. Entries not yet durable are dropped. If `commit` reports an
   * error, the replica must be restarted: recovery finds either the old or the new history.
   */
  beginInstall(zxid: Zxid): SnapshotSink;

  /** Removes old files that no recovery needs, as the settings say how many. */
  purge(): void;

  /** This replica holds again everything that its ensemble has committed: it may vote. Durable on return. */
  completeResync(): void;

  /** Ends after the sync in flight; entries that were never flushed are lost, as in a crash. */
  close(): Promise<void>;
}
