/**
 * The end of the log in memory: all that is not committed yet, and as much of what is as the bounds allow
 * (ZKDatabase.committedLog). Brings learners up to date without a snapshot, and is the source of what gets committed.
 *
 * Everything at or before `baseZxid` is history that only disk and tree remember.
 */

import { invariant } from '../assert.ts';
import { counterOf, type Zxid } from '../zxid.ts';
import type { LogEntry } from './options.ts';

export interface RecentLogBounds {
  readonly count: number;
  readonly bytes: number;
}

export class RecentLog {
  readonly #bounds: RecentLogBounds;
  // A queue in an array: what lies before #head has been dropped.
  #entries: LogEntry[];
  #head = 0;
  #bytes = 0;
  #baseZxid: Zxid;

  constructor(recent: readonly LogEntry[], lastZxid: Zxid, bounds: RecentLogBounds) {
    this.#bounds = bounds;
    const [first, ...rest] = recent;
    // The entry before the first is known only where zxids are contiguous; otherwise the first serves as the base.
    const isBaseKnown = first !== undefined && counterOf(first.zxid) > 1;
    this.#entries = isBaseKnown ? [...recent] : rest;
    this.#baseZxid = first === undefined ? lastZxid : isBaseKnown ? ((first.zxid - 1) as Zxid) : first.zxid;
    for (const { entry } of this.#entries) this.#bytes += entry.length;
    invariant(this.lastZxid === lastZxid, 'the recent log ends where the log ends', { last: this.lastZxid, lastZxid });
  }

  get baseZxid(): Zxid {
    return this.#baseZxid;
  }

  get lastZxid(): Zxid {
    return this.#entries.at(-1)?.zxid ?? this.#baseZxid;
  }

  get length(): number {
    return this.#entries.length - this.#head;
  }

  append(zxid: Zxid, entry: Uint8Array): void {
    invariant(zxid > this.lastZxid, 'I4: zxids ascend within the log', { zxid, last: this.lastZxid });
    this.#entries.push({ zxid, entry });
    this.#bytes += entry.length;
  }

  /** Drops the oldest committed entries beyond the bounds. */
  trim(committedZxid: Zxid): void {
    const { count, bytes } = this.#bounds;
    for (let first = this.#first(); first !== undefined && first.zxid <= committedZxid; first = this.#first()) {
      if (this.length <= count && this.#bytes <= bytes) break;
      this.#baseZxid = first.zxid;
      this.#bytes -= first.entry.length;
      this.#head++;
    }
    if (this.#head <= this.#entries.length / 2) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }

  /** Drops everything after `zxid`. */
  truncateAfter(zxid: Zxid): void {
    for (let last = this.#entries.at(-1); last !== undefined && this.length > 0; last = this.#entries.at(-1)) {
      if (last.zxid <= zxid) return;
      this.#entries.pop();
      this.#bytes -= last.entry.length;
    }
    if (this.length === 0 && zxid < this.#baseZxid) this.reset(zxid);
  }

  /** Forgets everything: history now ends at `zxid`, which a snapshot holds. */
  reset(zxid: Zxid): void {
    this.#entries = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#baseZxid = zxid;
  }

  /** Whether history holds this zxid; only for those at or after the base can that be told. */
  holds(zxid: Zxid): boolean {
    return zxid === this.#baseZxid || this.#entries[this.#indexAfter(zxid) - 1]?.zxid === zxid;
  }

  /** The largest zxid of history at or below `zxid`; the base if there is none in memory. */
  floor(zxid: Zxid): Zxid {
    const index = this.#indexAfter(zxid) - 1;
    return (index >= this.#head ? this.#entries[index]?.zxid : undefined) ?? this.#baseZxid;
  }

  /** Entries after `zxid` and up to `limit`, ascending. */
  *between(zxid: Zxid, limit: Zxid): IterableIterator<LogEntry> {
    for (let index = this.#indexAfter(zxid); index < this.#entries.length; index++) {
      const entry = this.#entries[index];
      if (entry === undefined || entry.zxid > limit) return;
      yield entry;
    }
  }

  #first(): LogEntry | undefined {
    return this.#entries[this.#head];
  }

  /** Index of the first entry above `zxid`: a binary search over the ascending zxids. */
  #indexAfter(zxid: Zxid): number {
    let low = this.#head;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle] as LogEntry).zxid <= zxid) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
