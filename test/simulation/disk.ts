/**
 * One peer's disk: two epoch files, a snapshot, a txn log. What is written is not yet durable: it waits in a queue and
 * becomes durable in the order of writing, a batch at a time (group commit). A crash keeps a part of the queue, chosen by
 * chance: nothing, all, or some records with the last of them torn, which recovery cuts off.
 *
 * A batch that was under way when a truncation came still reports what it synced: legal, and unkind.
 */

import type { LogEntry, RestoredPeer } from '../../core/zab/peer.ts';
import type { Epoch, Zxid } from '../../core/zxid.ts';
import { EPOCH_ZERO, ZXID_ZERO } from '../../core/zxid.ts';
import type { Prng } from './prng.ts';
import type { Scheduler } from './scheduler.ts';

export type DiskReport = { readonly type: 'synced' | 'truncated' | 'installed'; readonly zxid: Zxid };

type Write =
  | { readonly type: 'append'; readonly record: LogEntry }
  | { readonly type: 'truncate'; readonly zxid: Zxid }
  | { readonly type: 'install'; readonly zxid: Zxid; readonly entries: readonly LogEntry[] };

export interface DiskOptions {
  /** A sync, a cut or an installation takes this long, microseconds; mostly the lower end. */
  readonly syncUs: readonly [low: number, high: number];
  /** Log records before the snapshot that are kept, as ZooKeeper keeps them until it purges. */
  readonly keptCount: number;
}

export interface CrashReport {
  /** Records that were written and are gone. */
  readonly lostCount: number;
  readonly isTorn: boolean;
  readonly lostCut: boolean;
  readonly lostInstallation: boolean;
}

export class Disk {
  acceptedEpoch: Epoch = EPOCH_ZERO;
  currentEpoch: Epoch = EPOCH_ZERO;
  /** The durable history from the first txn on; the first `snapshotCount` stand in the snapshot. */
  history: LogEntry[] = [];
  snapshotCount = 0;
  /** Where the log begins, which may be before the end of the snapshot. */
  #logStart = 0;
  /** False from the discovery of damage until a leader has made this history whole again. */
  mayVote = true;
  /** Added to every sync, microseconds: a disk that has become slow. */
  slownessUs = 0;
  readonly #scheduler: Scheduler;
  readonly #prng: Prng;
  readonly #options: DiskOptions;
  #queue: Write[] = [];
  #underWayCount = 0;
  /** Crashes so far: what belongs to an earlier life is recognised by it. */
  #life = 0;
  #report: (report: DiskReport) => void = () => undefined;

  constructor(scheduler: Scheduler, prng: Prng, options: DiskOptions) {
    this.#scheduler = scheduler;
    this.#prng = prng;
    this.#options = options;
  }

  get snapshotZxid(): Zxid {
    return this.history[this.snapshotCount - 1]?.zxid ?? ZXID_ZERO;
  }

  get lastZxid(): Zxid {
    return this.history.at(-1)?.zxid ?? ZXID_ZERO;
  }

  get isIdle(): boolean {
    return this.#queue.length === 0;
  }

  /** Whether this very record is durable. */
  holds(record: LogEntry): boolean {
    const found = this.history[indexOfZxid(this.history, record.zxid)];
    return found !== undefined && sameBytes(found.entry, record.entry);
  }

