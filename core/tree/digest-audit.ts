/**
 * Compares the digest that a txn carries with that of the tree which has just applied it (DataTree.compareDigest;
 * zookeeper-facts 12.6). A difference once made stays, so nothing escapes although not every txn is compared. What comes of
 * a difference is not decided here.
 */

import { formatZxid, type Zxid } from '../zxid.ts';
import type { DataTree } from './data-tree.ts';
import { type DigestValue, digestEquals, formatDigest } from './digest.ts';

export interface DigestMismatch {
  /** The txn after which the tree was compared: the difference arose there, or since the comparison before. */
  readonly zxid: Zxid;
  readonly expected: DigestValue;
  readonly found: DigestValue;
}

/**
 * @param expected  what the tree must have now, after its last txn
 * @returns null where both agree, or nothing can be said: the tree is not whole yet, or keeps no digest
 */
export function compareDigest(tree: DataTree, expected: DigestValue): DigestMismatch | null {
  const zxid = tree.lastProcessedZxid;
  if (!tree.hasDigest || zxid < tree.wholeFrom) return null;
  const found = tree.digest;
  return digestEquals(found, expected) ? null : { zxid, expected, found };
}

export function describeMismatch({ zxid, expected, found }: DigestMismatch): string {
  const digests = `the tree's digest is ${formatDigest(found)}, and should be ${formatDigest(expected)}`;
  return `the tree differs from that of the leader at ${formatZxid(zxid)}: ${digests}`;
}
