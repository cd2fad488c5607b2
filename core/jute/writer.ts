/**
 * Writes jute's binary archive into one growing buffer (org.apache.jute.BinaryOutputArchive).
 *
 * A writer is reused: `reset` forgets what was written and keeps the memory. `view` lends the bytes until the next
 * write, `copy` gives them away.
 */

import type { SessionId } from '../ids.ts';

const SHORT_STRING = 64;
// Up to here a loop beats making a view of the source and copying that.
const SHORT_SLICE = 64;

const NO_BYTES = Buffer.alloc(0);

export class JuteWriter {
  length = 0;
  #bytes: Buffer = NO_BYTES;
  /** What the first write gets: a writer without content holds no memory, as most connections have nothing to say. */
  #capacity: number;

  constructor(capacity = 256) {
    this.#capacity = capacity;
  }

  reset(): this {
    this.length = 0;
    return this;
  }

  /** The bytes written so far; valid until the next write. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  /** A copy to keep. Small ones share pooled memory: thousands of buffers of their own would burden the collector. */
  copy(): Uint8Array {
    return Buffer.from(this.view());
  }

  /** Takes the bytes away without a copy; the next write begins with fresh memory of `capacity` bytes. */
  detach(capacity = 256): Buffer {
    const bytes = this.view();
    this.#bytes = NO_BYTES;
    this.#capacity = capacity;
    this.length = 0;
    return bytes;
  }

  writeByte(value: number): void {
    // Grown first: growing may replace the bytes that an expression to the left of it already named.
    const at = this.#grow(1);
    this.#bytes[at] = value;
  }

  writeBoolean(value: boolean): void {
    this.writeByte(value ? 1 : 0);
  }

  writeInt(value: number): void {
    const at = this.#grow(4);
    putInt(this.#bytes, at, value);
  }

  /** Overwrites an int written earlier: for lengths and counts known only afterwards. */
  patchInt(position: number, value: number): void {
    this.#bytes.writeInt32BE(value, position);
  }

  /** A Number as a long; exact within ±2^53. */
  writeLong(value: number): void {
    const at = this.#grow(8);
    putInt(this.#bytes, at, Math.floor(value / 0x100000000));
    putInt(this.#bytes, at + 4, value);
  }

  writeSessionId(id: SessionId): void {
    this.writeLongHalves(id.hi, id.lo);
  }

  writeLongHalves(hi: number, lo: number): void {
    const at = this.#grow(8);
    putInt(this.#bytes, at, hi);
    putInt(this.#bytes, at + 4, lo);
  }

  writeString(value: string | null): void {
    if (value === null) {
      this.writeInt(-1);
      return;
    }
    const at = this.#grow(4 + value.length * 3);
    const written = value.length <= SHORT_STRING ? this.#writeAscii(value, at + 4) : -1;
    const size = written >= 0 ? written : this.#bytes.write(value, at + 4, 'utf8');
    this.#bytes.writeInt32BE(size, at);
    this.length = at + 4 + size;
  }

  writeBuffer(value: Uint8Array | null): void {
    if (value === null) {
      this.writeInt(-1);
      return;
    }
    this.writeInt(value.length);
    this.writeBytes(value);
  }

  /** Raw bytes without a length. */
  writeBytes(value: Uint8Array): void {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
  }

  /** Raw bytes of a part of `source` without a length. */
  writeSlice(source: Uint8Array, start: number, end: number): void {
    const size = end - start;
    const at = this.#grow(size);
    const bytes = this.#bytes;
    if (size > SHORT_SLICE) bytes.set(source.subarray(start, end), at);
    else for (let index = 0; index < size; index++) bytes[at + index] = source[start + index] as number;
  }

  /** The position of `size` bytes that the caller fills through `view()`. */
  reserve(size: number): number {
    return this.#grow(size);
  }

  // A loop beats the runtime's encoder by three for the short ASCII paths that nearly every frame carries.
  #writeAscii(value: string, at: number): number {
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      if (unit > 0x7f) return -1;
      this.#bytes[at + index] = unit;
    }
    return value.length;
  }

  #grow(size: number): number {
    const at = this.length;
    const needed = at + size;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2, this.#capacity));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    this.length = needed;
    return at;
  }
}

// Four stores: Buffer's own writer checks type and range of the value again, and costs three times as much.
function putInt(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
