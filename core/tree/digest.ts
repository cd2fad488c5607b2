/**
 * The digest of a tree, version 2: the sum of a CRC-32 for each znode, modulo 2^64 (zookeeper-facts 12.6). Two trees
 * that applied the same txns have the same digest; a snapshot and each txn in the log can carry the one expected.
 *
 * A change only notes its row; the sums are done when somebody asks, or when 4096 rows wait. So a znode written often
 * is summed once, and nobody pays for a digest that nobody reads. A row keeps what it last added, to take it back.
 */

import { crc32 } from './crc32.ts';
import { Flag, Int, Long, type Row } from './znode-records.ts';
import type { ZnodeStore } from './znode-store.ts';

export const DIGEST_VERSION = 2;

/** 64 bits as two halves, each 0 … 2^32-1. */
export interface DigestValue {
  readonly hi: number;
  readonly lo: number;
}

export function digestEquals(a: DigestValue, b: DigestValue): boolean {
  return a.lo === b.lo && a.hi === b.hi;
}

const STALE_MAX = 4096;
const STAT_BYTES = 60;

export class TreeDigest {
  readonly #store: ZnodeStore;
  readonly #stale = new Int32Array(STALE_MAX);
  #staleCount = 0;
  #hi = 0;
  #lo = 0;
  #path = Buffer.allocUnsafeSlow(256);
  readonly #stat = new Uint8Array(STAT_BYTES);
  readonly #statView = new DataView(this.#stat.buffer);

  constructor(store: ZnodeStore) {
    this.#store = store;
  }

  value(): DigestValue {
    this.#settle();
    return { hi: this.#hi, lo: this.#lo };
  }

  /** The znode changed, or is new. */
  touch(row: Row): void {
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
    this.#add(-(this.#store.records.int(row, Int.digest) >>> 0));
  }

  #settle(): void {
    const { records } = this.#store;
    for (let index = 0; index < this.#staleCount; index++) {
      const row = this.#stale[index] as Row;
      const flags = records.int(row, Int.flags);
      // Not stale: removed meanwhile, or its row was used again and stands in the list twice.
      if ((flags & Flag.digestStale) === 0) continue;
      const digest = this.#digestOf(row);
      this.#add((digest >>> 0) - (records.int(row, Int.digest) >>> 0));
      records.setInt(row, Int.digest, digest);
      records.setInt(row, Int.flags, flags & ~Flag.digestStale);
    }
    this.#staleCount = 0;
  }

  // Sums stay below 2^33 in each half, so doubles are exact.
  #add(difference: number): void {
    const lo = this.#lo + difference;
    const carry = Math.floor(lo / 2 ** 32);
    this.#lo = lo - carry * 2 ** 32;
    this.#hi = (this.#hi + carry) >>> 0;
  }

  #digestOf(row: Row): number {
    const store = this.#store;
    const length = store.pathLength(row);
    if (length > this.#path.length) this.#path = Buffer.allocUnsafeSlow(length * 2);
    store.copyPath(row, this.#path, length);
    let crc = crc32(this.#path, 0, length, 0);
    const dataLength = store.records.int(row, Int.dataLength);
    if (dataLength > 0) {
      const start = store.dataStart(row);
      crc = crc32(store.dataPage(row), start, start + dataLength, crc);
    }
    this.#encodeStat(row);
    return crc32(this.#stat, 0, STAT_BYTES, crc);
  }

  // pzxid comes third here, and last in a snapshot.
  #encodeStat(row: Row): void {
    const { records } = this.#store;
    const stat = this.#statView;
    putLong(stat, 0, records.long(row, Long.czxid));
    putLong(stat, 8, records.long(row, Long.mzxid));
    putLong(stat, 16, records.long(row, Long.pzxid));
    putLong(stat, 24, records.long(row, Long.ctime));
    putLong(stat, 32, records.long(row, Long.mtime));
    stat.setInt32(40, records.int(row, Int.version));
    stat.setInt32(44, records.int(row, Int.cversion));
    stat.setInt32(48, records.int(row, Int.aversion));
    stat.setInt32(52, records.int(row, Int.ownerHi));
    stat.setInt32(56, records.int(row, Int.ownerLo));
  }
}

function putLong(target: DataView, at: number, value: number): void {
  target.setInt32(at, Math.floor(value / 2 ** 32));
  target.setInt32(at + 4, value | 0);
}
