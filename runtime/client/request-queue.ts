/**
 * The requests of a session in order: first those on the wire, then those that wait to be sent.
 *
 * A request is encoded once, into the outbox, at the moment of the call; whatever gathered there during one turn of the
 * event loop leaves as one buffer. Frames stay in the outbox while there is no connection, which is safe because a
 * request's bytes do not depend on the connection that carries them. What was sent and not answered when a connection
 * ends cannot be sent again: nobody knows whether it was applied.
 *
 * Bound: `requestsMax` requests and `bytesMax` bytes of frames without an answer. `hasRoom` is false at the bound, and
 * the session then refuses new requests.
 */

import { Fifo } from '../../core/fifo.ts';
import { JuteError, type JuteReader } from '../../core/jute/reader.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import { type RequestFrame, writeFrame } from './frame-writer.ts';
import type { ClientFailure, PendingRequest } from './pending-request.ts';

export interface QueueBounds {
  readonly requestsMax: number;
  readonly bytesMax: number;
}

const FIRST_XID = 1;
const LAST_XID = 0x7fffffff;
const OUTBOX_BYTES = 16_384;
const OUTBOX_BYTES_MAX = 65_536;
/** Up to this size, copying the outbox is cheaper than giving its memory away. */
const COPY_BYTES_MAX = 4096;

export class RequestQueue {
  readonly #bounds: QueueBounds;
  readonly #outbox = new JuteWriter(OUTBOX_BYTES);
  readonly #sent = new Fifo<PendingRequest>();
  readonly #waiting = new Fifo<PendingRequest>();
  #pendingBytes = 0;
  #nextXid = FIRST_XID;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  get hasRoom(): boolean {
    const count = this.#sent.size + this.#waiting.size;
    return count < this.#bounds.requestsMax && this.#pendingBytes < this.#bounds.bytesMax;
  }

  /** Bytes that wait to be sent. */
  get outboxBytes(): number {
    return this.#outbox.length;
  }

  takeXid(): number {
    const xid = this.#nextXid;
    this.#nextXid = xid === LAST_XID ? FIRST_XID : xid + 1;
    return xid;
  }

  /**
   * Encodes a request at the outbox's end; `push` or `takeBack` follows before another is encoded.
   * @returns the size of the frame, prefix included
   */
  encode<Body>(frame: RequestFrame<Body>): number {
    return writeFrame(this.#outbox, frame);
  }

  takeBack(frameBytes: number): void {
    this.#outbox.length -= frameBytes;
  }

  /** Adds the request whose frame was just encoded. */
  push(request: PendingRequest): void {
    this.#waiting.push(request);
    this.#pendingBytes += request.frameBytes;
  }

  /** Adds a request whose frame the caller sends, ahead of everything that waits. */
  pushSent(request: PendingRequest): void {
    this.#sent.push(request);
    this.#pendingBytes += request.frameBytes;
  }

  /** Everything that waits, as one buffer that the caller owns; null if nothing does. Its requests are sent from now on. */
  takeOutbox(): Uint8Array | null {
    this.#sift(this.#sent);
    const size = this.#outbox.length;
    if (size === 0) return null;
    if (size > COPY_BYTES_MAX) return this.#outbox.detach(Math.min(size, OUTBOX_BYTES_MAX));
    const bytes = Buffer.from(this.#outbox.view());
    this.#outbox.reset();
    return bytes;
  }

  /** Settles the oldest request on the wire. @throws JuteError if the reply is out of order or does not decode */
  onReply(xid: number, error: number, reader: JuteReader): void {
    const request = this.#sent.peek();
    if (request === undefined || request.xid !== xid) {
      throw new JuteError(`a reply with xid ${xid} came where ${request?.xid ?? 'none'} was due`);
    }
    this.#sent.shift();
    this.#pendingBytes -= request.frameBytes;
    request.onReply(reader, error);
  }

  /** Fails what was sent and has no answer. */
  failSent(code: ClientFailure, detail: string | null): void {
    for (const request of this.#sent.drain()) {
      this.#pendingBytes -= request.frameBytes;
      request.fail(code, detail);
    }
  }

  /** Fails what waits since `queuedAtMs` or longer, and forgets what its caller gave up. */
  failWaitingSince(queuedAtMs: number, code: ClientFailure, detail: string | null): void {
    const late: PendingRequest[] = [];
    for (const request of this.#waiting.items()) if (request.queuedAtMs <= queuedAtMs) late.push(request);
    for (const request of late) request.fail(code, detail);
    this.#sift(this.#waiting);
  }

  /** Moves what waits to `target` in its order, and takes the frames of settled requests out of the outbox. */
  #sift(target: Fifo<PendingRequest>): void {
    const bytes = this.#outbox.view();
    let from = 0;
    let to = 0;
    for (let left = this.#waiting.size; left > 0; left--) {
      const request = this.#waiting.shift();
      if (request === undefined) break;
      const end = from + request.frameBytes;
      if (request.isSettled) {
        this.#pendingBytes -= request.frameBytes;
      } else {
        if (to < from) bytes.copyWithin(to, from, end);
        to += request.frameBytes;
        target.push(request);
      }
      from = end;
    }
    this.#outbox.length = to;
  }
}
