/**
 * Reads jute's binary archive: big-endian, no tags, no padding (zookeeper.jute; org.apache.jute.BinaryInputArchive).
 *
 * One reader is reused for many frames (`reset`). Buffers are returned as views of the frame, so whoever keeps one
 * beyond the frame's life copies it. Whatever the bytes are, the outcome is a value or a `JuteError`.
 */

import { makeSessionId, type SessionId } from '../ids.ts';

/** The bytes do not decode as the record that was asked for. */
export class JuteError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'JuteError';
  }
}

const EMPTY = Buffer.alloc(0);

export class JuteReader {
  position = 0;
  end = 0;
  #bytes: Buffer = EMPTY;

  constructor(bytes: Uint8Array = EMPTY, start = 0, end = bytes.length) {
    this.reset(bytes, start, end);
  }

  reset(bytes: Uint8Array, start = 0, end = bytes.length): this {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.end = end;
    return this;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  readByte(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  readBoolean(): boolean {
    return this.#bytes[this.#take(1)] !== 0;
  }

  readInt(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  /** The next int, which stays to be read. */
  peekInt(): number {
    const value = this.readInt();
    this.position -= 4;
    return value;
  }

  /** A long as a Number. @throws JuteError outside ±2^53: such a value is no zxid, time or count that we could hold */
  readLong(): number {
    const at = this.#take(8);
    const value = this.#bytes.readInt32BE(at) * 0x100000000 + this.#bytes.readUInt32BE(at + 4);
    if (!Number.isSafeInteger(value)) throw new JuteError(`a long at offset ${at} exceeds 2^53`);
    return value;
  }

  /** A long that uses all its 64 bits: a session id or an ephemeral owner. */
  readSessionId(): SessionId {
    const at = this.#take(8);
    return makeSessionId(this.#bytes.readInt32BE(at), this.#bytes.readInt32BE(at + 4));
  }

  readString(): string | null {
    const length = this.#length('string');
    if (length < 0) return null;
    const at = this.#take(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  /** A view of the frame's own bytes, or null. Null and empty differ, and both survive. */
  readBuffer(): Uint8Array | null {
    const length = this.#length('buffer');
    if (length < 0) return null;
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** An element count; null (-1) and every other count below 0 mean no elements. Each element takes at least a byte. */
  readCount(): number {
    const count = this.readInt();
    if (count > this.remaining) throw new JuteError(`a vector claims ${count} elements in ${this.remaining} bytes`);
    return Math.max(count, 0);
  }

  skip(length: number): void {
    this.#take(length);
  }

  #length(what: string): number {
    const length = this.readInt();
    if (length < -1) throw new JuteError(`a ${what} claims a length of ${length}`);
    return length;
  }

  #take(length: number): number {
    const at = this.position;
    if (length > this.end - at) throw new JuteError(`${length} bytes wanted at offset ${at}, ${this.end - at} left`);
    this.position = at + length;
    return at;
  }
}
