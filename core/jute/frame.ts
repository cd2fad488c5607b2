/**
 * Cuts a stream of bytes into frames: `int length`, then that many bytes (the framing of every client connection).
 *
 * Chunks in, frames out, in order. A frame that lies inside one chunk is lent as a range of that chunk, without a copy;
 * one that spans chunks is put together once, in memory of its own, which grows with the bytes that came and not with
 * the length that was claimed. The decoder never overwrites bytes that it handed out. Source: facts 1.3.
 */

import { JuteError } from './reader.ts';

/** ZooKeeper's default `jute.maxbuffer`: the longest payload that a server accepts, in bytes. */
export const JUTE_MAX_BUFFER = 0xfffff;

/** Gets one frame's payload: `bytes` from `start` (inclusive) to `end` (exclusive). A frame of length 0 is a frame. */
export type FrameListener = (bytes: Uint8Array, start: number, end: number) => void;

/** A length prefix is negative or above the bound: the stream cannot be read on, the connection has to be closed. */
export class FrameError extends JuteError {
  readonly claimedBytes: number;

  constructor(claimedBytes: number, maxBytes: number) {
    super(`a frame claims ${claimedBytes} bytes, allowed are 0 to ${maxBytes}`);
    this.name = 'FrameError';
    this.claimedBytes = claimedBytes;
  }
}

const PREFIX_SIZE = 4;
const FIRST_CAPACITY = 256;
const NOTHING = new Uint8Array(0);

export class FrameDecoder {
  readonly #maxBytes: number;
  /** The beginning of a frame whose end has not come, with its prefix: the first `#partialLength` bytes of this. */
  #partial: Uint8Array = NOTHING;
  #partialLength = 0;

  /** @param maxBytes  longest payload allowed; a longer one is a `FrameError` as soon as its prefix is seen */
  constructor(maxBytes: number = JUTE_MAX_BUFFER) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of an unfinished frame that wait for the next chunk. */
  get bufferedBytes(): number {
    return this.#partialLength;
  }

  /**
   * Takes a chunk and hands out each frame that it completes. Not to be called from inside `onFrame`.
   * @throws FrameError for a length out of bounds (the frames before it were handed out); after it, or after a throw
   *   of `onFrame`, the decoder must not be used again
   */
  push(chunk: Uint8Array, onFrame: FrameListener): void {
    let at = this.#partialLength === 0 ? 0 : this.#resume(chunk, onFrame);
    while (chunk.length - at >= PREFIX_SIZE) {
      const end = at + PREFIX_SIZE + this.#readSize(chunk, at);
      if (end > chunk.length) break;
      onFrame(chunk, at + PREFIX_SIZE, end);
      at = end;
    }
    if (at < chunk.length) this.#append(chunk, at, chunk.length - at);
  }

  /** Goes on with the unfinished frame; returns how much of the chunk that took. */
  #resume(chunk: Uint8Array, onFrame: FrameListener): number {
    const at = this.#append(chunk, 0, Math.max(0, PREFIX_SIZE - this.#partialLength));
    if (this.#partialLength < PREFIX_SIZE) return at;
    const frameLength = PREFIX_SIZE + this.#readSize(this.#partial, 0);
    const rest = this.#append(chunk, at, frameLength - this.#partialLength);
    if (this.#partialLength < frameLength) return rest;
    const frame = this.#partial;
    this.#partial = NOTHING;
    this.#partialLength = 0;
    onFrame(frame, PREFIX_SIZE, frameLength);
    return rest;
  }

  /** Copies up to `count` bytes of the chunk to the unfinished frame; returns where in the chunk it stopped. */
  #append(chunk: Uint8Array, at: number, count: number): number {
    const end = Math.min(chunk.length, at + count);
    const length = this.#partialLength + end - at;
    if (length > this.#partial.length) {
      const bound = PREFIX_SIZE + this.#maxBytes;
      const larger = new Uint8Array(Math.min(Math.max(length, this.#partial.length * 2, FIRST_CAPACITY), bound));
      larger.set(this.#partial.subarray(0, this.#partialLength));
      this.#partial = larger;
    }
    this.#partial.set(chunk.subarray(at, end), this.#partialLength);
    this.#partialLength = length;
    return end;
  }

  #readSize(bytes: Uint8Array, at: number): number {
    const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16);
    const size = high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    if (size < 0 || size > this.#maxBytes) throw new FrameError(size, this.#maxBytes);
    return size;
  }
}
