/**
 * The digest of a tree, version 2: the sum of a CRC-32 for each znode, modulo 2^64 (zookeeper-facts 12.6). Two trees
 * that applied the same txns have the same digest; a snapshot and each txn in the log can carry the one expected.
 *
 * A change only notes its row; the sums are done when somebody asks, or when 4096 rows wait. So a znode written often
 * is summed once, and nobody pays for a digest that nobody reads. A row keeps what it last added, to take it back.
 */

import { crc32 } from './crc32.ts';
import { DigestedStat } from './digested-stat.ts';
import { Flag, Int, type Row } from './znode-records.ts';
import type { ZnodeStore } from './znode-store.ts';

export const DIGEST_VERSION = 2;

/** 64 bits as two halves, each 0 … 2^32-1. */
export interface DigestValue {
  readonly hi: number;
  readonly lo: number;
}

/** Unsigned hex, as ZooKeeper shows digests. */
export function formatDigest({ hi, lo }: DigestValue): string {
  return hi === 0 ? lo.toString(16) : hi.toString(16) + lo.toString(16).padStart(8, '0');
}

export function digestEquals(a: DigestValue, b: DigestValue): boolean {
  return a.lo === b.lo && a.hi === b.hi;
}

/** A sum modulo 2^64 in two halves. */
export class DigestSum {
  #hi = 0;
  #lo = 0;

  value(): DigestValue {
    return { hi: this.#hi, lo: this.#lo };
  }

  set({ hi, lo }: DigestValue): void {
    this.#hi = hi;
    this.#lo = lo;
  }

  /** @param difference  of two digests of znodes; sums stay below 2^33 in each half, so doubles are exact */
  add(difference: number): void {
    const lo = this.#lo + difference;
    const carry = Math.floor(lo / 2 ** 32);
    this.#lo = lo - carry * 2 ** 32;
    this.#hi = (this.#hi + carry) >>> 0;
  }
}

const STALE_MAX = 4096;

export class TreeDigest {
  /** If not, the value stands for nothing. */
  readonly isEnabled: boolean;
  readonly #store: ZnodeStore;
  readonly #stale = new Int32Array(STALE_MAX);
  #staleCount = 0;
  readonly #sum = new DigestSum();
  #path = Buffer.allocUnsafeSlow(256);
  readonly #stat = new DigestedStat();

  constructor(store: ZnodeStore, { isEnabled }: { readonly isEnabled: boolean }) {
    this.#store = store;
    this.isEnabled = isEnabled;
  }

  value(): DigestValue {
    this.#settle();
    return this.#sum.value();
  }

  /** What the znode adds; 0 for one outside the digest. */
  ofRow(row: Row): number {
    this.#renew(row);
    return this.#store.records.int(row, Int.digest) >>> 0;
  }

  /** CRC-32 of the znode's path and data. @param pathCrc  that of its path */
  contentCrc(row: Row, pathCrc: number): number {
    const store = this.#store;
    const dataLength = store.records.int(row, Int.dataLength);
    if (dataLength <= 0) return pathCrc;
    const start = store.dataStart(row);
    return crc32(store.dataPage(row), start, start + dataLength, pathCrc);
  }

  /** The znode changed, or is new. */
  touch(row: Row): void {
    if (!this.isEnabled) return;
    const { records } = this.#store;
    const flags = records.int(row, Int.flags);
    if ((flags & (Flag.digestStale | Flag.outsideDigest)) !== 0) return;
    if (this.#staleCount === STALE_MAX) this.#settle();
    records.setInt(row, Int.flags, flags | Flag.digestStale);
    this.#stale[this.#staleCount] = row;
    this.#staleCount += 1;
  }

  /** The znode is about to be removed. */
  forget(row: Row): void {
    this.#sum.add(-(this.#store.records.int(row, Int.digest) >>> 0));
  }

  #settle(): void {
    for (let index = 0; index < this.#staleCount; index++) this.#renew(this.#stale[index] as Row);
    this.#staleCount = 0;
  }

  // Not stale: renewed or removed meanwhile, or its row was used again and stands in the list twice.
  #renew(row: Row): void {
    const { records } = this.#store;
    const flags = records.int(row, Int.flags);
    if ((flags & Flag.digestStale) === 0) return;
    const digest = this.#digestOf(row);
    this.#sum.add((digest >>> 0) - (records.int(row, Int.digest) >>> 0));
    records.setInt(row, Int.digest, digest);
    records.setInt(row, Int.flags, flags & ~Flag.digestStale);
  }

  #digestOf(row: Row): number {
    const store = this.#store;
    const length = store.pathLength(row);
    if (length > this.#path.length) this.#path = Buffer.allocUnsafeSlow(length * 2);
    store.copyPath(row, this.#path, length);
    const content = this.contentCrc(row, crc32(this.#path, 0, length, 0));
    return this.#stat.read(store.records, row).crcAfter(content);
  }
}
