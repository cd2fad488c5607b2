/** When a replica takes a snapshot: after so many txns, or when an operator asks, and one at a time (SyncRequestProcessor). */

import type { ReplicaOptions } from './replica-options.ts';

export class SnapshotSchedule {
  readonly #dueAfter: number;
  #txns = 0;
  #isUnderWay = false;

  constructor({ snapCount, snapPhase }: Pick<ReplicaOptions, 'snapCount' | 'snapPhase'>) {
    this.#dueAfter = (snapCount * (1 + snapPhase)) / 2;
  }

  /** A txn was applied. @returns whether a snapshot is to begin now */
  onTxn(): boolean {
    this.#txns += 1;
    return this.#txns >= this.#dueAfter && this.begin();
  }

  /** @returns false while one is under way */
  begin(): boolean {
    if (this.#isUnderWay) return false;
    this.#isUnderWay = true;
    this.#txns = 0;
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
  }
}
