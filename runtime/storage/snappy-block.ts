/**
 * One block of snappy data: a varint with its length, then literals and copies from what came before. In: at most 64 KiB of
 * bytes, or such a block; out: the other. Any input decodes or is refused, with nothing read or written out of bounds.
 * Source: the format description of snappy (format_description.txt).
 *
 *     element  tag byte, two low bits say which
 *       00     literal: length - 1 in the six high bits, or 60 … 63: it stands in the next 1 … 4 bytes, little-endian
 *       01     copy of 4 … 11 bytes, offset in 11 bits: three of the tag, eight behind it
 *       10     copy of 1 … 64 bytes, offset in the next two bytes
 *       11     copy of 1 … 64 bytes, offset in the next four bytes
 */

export class SnappyError extends Error {
  constructor(what: string) {
    super(`the snappy block is damaged: ${what}`);
    this.name = 'SnappyError';
  }
}

/** The most that one block may claim: no writer of snapshots makes larger ones than 64 KiB, and a lie must not cost memory. */
const DECODED_MAX = 1 << 26;
const INPUT_MAX = 1 << 16;
const HASH_BITS = 14;
/** Fewer bytes than that are not worth a copy. */
const MATCH_MIN = 4;
const HASH_FACTOR = 0x1e35a7bd;

/** @throws SnappyError */
export function decodeBlock(block: Buffer): Buffer {
  const { value: size, next } = readVarint(block);
  const output = Buffer.allocUnsafe(size);
  let at = next;
  let written = 0;
  while (at < block.length) {
    const tag = block[at] as number;
    at += 1;
    if ((tag & 3) === 0) {
      const extra = Math.max((tag >> 2) - 59, 0);
      const length = 1 + (extra === 0 ? tag >> 2 : littleEndian(block, at, extra));
      at += extra;
      if (length > block.length - at || length > size - written) throw new SnappyError('a literal is too long');
      block.copy(output, written, at, at + length);
      at += length;
      written += length;
      continue;
    }
    const kind = tag & 3;
    const offsetBytes = kind === 3 ? 4 : kind;
    const length = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
    const low = littleEndian(block, at, offsetBytes);
    const offset = kind === 1 ? ((tag >> 5) << 8) | low : low;
    at += offsetBytes;
    if (offset === 0 || offset > written) throw new SnappyError('a copy begins before the block');
    if (length > size - written) throw new SnappyError('a copy is too long');
    // Byte by byte: a copy may overlap what it makes, and then repeats it.
    for (let index = 0; index < length; index++) output[written + index] = output[written + index - offset] as number;
    written += length;
  }
  if (written !== size) throw new SnappyError(`it holds ${written} bytes and claims ${size}`);
  return output;
}

/** @param input  at most 64 KiB, so that every offset fits in two bytes */
export function encodeBlock(input: Buffer): Buffer {
  if (input.length > INPUT_MAX) throw new RangeError(`a snappy block of ${input.length} bytes is too large`);
  // The worst case: nothing matches, and each literal of 64 KiB costs three bytes.
  const output = Buffer.allocUnsafe(16 + input.length + Math.ceil(input.length / 60));
  const table = new Uint16Array(1 << HASH_BITS);
  let out = writeVarint(output, input.length);
  let literalFrom = 0;
  let at = 1;
  const last = input.length - MATCH_MIN;
  while (at <= last) {
    const word = input.readUInt32LE(at);
    const slot = Math.imul(word, HASH_FACTOR) >>> (32 - HASH_BITS);
    const candidate = table[slot] as number;
    table[slot] = at;
    if (candidate >= at || input.readUInt32LE(candidate) !== word) {
      // The longer nothing matches, the larger the steps: bytes that do not compress cost little time.
      at += 1 + ((at - literalFrom) >> 5);
      continue;
    }
    let length = MATCH_MIN;
    while (at + length < input.length && input[candidate + length] === input[at + length]) length += 1;
    out = writeLiteral(output, out, input, literalFrom, at);
    out = writeCopies(output, out, at - candidate, length);
    at += length;
    literalFrom = at;
  }
  out = writeLiteral(output, out, input, literalFrom, input.length);
  return output.subarray(0, out);
}

function writeLiteral(output: Buffer, out: number, input: Buffer, from: number, to: number): number {
  const length = to - from;
  if (length === 0) return out;
  let at = out;
  if (length <= 60) output[at++] = (length - 1) << 2;
  else if (length <= 256) {
    output[at++] = 60 << 2;
    output[at++] = length - 1;
  } else {
    output[at++] = 61 << 2;
    at = output.writeUInt16LE(length - 1, at);
  }
  input.copy(output, at, from, to);
  return at + length;
}

function writeCopies(output: Buffer, out: number, offset: number, length: number): number {
  let at = out;
  for (let left = length; left > 0; ) {
    const part = Math.min(left, 64);
    output[at++] = ((part - 1) << 2) | 2;
    at = output.writeUInt16LE(offset, at);
    left -= part;
  }
  return at;
}

function readVarint(block: Buffer): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = block[index];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (value > DECODED_MAX) throw new SnappyError(`it claims ${value} bytes`);
    if (byte < 0x80) return { value, next: index + 1 };
  }
  throw new SnappyError('it does not say how long it is');
}

function writeVarint(output: Buffer, value: number): number {
  let at = 0;
  let rest = value;
  while (rest >= 0x80) {
    output[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  output[at++] = rest;
  return at;
}

function littleEndian(block: Buffer, at: number, count: number): number {
  if (at + count > block.length) throw new SnappyError('it ends within an element');
  return block.readUIntLE(at, count);
}
