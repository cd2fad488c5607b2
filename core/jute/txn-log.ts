/**
 * The bytes of a txn log file: what a record looks like, and where a log that was written before a crash really ends.
 *
 *     file    "ZKLG" · int version 2 · long dbid 0 · record … · zero bytes up to the preallocated size
 *     record  long Adler-32 of the entry · int length (> 0) · entry · byte 0x42 'B'
 *
 * In: bytes. Out: entries with their offsets, and a verdict on whatever stands behind the last whole record.
 * Source: ZooKeeper FileTxnLog; zookeeper-facts 12.2. The verdict is stricter than ZooKeeper's: see `judgeTail`.
 */

import { toZxid, type Zxid } from '../zxid.ts';
import { adler32 } from './adler32.ts';
import { TXN_HEADER_SIZE } from './txn.ts';
import type { JuteWriter } from './writer.ts';

export const LOG_HEADER_SIZE = 16;
/** Bytes of a record around its entry: checksum, length, end byte. */
export const RECORD_OVERHEAD = 13;

const MAGIC = 0x5a4b4c47;
const VERSION = 2;
const END_BYTE = 0x42;
const LENGTH_OFFSET = 8;
const ENTRY_OFFSET = 12;
const ZXID_IN_ENTRY = 12;

export function writeLogHeader(writer: JuteWriter): void {
  writer.writeInt(MAGIC);
  writer.writeInt(VERSION);
  writer.writeLong(0);
}

/** Whether the bytes open a log file of the version that we read. The dbid is not looked at, as in ZooKeeper. */
export function isLogHeader(bytes: Buffer): boolean {
  return bytes.length >= LOG_HEADER_SIZE && bytes.readUInt32BE(0) === MAGIC && bytes.readInt32BE(4) === VERSION;
}

export function appendRecord(writer: JuteWriter, entry: Uint8Array): void {
  writer.writeLong(adler32(entry));
  writer.writeInt(entry.length);
  writer.writeBytes(entry);
  writer.writeByte(END_BYTE);
}

/**
 * Why a scan ended. `end`: a length of 0, or no byte left. `short`: fewer bytes left than the smallest record has.
 * `length`: the length is negative or leads out of the file. `endByte`: no 'B' where the length says. `checksum`: a
 * record with all its parts whose sum is wrong. `zxid`: a whole record that does not ascend, or is no txn at all.
 */
export type ScanStop = 'end' | 'short' | 'length' | 'endByte' | 'checksum' | 'zxid';

/**
 * Walks through a log file that arrives in pieces. Push bytes, take entries until null; then either `stop` tells why
 * there are no more, or at least `needed` further bytes have to be pushed.
 */
export class LogScanner {
  /** Where the record after the last whole one begins, counted from the start of the file. */
  offset = LOG_HEADER_SIZE;
  lastZxid = -1;
  stop: ScanStop | null = null;
  /** Bytes missing to make progress; meaningful after `next` returned null without a `stop`. */
  needed = ENTRY_OFFSET;
  readonly #fileSize: number;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** @param fileSize  size of the whole file; the first pushed byte is the one behind the file's header */
  constructor(fileSize: number) {
    this.#fileSize = fileSize;
  }

  push(bytes: Buffer): void {
    this.#bytes = this.#at === this.#bytes.length ? bytes : Buffer.concat([this.#bytes.subarray(this.#at), bytes]);
    this.#at = 0;
  }

  /** The next entry, as a view into the bytes that were pushed, or null. */
  next(): Buffer | null {
    if (this.stop !== null) return null;
    const left = this.#fileSize - this.offset;
    if (left < RECORD_OVERHEAD) return this.#end(left <= 0 ? 'end' : 'short');
    const bytes = this.#bytes;
    const at = this.#at;
    const available = bytes.length - at;
    if (available < ENTRY_OFFSET) return this.#need(ENTRY_OFFSET - available);
    const length = bytes.readInt32BE(at + LENGTH_OFFSET);
    if (length === 0) return this.#end('end');
    if (length < 0 || length > left - RECORD_OVERHEAD) return this.#end('length');
    if (available < length + RECORD_OVERHEAD) return this.#need(length + RECORD_OVERHEAD - available);
    const entryAt = at + ENTRY_OFFSET;
    if (bytes[entryAt + length] !== END_BYTE) return this.#end('endByte');
    if (!hasChecksum(bytes, at, adler32(bytes, entryAt, entryAt + length))) return this.#end('checksum');
    const zxid = zxidAt(bytes, entryAt, length);
    if (!(zxid > this.lastZxid)) return this.#end('zxid');
    this.lastZxid = zxid;
    this.#at = entryAt + length + 1;
    this.offset += length + RECORD_OVERHEAD;
    return bytes.subarray(entryAt, entryAt + length);
  }

