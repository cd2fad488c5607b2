/** When a replica takes a snapshot: after so many txns or bytes of them, or when an operator asks, and one at a time (SyncRequestProcessor). */

import type { ReplicaOptions } from './replica-options.ts';

type SnapshotRule = Pick<ReplicaOptions, 'snapCount' | 'snapSizeLimitBytes' | 'snapPhase'>;

export class SnapshotSchedule {
  readonly #dueAfterTxns: number;
  readonly #dueAfterBytes: number;
  #txns = 0;
  #bytes = 0;
  #isUnderWay = false;

  constructor({ snapCount, snapSizeLimitBytes, snapPhase }: SnapshotRule) {
    this.#dueAfterTxns = (snapCount * (1 + snapPhase)) / 2;
    this.#dueAfterBytes = (snapSizeLimitBytes * (1 + snapPhase)) / 2;
  }

  /** A txn of that size was applied. @returns whether a snapshot is to begin now */
  onTxn(bytes: number): boolean {
    this.#txns += 1;
    this.#bytes += bytes;
    return (this.#txns >= this.#dueAfterTxns || this.#bytes >= this.#dueAfterBytes) && this.begin();
  }

  /** @returns false while one is under way */
  begin(): boolean {
    if (this.#isUnderWay) return false;
    this.#isUnderWay = true;
    this.onInstalled();
    return true;
  }

  onSaved(): void {
    this.#isUnderWay = false;
  }

  /** The tree that it was of is not this replica's any more. */
  onAbandoned(): void {
    this.#isUnderWay = false;
  }

  /** The leader's snapshot is on disk. */
  onInstalled(): void {
    this.#txns = 0;
    this.#bytes = 0;
  }
}
