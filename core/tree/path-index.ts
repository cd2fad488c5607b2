/**
 * From the hash of a path to the rows that may have it: linear hashing, with the chains kept in the records.
 *
 * The table grows by one bucket per insertion once it is full, so no insertion ever pays for rehashing the tree (a
 * doubling table would stop a replica of a million znodes for a tenth of a second). It does not shrink: at most one
 * bucket of 4 bytes stays for each znode of the busiest moment.
 */

import { Int, NO_ROW, type Row, type ZnodeRecords } from './znode-records.ts';

const CHUNK_BITS = 14;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;
const FIRST_BUCKETS = 1024;

export class PathIndex {
  readonly #records: ZnodeRecords;
  /** Row + 1 of each bucket's first row, so that fresh memory means "empty". */
  readonly #heads: Int32Array[] = [];
  /** Buckets below `#split` are addressed by twice this mask plus one, the others by this mask. */
  #mask = FIRST_BUCKETS - 1;
  #split = 0;
  #count = 0;

  constructor(records: ZnodeRecords) {
    this.#records = records;
  }

  get bytesHeld(): number {
    return this.#heads.length * (CHUNK_MASK + 1) * 4;
  }

  /** The first row of the hash's bucket; go on with `Int.hashNext`, and compare `Int.hash`. */
  first(hash: number): Row {
    return this.#head(this.#bucketOf(hash));
  }

  insert(row: Row): void {
    this.#push(this.#bucketOf(this.#records.int(row, Int.hash)), row);
    this.#count += 1;
    if (this.#count > this.#mask + 1 + this.#split) this.#splitNext();
  }

  remove(row: Row): void {
    const records = this.#records;
    const bucket = this.#bucketOf(records.int(row, Int.hash));
    const next = records.int(row, Int.hashNext);
    let before = this.#head(bucket);
    if (before === row) {
      this.#setHead(bucket, next);
    } else {
      for (let at = records.int(before, Int.hashNext); at !== row; at = records.int(at, Int.hashNext)) before = at;
      records.setInt(before, Int.hashNext, next);
    }
    this.#count -= 1;
  }

  #splitNext(): void {
    const records = this.#records;
    const from = this.#split;
    const to = from + this.#mask + 1;
    let row = this.#head(from);
    this.#split += 1;
    this.#setHead(from, NO_ROW);
    this.#setHead(to, NO_ROW);
    while (row !== NO_ROW) {
      const next = records.int(row, Int.hashNext);
      this.#push(this.#bucketOf(records.int(row, Int.hash)), row);
      row = next;
    }
    if (this.#split > this.#mask) {
      this.#mask = this.#mask * 2 + 1;
      this.#split = 0;
    }
  }

  #push(bucket: number, row: Row): void {
    this.#records.setInt(row, Int.hashNext, this.#head(bucket));
    this.#setHead(bucket, row);
  }

  #bucketOf(hash: number): number {
    const mixed = mix(hash);
    const bucket = mixed & this.#mask;
    return bucket < this.#split ? mixed & (this.#mask * 2 + 1) : bucket;
  }

  #head(bucket: number): Row {
    const chunk = this.#heads[bucket >> CHUNK_BITS];
    return chunk === undefined ? NO_ROW : (chunk[bucket & CHUNK_MASK] as number) - 1;
  }

  #setHead(bucket: number, row: Row): void {
    const at = bucket >> CHUNK_BITS;
    while (this.#heads.length <= at) this.#heads.push(new Int32Array(CHUNK_MASK + 1));
    (this.#heads[at] as Int32Array)[bucket & CHUNK_MASK] = row + 1;
  }
}

// FNV leaves the last characters, the digits of a sequence, in few bits; every bit must reach the bucket's number.
function mix(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) & 0x7fffffff;
}
