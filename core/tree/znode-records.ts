/**
 * The fixed part of every znode: one record of 112 bytes per row, in chunks of typed arrays.
 *
 * A record is contiguous (a row costs two or three cache lines, not one for each field), chunks are added and never
 * copied, and nothing here is a JS object per znode: the same chunks can lie on SharedArrayBuffers. zxids and times
 * are doubles, which hold every value that core/zxid.ts admits. Freed rows form a list and are used again.
 */

/** The place of a znode; NO_ROW for none. It stays with the znode until that is removed, then another may get it. */
export type Row = number;
export const NO_ROW: Row = -1;

/** Fields of 64 bits. */
export const Long = { czxid: 0, mzxid: 1, pzxid: 2, ctime: 3, mtime: 4 } as const;
type Long = (typeof Long)[keyof typeof Long];

/** Fields of 32 bits; they follow the five long ones. */
export const Int = {
  version: 10,
  /** The stored form: how many children were ever created here. */
  cversion: 11,
  aversion: 12,
  ownerHi: 13,
  ownerLo: 14,
  aclKey: 15,
  hash: 16,
  /** Next row of the same bucket, or of the list of free rows. */
  hashNext: 17,
  parent: 18,
  firstChild: 19,
  nextSibling: 20,
  /** Of a first child: the last one. So appending needs no field of its own. */
  prevSibling: 21,
  childCount: 22,
  cell: 23,
  nameLength: 24,
  /** -1 for null data. */
  dataLength: 25,
  /** What this znode adds to the tree's digest, as last computed. */
  digest: 26,
  flags: 27,
} as const;
type Int = (typeof Int)[keyof typeof Int];

/** Bits of `Int.flags`. */
export const Flag = {
  /** The row holds a znode. */
  live: 1,
  /** `Int.digest` is behind, and the row waits in the digest's list. */
  digestStale: 2,
  /** The path starts with /zookeeper/: no part of the digest. */
  outsideDigest: 4,
} as const;

const INTS = 28;
const LONGS = INTS / 2;
// Large enough that a million rows need few chunks (looking up the chunk is a cache miss of its own); memory that no row
// has touched is not resident.
const ROW_BITS = 14;
const ROWS_PER_CHUNK = 1 << ROW_BITS;
const ROW_MASK = ROWS_PER_CHUNK - 1;
const CHUNK_BYTES = ROWS_PER_CHUNK * INTS * 4;

export class ZnodeRecords {
  readonly #longs: Float64Array[] = [];
  readonly #ints: Int32Array[] = [];
  #freeHead: Row = NO_ROW;
  /** From here on, no row was ever handed out. */
  #fresh: Row = 0;
  #liveCount = 0;

  get liveCount(): number {
    return this.#liveCount;
  }

  get bytesHeld(): number {
    return this.#ints.length * CHUNK_BYTES;
  }

  long(row: Row, field: Long): number {
    return (this.#longs[row >> ROW_BITS] as Float64Array)[(row & ROW_MASK) * LONGS + field] as number;
  }

  setLong(row: Row, field: Long, value: number): void {
    (this.#longs[row >> ROW_BITS] as Float64Array)[(row & ROW_MASK) * LONGS + field] = value;
  }

  int(row: Row, field: Int): number {
    return (this.#ints[row >> ROW_BITS] as Int32Array)[(row & ROW_MASK) * INTS + field] as number;
  }

  setInt(row: Row, field: Int, value: number): void {
    (this.#ints[row >> ROW_BITS] as Int32Array)[(row & ROW_MASK) * INTS + field] = value;
  }

  /** A live row with every other field 0. */
  allocate(): Row {
    const row = this.#takeRow();
    const start = (row & ROW_MASK) * INTS;
    (this.#ints[row >> ROW_BITS] as Int32Array).fill(0, start, start + INTS);
    this.setInt(row, Int.flags, Flag.live);
    this.#liveCount += 1;
    return row;
  }

  free(row: Row): void {
    this.setInt(row, Int.flags, 0);
    this.setInt(row, Int.hashNext, this.#freeHead);
    this.#freeHead = row;
    this.#liveCount -= 1;
  }

  #takeRow(): Row {
    const reused = this.#freeHead;
    if (reused !== NO_ROW) {
      this.#freeHead = this.int(reused, Int.hashNext);
      return reused;
    }
    const row = this.#fresh;
    if (row >> ROW_BITS === this.#ints.length) {
      const memory = new ArrayBuffer(CHUNK_BYTES);
      this.#ints.push(new Int32Array(memory));
      this.#longs.push(new Float64Array(memory));
    }
    this.#fresh += 1;
    return row;
  }
}
