/**
 * The bytes of a snapshot as they come in, chunk by chunk: lends whole records to the reader, keeps what is not yet
 * one, and sums up Adler-32 over what was consumed.
 *
 * `wants(n)` asks for the next n bytes; where they have not all come, the reader stops and goes on with a later chunk.
 * What is kept between chunks is at most one record, and each byte is joined to the next chunks once.
 */

import { ADLER32_START, adler32 } from '../jute/adler32.ts';

const NO_BYTES: Buffer = Buffer.alloc(0);

export class SnapshotInput {
  /** The bytes at hand; the next one is at `position`. */
  bytes: Buffer = NO_BYTES;
  position = 0;
  readonly #sums: boolean;
  #isBorrowed = false;
  #consumedBefore = 0;
  #wanted = 1;
  /** Chunks that came while the wanted bytes were still short. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #adler = ADLER32_START;
  #summed = 0;

  /** @param sums  'adler' to keep the checksum that seals are compared with */
  constructor(sums: 'adler' | 'none') {
    this.#sums = sums === 'adler';
  }

  /** How many bytes were consumed since the beginning. */
  get offset(): number {
    return this.#consumedBefore + this.position;
  }

  /** Bytes that came and were not consumed. */
  get leftover(): number {
    return this.bytes.length - this.position + this.#waitingBytes;
  }

  /** Borrows `chunk` until `retain`. @returns whether the bytes that were wanted are at hand now */
  push(chunk: Uint8Array): boolean {
    const own = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.leftover === 0) {
      this.#begin(own);
      this.#isBorrowed = true;
      return own.length >= this.#wanted;
    }
    const isEnough = this.leftover + own.length >= this.#wanted;
    this.#waiting.push(isEnough ? own : Buffer.from(own));
    this.#waitingBytes += own.length;
    if (isEnough) this.join();
    return isEnough;
  }

  wants(count: number): boolean {
    if (this.bytes.length - this.position >= count) return true;
    this.#wanted = count;
    return false;
  }

  consume(count: number): void {
    this.position += count;
    this.#wanted = 1;
  }

  /** Puts all that has come into `bytes`. */
  join(): void {
    const parts = [this.bytes.subarray(this.position), ...this.#waiting];
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#begin(Buffer.concat(parts));
    this.#isBorrowed = false;
  }

  /** Adler-32 of everything consumed. */
  checksum(): number {
    if (this.#sums) this.#adler = adler32(this.bytes, this.#summed, this.position, this.#adler);
    this.#summed = this.position;
    return this.#adler;
  }

  /** Copies what is left of a borrowed chunk: it returns to its owner. */
  retain(): void {
    if (this.#isBorrowed) this.#begin(Buffer.from(this.bytes.subarray(this.position)));
    this.#isBorrowed = false;
  }

  #begin(bytes: Buffer): void {
    this.checksum();
    this.#consumedBefore += this.position;
    this.bytes = bytes;
    this.position = 0;
    this.#summed = 0;
  }
}