  #need(count: number): null {
    this.needed = count;
    return null;
  }

  #end(stop: ScanStop): null {
    this.stop = stop;
    return null;
  }
}

export interface Tail {
  /** Why the scan ended at `offset`. */
  readonly stop: ScanStop;
  /** Offset in the file of the first byte of `bytes`: where the record that is not whole begins. */
  readonly offset: number;
  /** From there to the last byte of the file that is not 0; empty when there is none. */
  readonly bytes: Buffer;
  /** Zxid of the last whole record before; -1 when there is none. */
  readonly lastZxid: number;
  /** The most that one write may have left behind: bytes beyond it belong to writes that were acknowledged. */
  readonly batchBytesMax: number;
}

export type TailVerdict = 'clean' | 'torn' | 'corrupt';

/**
 * Decides what stands behind the last whole record: nothing (`clean`), the remains of a write that was never
 * acknowledged and may be cut (`torn`), or records that were acknowledged and are damaged (`corrupt`: never cut them).
 *
 * What a crash can leave: batch n+1 is written only after batch n is on disk, into a file that held zeros there. So
 * the remains lie within one batch, and every sector of them holds either its new bytes or zeros, in any pattern: a
 * later record of the batch may be whole while an earlier one is not. Damage, on the other hand, changes bytes without
 * emptying a sector. Hence:
 * - a wrong sum on a complete record is a torn write only if a sector of that record never landed (is all zeros);
 * - a record that is whole but for its length or its end byte was written, and changed later: corrupt;
 * - anything else with no whole record behind it is torn, as in ZooKeeper (length 0, end of file, end byte missing);
 * - with a whole record behind it, it is torn only if a sector before that record never landed;
 * - more bytes than one batch can hold are corrupt, unless the first record alone claims them all.
 * ZooKeeper cuts at the first missing end byte whatever follows, and refuses every wrong sum.
 */
export function judgeTail(tail: Tail): TailVerdict {
  const { bytes, stop } = tail;
  if (bytes.length === 0) return 'clean';
  if (stop === 'zxid') return 'corrupt';
  const claimed = bytes.length >= ENTRY_OFFSET ? bytes.readInt32BE(LENGTH_OFFSET) + RECORD_OVERHEAD : 0;
  if (bytes.length > Math.max(tail.batchBytesMax, claimed)) return 'corrupt';
  if (stop === 'checksum') return hasEmptySector(tail, claimed) ? 'torn' : 'corrupt';
  if (isWholeButForFraming(bytes)) return 'corrupt';
  const next = findWholeRecord(bytes, tail.lastZxid);
  return next < 0 || hasEmptySector(tail, next) ? 'torn' : 'corrupt';
}

/** The smallest unit that a disk writes as a whole. */
const SECTOR_SIZE = 512;

/** Whether one of the sectors that hold bytes 0 … `end` of the tail is zero from where the tail could have filled it. */
function hasEmptySector(tail: Tail, end: number): boolean {
  let from = 0;
  while (from < end) {
    const to = from + SECTOR_SIZE - ((tail.offset + from) % SECTOR_SIZE);
    // The first four bytes of a record are zero anyway (the sum's upper half), so on their own they prove nothing.
    if ((from > 0 || to > 4) && isZero(tail.bytes, from, to)) return true;
    from = to;
  }
  return false;
}

function isZero(bytes: Buffer, from: number, to: number): boolean {
  const end = Math.min(to, bytes.length);
  for (let index = from; index < end; index++) if (bytes[index] !== 0) return false;
  return true;
}

