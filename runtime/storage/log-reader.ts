/**
 * Reads one txn log file in pieces and judges its end. In: a file. Out: every whole entry in order, and where the file
 * ends; acknowledged records that are damaged are a `LogCorruptionError`. Never changes the file.
 */

import {
  isLogHeader,
  judgeTail,
  LOG_HEADER_SIZE,
  LogScanner,
  lengthWithoutZeros,
  type ScanStop,
} from '../../core/jute/txn-log.ts';
import { toZxid, type Zxid } from '../../core/zxid.ts';
import { ForeignFileError, LogCorruptionError } from './errors.ts';
import { type FileSystem, readFully } from './file-system.ts';

/** Bytes read at once. */
const CHUNK_SIZE = 1 << 20;

/**
 * The most that one write to a log may hold, unless a single record is larger. It bounds what a crash can leave torn,
 * so the writer keeps to it and the reader relies on it.
 */
export const LOG_BATCH_BYTES_MAX = 4 << 20;

/** @param entry  a view that is valid during the call only  @param end  offset in the file behind the entry's record */
export type EntryListener = (entry: Buffer, zxid: Zxid, end: number) => void;

export interface LogReading {
  /** Zxid of the last whole record; null when there is none. */
  readonly lastZxid: Zxid | null;
  /** Where the last whole record ends. */
  readonly end: number;
  /** Bytes behind it that a write left which was never acknowledged; 0 when there are only zeros or nothing. */
  readonly tornBytes: number;
}

/** A file of 0 bytes is the trace of a creation that a crash interrupted: no records, `end` 0. */
export function readLog(fileSystem: FileSystem, path: string, onEntry: EntryListener): LogReading {
  const fd = fileSystem.open(path, 'read');
  try {
    return readOpenLog(fileSystem, fd, path, onEntry);
  } finally {
    fileSystem.close(fd);
  }
}

function readOpenLog(fileSystem: FileSystem, fd: number, path: string, onEntry: EntryListener): LogReading {
  const size = fileSystem.size(fd);
  const header = readFully(fileSystem, fd, 0, LOG_HEADER_SIZE);
  if (!isLogHeader(header)) {
    // A header is part of the file's first write, so a crash leaves all of it, a part followed by nothing, or zeros.
    if (isPartOfHeader(fileSystem, fd, header, size)) return { lastZxid: null, end: 0, tornBytes: 0 };
    throw new ForeignFileError(path, 'it does not begin with the header of a txn log');
  }
  const scanner = new LogScanner(size);
  let position = LOG_HEADER_SIZE;
  for (;;) {
    const entry = scanner.next();
    if (entry !== null) {
      onEntry(entry, toZxid(scanner.lastZxid), scanner.offset);
      continue;
    }
    if (scanner.stop !== null) break;
    const bytes = readFully(fileSystem, fd, position, Math.max(CHUNK_SIZE, scanner.needed));
    if (bytes.length === 0) break;
    position += bytes.length;
    scanner.push(bytes);
  }
  const end = scanner.offset;
  const tail = readTail(fileSystem, fd, end, size);
  const stop: ScanStop = scanner.stop ?? 'short';
  const { lastZxid } = scanner;
  const verdict = judgeTail({ stop, offset: end, bytes: tail, lastZxid, batchBytesMax: LOG_BATCH_BYTES_MAX });
  if (verdict === 'corrupt') throw new LogCorruptionError(path, end, REASONS[stop]);
  return { lastZxid: lastZxid < 0 ? null : toZxid(lastZxid), end, tornBytes: tail.length };
}

const REASONS: Record<ScanStop, string> = {
  end: 'records follow a gap of zeros',
  short: 'the last bytes are no record',
  length: 'a record has an impossible length',
  endByte: 'the end of a record is not where its length says',
  checksum: 'the checksum of a record is wrong',
  zxid: 'a record has no zxid, or one that does not ascend',
};

/** Everything behind `end` without trailing zeros. The zeros of a preallocated file are walked over, not kept. */
function readTail(fileSystem: FileSystem, fd: number, end: number, size: number): Buffer {
  let length = 0;
  for (let position = end; position < size; position += CHUNK_SIZE) {
    const chunk = readFully(fileSystem, fd, position, Math.min(CHUNK_SIZE, size - position));
    const used = chunk.equals(ZEROS) ? 0 : lengthWithoutZeros(chunk);
    if (used > 0) length = position - end + used;
  }
  return length === 0 ? Buffer.alloc(0) : readFully(fileSystem, fd, end, length);
}

function isPartOfHeader(fileSystem: FileSystem, fd: number, header: Buffer, size: number): boolean {
  const used = lengthWithoutZeros(header);
  if (used > 0) return size < LOG_HEADER_SIZE && header.subarray(0, 4).equals(MAGIC.subarray(0, header.length));
  return readTail(fileSystem, fd, 0, size).length === 0;
}

const ZEROS = Buffer.alloc(CHUNK_SIZE);
const MAGIC = Buffer.from('ZKLG', 'latin1');
