/**
 * Compares the digest that txns carry with that of the tree which applied them, the last txn of many: a difference once
 * made stays, so nothing escapes, and a znode written a hundred times is summed up once (DataTree.compareDigest;
 * zookeeper-facts 12.6). What comes of a difference is not decided here.
 */

import { formatZxid, ZXID_ZERO, type Zxid } from '../zxid.ts';
import type { DataTree } from './data-tree.ts';
import { type DigestValue, digestEquals, formatDigest } from './digest.ts';

export interface DigestMismatch {
  /** The txn after which the tree was compared: the difference arose there, or since the comparison before. */
  readonly zxid: Zxid;
  readonly expected: DigestValue;
  readonly found: DigestValue;
}

/** Txns between two comparisons at most; bounds the sums that one of them may have to make. */
const TXNS_MAX = 1024;

export class DigestAudit {
  #zxid: Zxid = ZXID_ZERO;
  /** What the tree must show now; null where the last txn does not say. */
  #expected: DigestValue | null = null;
  #count = 0;

  /** Whether so many txns were applied that it is time to compare. */
  get isDue(): boolean {
    return this.#count >= TXNS_MAX;
  }

  /** Another tree takes the place of the one that was compared. */
  restart(): void {
    this.#expected = null;
    this.#count = 0;
  }

  /** The tree has applied this txn, which carries `digest`. */
  onApplied(zxid: Zxid, digest: DigestValue | null): void {
    this.#zxid = zxid;
    this.#expected = digest;
    this.#count += 1;
  }

  /** The tree has passed over a txn that changes nothing and carries no digest: what was expected still is. */
  onUnchanged(zxid: Zxid): void {
    this.#zxid = zxid;
  }

  /** @param tree  the one that applied the txns, as it is after the last of them */
  compare(tree: DataTree): DigestMismatch | null {
    const expected = this.#expected;
    this.#expected = null;
    this.#count = 0;
    if (expected === null || !tree.hasDigest || this.#zxid < tree.wholeFrom) return null;
    const found = tree.digest;
    return digestEquals(found, expected) ? null : { zxid: this.#zxid, expected, found };
  }
}

export function describeMismatch({ zxid, expected, found }: DigestMismatch): string {
  const digests = `the tree's digest is ${formatDigest(found)}, but the txn says ${formatDigest(expected)}`;
  return `the tree differs from that of the leader at ${formatZxid(zxid)}: ${digests}`;
}