/** Whether some length other than the one written makes the sum right: then all bytes had landed once. */
function isWholeButForFraming(bytes: Buffer): boolean {
  if (bytes.length <= ENTRY_OFFSET + TXN_HEADER_SIZE) return false;
  const length = bytes.readInt32BE(LENGTH_OFFSET);
  const entryEnd = ENTRY_OFFSET + length;
  // A zero where 'B' belongs is what an unwritten sector looks like; any other byte was put there by damage.
  if (length > 0 && entryEnd < bytes.length && bytes[entryEnd] !== 0) {
    if (hasChecksum(bytes, 0, adler32(bytes, ENTRY_OFFSET, entryEnd))) return true;
  }
  let end = ENTRY_OFFSET + TXN_HEADER_SIZE;
  let sum = adler32(bytes, ENTRY_OFFSET, end);
  for (; end < bytes.length; end++) {
    if (bytes[end] === END_BYTE && hasChecksum(bytes, 0, sum)) return true;
    sum = adler32(bytes, end, end + 1, sum);
  }
  return false;
}

/** Position of the first whole record behind the first byte whose zxid ascends; -1 when there is none. */
function findWholeRecord(bytes: Buffer, lastZxid: number): number {
  const last = bytes.length - RECORD_OVERHEAD - TXN_HEADER_SIZE;
  for (let at = 1; at <= last; at++) {
    if (bytes.readUInt32BE(at) !== 0) continue;
    const length = bytes.readInt32BE(at + LENGTH_OFFSET);
    if (length < TXN_HEADER_SIZE || length > bytes.length - at - RECORD_OVERHEAD) continue;
    const entryAt = at + ENTRY_OFFSET;
    if (bytes[entryAt + length] !== END_BYTE || !(zxidAt(bytes, entryAt, length) > lastZxid)) continue;
    if (hasChecksum(bytes, at, adler32(bytes, entryAt, entryAt + length))) return at;
  }
  return -1;
}

function hasChecksum(bytes: Buffer, at: number, sum: number): boolean {
  return bytes.readUInt32BE(at) === 0 && bytes.readUInt32BE(at + 4) === sum;
}

/** NaN when the entry is too short for a txn, or its zxid is beyond what we can hold. */
function zxidAt(bytes: Buffer, entryAt: number, length: number): number {
  if (length < TXN_HEADER_SIZE) return Number.NaN;
  const zxid =
    bytes.readInt32BE(entryAt + ZXID_IN_ENTRY) * 0x100000000 + bytes.readUInt32BE(entryAt + ZXID_IN_ENTRY + 4);
  return Number.isSafeInteger(zxid) ? zxid : Number.NaN;
}

export interface ScannedRecord {
  readonly zxid: Zxid;
  /** Where the record begins. */
  readonly offset: number;
  readonly entry: Buffer;
}

export interface ScannedLog {
  readonly records: readonly ScannedRecord[];
  readonly verdict: TailVerdict;
  /** Where the last whole record ends: the next one is written here, after a torn tail was cut. */
  readonly end: number;
}

/** Scans a whole log file that is in memory. @throws RangeError when it does not begin with a log's header */
export function scanLog(file: Buffer, batchBytesMax: number): ScannedLog {
  if (!isLogHeader(file)) throw new RangeError('the bytes do not begin with the header of a txn log');
  const scanner = new LogScanner(file.length);
  scanner.push(file.subarray(LOG_HEADER_SIZE));
  const records: ScannedRecord[] = [];
  for (;;) {
    const offset = scanner.offset;
    const entry = scanner.next();
    if (entry === null) break;
    records.push({ zxid: toZxid(scanner.lastZxid), offset, entry });
  }
  const end = scanner.offset;
  const bytes = file.subarray(end, lengthWithoutZeros(file, end));
  const stop = scanner.stop ?? 'short';
  return { records, end, verdict: judgeTail({ stop, offset: end, bytes, lastZxid: scanner.lastZxid, batchBytesMax }) };
}

/** Index after the last byte of `bytes` that is not 0, at least `from`. */
export function lengthWithoutZeros(bytes: Buffer, from = 0): number {
  let length = bytes.length;
  while (length > from && bytes[length - 1] === 0) length -= 1;
  return length;
}
