/** The last entries of a log while it is replayed: what a new leader can send to followers that lack only a little. */

import type { Zxid } from '../../core/zxid.ts';

/** ZooKeeper's commitLogCount. */
export const RECENT_COUNT_MAX = 500;

export interface LoggedEntry {
  readonly zxid: Zxid;
  readonly entry: Uint8Array;
}

export class RecentEntries {
  readonly #ring: LoggedEntry[] = [];
  #next = 0;

  /** Copies the entry; the oldest one makes room. */
  add(zxid: Zxid, entry: Uint8Array): void {
    this.#ring[this.#next % RECENT_COUNT_MAX] = { zxid, entry: new Uint8Array(entry) };
    this.#next += 1;
  }

  /** What follows does not continue what was added so far. */
  clear(): void {
    this.#ring.length = 0;
    this.#next = 0;
  }

  /** Ascending. */
  list(): LoggedEntry[] {
    const start = this.#next % RECENT_COUNT_MAX;
    return this.#next <= RECENT_COUNT_MAX
      ? this.#ring.slice()
      : [...this.#ring.slice(start), ...this.#ring.slice(0, start)];
  }
}
