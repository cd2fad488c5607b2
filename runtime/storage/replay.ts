/**
 * Applies the entries of a log to a tree, in order, and holds them against each other and against the digests that they and
 * the snapshot carry. In: a loaded tree and whole entries. Out: the tree as of the last one, and what did not fit.
 */

import { OpCode } from '../../core/jute/op-code.ts';
import { JuteError, JuteReader } from '../../core/jute/reader.ts';
import { type LoggedTxn, readEntry } from '../../core/jute/txn.ts';
import type { DataTree } from '../../core/tree/data-tree.ts';
import type { DigestValue } from '../../core/tree/digest.ts';
import { compareDigest, type DigestMismatch } from '../../core/tree/digest-audit.ts';
import type { DigestMark } from '../../core/tree/snapshot-format.ts';
import { counterOf, epochOf, formatZxid, ZXID_ZERO, type Zxid } from '../../core/zxid.ts';
import { LogCorruptionError } from './errors.ts';
import { type LoggedEntry, RecentEntries } from './recent-entries.ts';

export interface ReplayOptions {
  readonly tree: DataTree;
  /** The snapshot's zxid, where replay begins. */
  readonly base: Zxid;
  /** What the snapshot says of digests; null if it says nothing. */
  readonly mark: DigestMark | null;
}

/** Txns between two comparisons of digests, at least. */
const COMPARED_EVERY = 256;

export class Replay {
  count = 0;
  lastZxid: Zxid;
  /** The first difference found; null as long as all digests agree. */
  mismatch: DigestMismatch | null = null;
  readonly #options: ReplayOptions;
  readonly #reader = new JuteReader();
  readonly #recent = new RecentEntries();
  #lastKept: Zxid = ZXID_ZERO;
  /** False where nobody says from which txn on the tree is whole. */
  readonly #compares: boolean;
  #sinceComparison = 0;
  /** What the last txn promises; null if it carries no digest. */
  #expected: DigestValue | null = null;

  constructor(options: ReplayOptions) {
    this.#options = options;
    const { base, mark } = options;
    this.lastZxid = base;
    this.#compares = mark !== null || base === ZXID_ZERO;
    this.#compareWithMark();
  }

  /** What a leader may send from memory: an unbroken run that ends with the history's last txn, or nothing. */
  get recent(): readonly LoggedEntry[] {
    const entries = this.#recent.list();
    return entries[entries.length - 1]?.zxid === this.lastZxid ? entries : [];
  }

  /** @param end  where the entry ends in the file at `path` @throws LogCorruptionError */
  take(path: string, entry: Buffer, zxid: Zxid, end: number): void {
    const { tree, base } = this.#options;
    if (zxid <= base) return this.#keepOnly(zxid, entry);
    if (this.count === 0 && this.#lastKept !== base) this.#recent.clear();
    const offset = end - entry.length;
    if (!follows(this.lastZxid, zxid)) {
      const gap = `txn ${formatZxid(zxid)} follows ${formatZxid(this.lastZxid)}: records between them are missing`;
      throw new LogCorruptionError(path, offset, gap);
    }
    try {
      const logged = readEntry(this.#reader.reset(entry));
      tree.apply(logged.header, logged.txn, false);
      this.#recent.add(zxid, entry);
      this.lastZxid = zxid;
      this.count += 1;
      this.#follow(logged);
    } catch (error) {
      if (!(error instanceof JuteError || error instanceof RangeError)) throw error;
      throw new LogCorruptionError(path, offset, `txn ${formatZxid(zxid)} does not decode: ${error.message}`);
    }
  }

  /** To be called after the last entry. */
  finish(): void {
    if (this.#expected !== null) this.#compareWith(this.#expected);
  }

  // ZooKeeper's logs have a digest behind every txn. A difference stays, so one comparison speaks for many txns.
  #follow({ header, digest }: LoggedTxn): void {
    this.#sinceComparison += 1;
    // An error changes nothing and carries no digest.
    if (header.type !== OpCode.error) this.#expected = digest;
    if (digest !== null && this.#sinceComparison >= COMPARED_EVERY) this.#compareWith(digest);
    this.#compareWithMark();
  }

  #compareWithMark(): void {
    const { mark } = this.#options;
    if (mark !== null && mark.digest !== null && mark.zxid === this.lastZxid) this.#compareWith(mark.digest);
  }

  #compareWith(expected: DigestValue): void {
    if (!this.#compares) return;
    this.mismatch ??= compareDigest(this.#options.tree, expected);
    this.#sinceComparison = 0;
  }

  /** The log under the snapshot is not replayed, but a leader may send it to others, if there is no gap in it. */
  #keepOnly(zxid: Zxid, entry: Buffer): void {
    if (zxid !== this.#lastKept + 1) this.#recent.clear();
    this.#recent.add(zxid, entry);
    this.#lastKept = zxid;
  }
}

/** An epoch numbers its txns 1, 2, 3 …; every one of them is logged, failed ones too. */
function follows(previous: Zxid, zxid: Zxid): boolean {
  return zxid === previous + 1 || (epochOf(zxid) > epochOf(previous) && counterOf(zxid) === 1);
}