  /** Recovery: what a peer starts from. Everything found is durable, because recovery syncs it. */
  open(report: (report: DiskReport) => void): RestoredPeer & { readonly tree: readonly LogEntry[] } {
    this.#report = report;
    const { acceptedEpoch, currentEpoch, lastZxid, mayVote } = this;
    const recent = this.history.slice(this.#logStart);
    return { acceptedEpoch, currentEpoch, lastZxid, appliedZxid: lastZxid, recent, mayVote, tree: [...this.history] };
  }

  append(record: LogEntry): void {
    this.#write({ type: 'append', record });
  }

  truncate(zxid: Zxid): void {
    this.#write({ type: 'truncate', zxid });
  }

  install(zxid: Zxid, entries: readonly LogEntry[]): void {
    this.#write({ type: 'install', zxid, entries });
  }

  /** A snapshot of the first `count` txns; the host takes only committed ones, since no cut can reach below it. */
  snapshot(count: number): void {
    this.snapshotCount = Math.max(this.snapshotCount, Math.min(count, this.history.length));
    this.#logStart = Math.max(this.#logStart, this.snapshotCount - this.#options.keptCount);
  }

  crash(): CrashReport {
    this.#life++;
    const kept = this.#prng.pick([0, this.#queue.length, this.#prng.between(0, this.#queue.length)]);
    const lost = this.#queue.slice(kept);
    for (const write of this.#queue.slice(0, kept)) this.#perform(write);
    this.#queue = [];
    this.#underWayCount = 0;
    this.#report = () => undefined;
    const isTorn = lost[0]?.type === 'append' && this.#prng.chance(0.5);
    const lostCount = lost.filter(({ type }) => type === 'append').length;
    const lostCut = lost.some(({ type }) => type === 'truncate');
    return { lostCount, isTorn, lostCut, lostInstallation: lost.some(({ type }) => type === 'install') };
  }

  /**
   * Something that was durable is unreadable, and recovery keeps what stands before it; if that is in the snapshot,
   * nothing. Or all is gone, the epochs too, as it is for a replica that keeps everything in memory.
   */
  damage(): void {
    this.mayVote = false;
    if (this.#prng.chance(0.3)) {
      this.history = [];
      this.snapshotCount = 0;
      this.#logStart = 0;
      this.acceptedEpoch = EPOCH_ZERO;
      this.currentEpoch = EPOCH_ZERO;
      return;
    }
    const keptCount = this.#prng.between(0, this.history.length);
    if (keptCount < this.snapshotCount) {
      this.history.length = this.#logStart === 0 ? keptCount : 0;
      this.snapshotCount = 0;
      this.#logStart = 0;
    } else {
      this.history.length = keptCount;
    }
  }

  #write(write: Write): void {
    this.#queue.push(write);
    if (this.#underWayCount === 0) this.#startBatch();
  }

  // A batch is a run of appends, or a single cut or installation.
  #startBatch(): void {
    const firstOther = this.#queue.findIndex(({ type }) => type !== 'append');
    this.#underWayCount = firstOther === 0 ? 1 : firstOther < 0 ? this.#queue.length : firstOther;
    const [low, high] = this.#options.syncUs;
    const life = this.#life;
    this.#scheduler.after(this.#prng.skewed(low, high) + this.slownessUs, () => {
      if (life === this.#life) this.#endBatch();
    });
  }

  #endBatch(): void {
    const batch = this.#queue.splice(0, this.#underWayCount);
    this.#underWayCount = 0;
    for (const write of batch) this.#perform(write);
    const last = batch.at(-1);
    if (last?.type === 'append') this.#report({ type: 'synced', zxid: last.record.zxid });
    else if (last !== undefined)
      this.#report({ type: last.type === 'truncate' ? 'truncated' : 'installed', zxid: last.zxid });
    if (this.#queue.length > 0) this.#startBatch();
  }

  #perform(write: Write): void {
    if (write.type === 'append') this.history.push(write.record);
    else if (write.type === 'truncate') truncateAfter(this.history, write.zxid);
    else {
      this.history = [...write.entries];
      this.snapshotCount = this.history.length;
      this.#logStart = this.history.length;
    }
  }
}

/** Drops what follows `zxid`. */
export function truncateAfter(entries: LogEntry[], zxid: Zxid): void {
  while ((entries.at(-1)?.zxid ?? ZXID_ZERO) > zxid) entries.pop();
}

/** Index of an entry by its zxid in an ascending list; -1 where it is not in it. */
export function indexOfZxid(entries: readonly LogEntry[], zxid: Zxid): number {
  let low = 0;
  let high = entries.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = (entries[middle] as LogEntry).zxid;
    if (found === zxid) return middle;
    if (found < zxid) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || Buffer.compare(a, b) === 0;
}
