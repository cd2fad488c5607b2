/**
 * The part of a znode's stat that its digest covers: 60 bytes, in the digest's own order (zookeeper-facts 12.6). What is
 * summed before it, path and data, is the caller's.
 */

import { crc32 } from './crc32.ts';
import { Int, Long, type Row, type ZnodeRecords } from './znode-records.ts';

/** Filled in and read in place: a digest costs no objects. */
export class DigestedStat {
  czxid = 0;
  mzxid = 0;
  pzxid = 0;
  ctime = 0;
  mtime = 0;
  version = 0;
  /** In its stored form. */
  cversion = 0;
  aversion = 0;
  ownerHi = 0;
  ownerLo = 0;

  read(records: ZnodeRecords, row: Row): this {
    this.czxid = records.long(row, Long.czxid);
    this.mzxid = records.long(row, Long.mzxid);
    this.pzxid = records.long(row, Long.pzxid);
    this.ctime = records.long(row, Long.ctime);
    this.mtime = records.long(row, Long.mtime);
    this.version = records.int(row, Int.version);
    this.cversion = records.int(row, Int.cversion);
    this.aversion = records.int(row, Int.aversion);
    this.ownerHi = records.int(row, Int.ownerHi);
    this.ownerLo = records.int(row, Int.ownerLo);
    return this;
  }

  /** Goes on with a CRC-32 of what stands before. */
  crcAfter(previous: number): number {
    putLong(0, this.czxid);
    putLong(8, this.mzxid);
    // Third here, and last in a snapshot.
    putLong(16, this.pzxid);
    putLong(24, this.ctime);
    putLong(32, this.mtime);
    VIEW.setInt32(40, this.version);
    VIEW.setInt32(44, this.cversion);
    VIEW.setInt32(48, this.aversion);
    VIEW.setInt32(52, this.ownerHi);
    VIEW.setInt32(56, this.ownerLo);
    return crc32(BYTES, 0, SIZE, previous);
  }
}

const SIZE = 60;
/** Written anew for every sum. */
const BYTES = new Uint8Array(SIZE);
const VIEW = new DataView(BYTES.buffer);

function putLong(at: number, value: number): void {
  VIEW.setInt32(at, Math.floor(value / 2 ** 32));
  VIEW.setInt32(at + 4, value | 0);
}
