/**
 * Cuts a stream of replies into heads, reading no more than it must: length, xid, zxid and err of each, the body skipped.
 *
 *     reply = int length, int xid, long zxid, int err, body
 *
 * A head may be cut by the end of a chunk; its pieces are gathered. A body may be cut anywhere; its rest is skipped.
 */

const HEAD_BYTES = 20;

export interface ReplySink {
  onReply(xid: number, err: number): void;
}

export class ReplyScanner {
  /** zxid of the last head seen, as it travelled. */
  readonly lastZxid = Buffer.alloc(8);
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #headBytes = 0;
  #skipBytes = 0;

  /** Scans the first `size` bytes of `chunk`, which the scanner does not keep. */
  scan(chunk: Buffer, size: number, sink: ReplySink): void {
    let at = 0;
    let lastHeadAt = -1;
    while (at < size) {
      if (this.#skipBytes > 0) {
        const skipped = Math.min(this.#skipBytes, size - at);
        this.#skipBytes -= skipped;
        at += skipped;
      } else if (this.#headBytes > 0 || size - at < HEAD_BYTES) {
        at += this.#gatherHead(chunk, at, size, sink);
        lastHeadAt = -1;
      } else {
        lastHeadAt = at;
        this.#skipBytes = 4 + chunk.readInt32BE(at) - HEAD_BYTES;
        sink.onReply(chunk.readInt32BE(at + 4), chunk.readInt32BE(at + 16));
        at += HEAD_BYTES;
      }
    }
    if (lastHeadAt >= 0) chunk.copy(this.lastZxid, 0, lastHeadAt + 8, lastHeadAt + 16);
  }

  reset(): void {
    this.#headBytes = 0;
    this.#skipBytes = 0;
  }

  #gatherHead(chunk: Buffer, at: number, size: number, sink: ReplySink): number {
    const taken = Math.min(HEAD_BYTES - this.#headBytes, size - at);
    chunk.copy(this.#head, this.#headBytes, at, at + taken);
    this.#headBytes += taken;
    if (this.#headBytes === HEAD_BYTES) {
      this.#headBytes = 0;
      this.#skipBytes = 4 + this.#head.readInt32BE(0) - HEAD_BYTES;
      this.#head.copy(this.lastZxid, 0, 8, 16);
      sink.onReply(this.#head.readInt32BE(4), this.#head.readInt32BE(16));
    }
    return taken;
  }
}
