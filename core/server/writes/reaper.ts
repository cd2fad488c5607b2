/**
 * Finds the containers and TTL znodes that are of no use any more, for the leader to remove (ContainerManager;
 * zookeeper-facts 9.3): a container whose children are all gone, one that never had any for a set time, and a TTL znode
 * without children that nobody has written to for its time to live.
 *
 * Every `containerCheckIntervalMs` it goes once through those two kinds, so many a tick that a million of them stop
 * nobody, and names no more at a time than `containerMaxPerMinute` allows.
 */

import type { DataTree, Row } from '../../tree/data-tree.ts';
import { ttlOf } from '../../tree/ephemeral-owner.ts';

export interface ReaperSettings {
  /** Milliseconds between two searches (znode.container.checkIntervalMs). */
  readonly containerCheckIntervalMs: number;
  /** Removals a minute, at most (znode.container.maxPerMinute). */
  readonly containerMaxPerMinute: number;
  /** A container that never had a child goes after so many milliseconds; 0: it stays (…maxNeverUsedIntervalMs). */
  readonly containerMaxNeverUsedMs: number;
}

export const REAPER_DEFAULTS: ReaperSettings = Object.freeze({
  containerCheckIntervalMs: 60_000,
  containerMaxPerMinute: 10_000,
  containerMaxNeverUsedMs: 0,
});

/** Looked at in one tick: less than a millisecond's work. */
const LOOKS_PER_TICK = 10_000;
const MINUTE_MS = 60_000;
/** What was not removed in time is made up for to this extent. */
const ALLOWANCE_MS_MAX = 1000;

export class Reaper {
  readonly #tree: DataTree;
  readonly #settings: ReaperSettings;
  #nextCheckMs: number;
  #lastMs: number;
  /** Removals that may be named now; the fraction counts. The first need not wait. */
  #allowance = 1;
  /** Where the search under way has come to. The set bears removals meanwhile. */
  #search: Iterator<Row> | null = null;

  constructor(tree: DataTree, settings: ReaperSettings, nowMs: number) {
    this.#tree = tree;
    this.#settings = settings;
    this.#lastMs = nowMs;
    this.#nextCheckMs = nowMs + settings.containerCheckIntervalMs;
  }

  /** @param wallMs  milliseconds since 1970, as in mtimes @returns the paths to remove now */
  onTick(nowMs: number, wallMs: number): string[] {
    this.#earn(nowMs);
    if (this.#search === null) {
      if (nowMs < this.#nextCheckMs) return [];
      this.#nextCheckMs = nowMs + this.#settings.containerCheckIntervalMs;
      this.#search = this.#tree.reapables.values();
    }
    const found: string[] = [];
    for (let looks = 0; looks < LOOKS_PER_TICK && this.#allowance >= 1; looks++) {
      const { value: row, done } = this.#search.next();
      if (done === true) {
        this.#search = null;
        break;
      }
      if (!this.#isDue(row, wallMs)) continue;
      this.#allowance -= 1;
      found.push(this.#tree.path(row));
    }
    return found;
  }

  #earn(nowMs: number): void {
    const { containerMaxPerMinute } = this.#settings;
    const earned = ((nowMs - this.#lastMs) * containerMaxPerMinute) / MINUTE_MS;
    const most = Math.max((ALLOWANCE_MS_MAX * containerMaxPerMinute) / MINUTE_MS, 1);
    this.#lastMs = nowMs;
    this.#allowance = Math.min(this.#allowance + earned, most);
  }

  #isDue(row: Row, wallMs: number): boolean {
    const tree = this.#tree;
    if (tree.childCount(row) > 0) return false;
    const age = wallMs - tree.mtime(row);
    if (tree.ownerKind(row) === 'ttl') {
      const ttl = ttlOf(tree.ephemeralOwner(row));
      return ttl > 0 && age > ttl;
    }
    if (tree.storedCversion(row) > 0) return true;
    const { containerMaxNeverUsedMs } = this.#settings;
    return containerMaxNeverUsedMs > 0 && age > containerMaxNeverUsedMs;
  }
}
