/**
 * Snapshots in the compressed forms that ZooKeeper writes (`snapshot.compression.method`): the whole file is one stream, its
 * name ends with .gz or .snappy, and checksums are those of the bytes inside (zookeeper-facts 12.5).
 *
 *     .gz      gzip members one after another, one for each slice
 *     .snappy  "\x82SNAPPY\0" · int version 1 · int lowest compatible version 1 · { int length · snappy block } …
 *
 * In: slices in order. Out: the bytes of the file, and back. Source: SnapStream; SnappyOutputStream of snappy-java.
 */

import { constants, gunzipSync, gzipSync } from 'node:zlib';
import type { Compression } from './file-names.ts';
import { decodeBlock, encodeBlock, SnappyError } from './snappy-block.ts';

/** What a file of each form begins with, one character a byte. */
export const SNAPSHOT_STARTS: Readonly<Record<Compression, string>> = Object.freeze({
  none: 'ZKSN',
  gz: '\x1f\x8b',
  snappy: '\x82SNAPPY\0',
});

const SNAPPY_HEADER_SIZE = 16;
const SNAPPY_VERSION = 1;
/** As snappy-java cuts them. */
const BLOCK_SIZE = 32 << 10;
/** Beyond the largest block that any version of snappy-java can be told to make. */
const BLOCK_SIZE_MAX = 1 << 26;

/** Compresses slices in turn. */
export class SnapshotCompressor {
  readonly #compression: Compression;
  #hasBegun = false;

  constructor(compression: Compression) {
    this.#compression = compression;
  }

  /** @returns what the slice adds to the file */
  compress(slice: Uint8Array): Uint8Array {
    if (this.#compression === 'none') return slice;
    // The replica stands still meanwhile, so speed counts and not the last byte.
    if (this.#compression === 'gz') return gzipSync(slice, { level: constants.Z_BEST_SPEED });
    const parts: Buffer[] = [];
    if (!this.#hasBegun) parts.push(snappyHeader());
    this.#hasBegun = true;
    for (let at = 0; at < slice.length; at += BLOCK_SIZE) {
      const end = Math.min(at + BLOCK_SIZE, slice.length);
      const block = encodeBlock(Buffer.from(slice.buffer, slice.byteOffset + at, end - at));
      const length = Buffer.allocUnsafe(4);
      length.writeInt32BE(block.length);
      parts.push(length, block);
    }
    return Buffer.concat(parts);
  }
}

/** The bytes are no file of that form. */
export class CompressionError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`the compressed snapshot is damaged: ${what}`, options);
    this.name = 'CompressionError';
  }
}

/**
 * Decompresses a file in pieces. gzip is taken as a whole, at the end: Node has no other way that does not wait.
 * @throws CompressionError from `push` and `finish`
 */
export class SnapshotDecompressor {
  readonly #compression: Compression;
  readonly #onBytes: (bytes: Buffer) => void;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Bytes to wait for before it is worth looking again. */
  #wanted = SNAPPY_HEADER_SIZE;
  #hasHeader = false;

  constructor(compression: Compression, onBytes: (bytes: Buffer) => void) {
    this.#compression = compression;
    this.#onBytes = onBytes;
  }

  /** Borrows the chunk during the call. */
  push(chunk: Buffer): void {
    if (this.#compression === 'none') return this.#onBytes(chunk);
    this.#pending.push(Buffer.from(chunk));
    this.#pendingBytes += chunk.length;
    if (this.#compression === 'snappy' && this.#pendingBytes >= this.#wanted) this.#takeBlocks();
  }

  finish(): void {
    if (this.#compression === 'gz') this.#onBytes(this.#gunzip());
    else if (this.#pendingBytes > 0) throw new CompressionError('it ends within a block');
  }

  #gunzip(): Buffer {
    try {
      return gunzipSync(Buffer.concat(this.#pending));
    } catch (cause) {
      throw new CompressionError(cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  #takeBlocks(): void {
    const bytes = Buffer.concat(this.#pending);
    let at = this.#hasHeader ? 0 : checkSnappyHeader(bytes);
    this.#hasHeader = true;
    for (;;) {
      this.#wanted = 4;
      if (bytes.length - at < 4) break;
      const length = bytes.readInt32BE(at);
      if (length <= 0 || length > BLOCK_SIZE_MAX) throw new CompressionError(`a block of ${length} bytes`);
      this.#wanted = 4 + length;
      if (bytes.length - at < this.#wanted) break;
      this.#onBytes(decode(bytes.subarray(at + 4, at + this.#wanted)));
      at += this.#wanted;
    }
    this.#pending = [bytes.subarray(at)];
    this.#pendingBytes = bytes.length - at;
  }
}

function decode(block: Buffer): Buffer {
  try {
    return decodeBlock(block);
  } catch (error) {
    if (error instanceof SnappyError) throw new CompressionError(error.message, { cause: error });
    throw error;
  }
}

function snappyHeader(): Buffer {
  const header = Buffer.alloc(SNAPPY_HEADER_SIZE);
  header.write(SNAPSHOT_STARTS.snappy, 'latin1');
  header.writeInt32BE(SNAPPY_VERSION, 8);
  header.writeInt32BE(SNAPPY_VERSION, 12);
  return header;
}

function checkSnappyHeader(bytes: Buffer): number {
  if (bytes.toString('latin1', 0, 8) !== SNAPSHOT_STARTS.snappy) throw new CompressionError('it is not of snappy-java');
  const lowest = bytes.readInt32BE(12);
  if (lowest > SNAPPY_VERSION) throw new CompressionError(`it needs version ${lowest} of the format`);
  return SNAPPY_HEADER_SIZE;
}
