/**
 * Ready frames in one piece of memory, used over and over: slot after slot, only the xid is patched before it leaves.
 * A run of slots is one contiguous piece and so one write. A slot may be patched again once its reply has come, because
 * replies come in request order; a ring therefore has at least as many slots as may be outstanding.
 */

import { XID_OFFSET } from './frames.ts';

export class FrameRing {
  readonly slotCount: number;
  readonly #bytes: Buffer;
  /** Where each slot starts, and one more: where the last one ends. */
  readonly #offsets: Uint32Array;

  constructor(frames: readonly Buffer[]) {
    this.slotCount = frames.length;
    this.#bytes = Buffer.concat(frames);
    this.#offsets = new Uint32Array(frames.length + 1);
    let offset = 0;
    frames.forEach((frame, slot) => {
      offset += frame.length;
      this.#offsets[slot + 1] = offset;
    });
  }

  setXid(slot: number, xid: number): void {
    const bytes = this.#bytes;
    const at = (this.#offsets[slot] ?? 0) + XID_OFFSET;
    bytes[at] = xid >>> 24;
    bytes[at + 1] = xid >>> 16;
    bytes[at + 2] = xid >>> 8;
    bytes[at + 3] = xid;
  }

  /** The frames of slots `from` up to, without, `to`; no copy. */
  slice(from: number, to: number): Buffer {
    return this.#bytes.subarray(this.#offsets[from], this.#offsets[to]);
  }
}
