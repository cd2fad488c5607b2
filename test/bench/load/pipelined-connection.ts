/**
 * One connection of the load generator: keeps up to `depth` requests outstanding, as many as it was allowed.
 * Requests come from a FrameRing; all that one chunk of replies made room for leaves as one write. After a loss, what was
 * not acknowledged is sent again on the next server, and its latency still counts from the first attempt.
 */

import type { FrameRing } from './frame-ring.ts';
import { ReplyScanner, type ReplySink } from './reply-scanner.ts';
import { type Address, type LinkOwner, SessionLink } from './session-link.ts';

export interface AckSink {
  onAcksArrived(nowMs: number): void;
  onAck(latencyMs: number, err: number): void;
  onReconnect(): void;
}

export interface ConnectionOptions {
  readonly servers: readonly Address[];
  /** Index of the server to try first; the others follow in order. */
  readonly firstServer: number;
  readonly sink: AckSink;
}

export class PipelinedConnection implements ReplySink, LinkOwner {
  readonly #sink: AckSink;
  readonly #scanner = new ReplyScanner();
  readonly #link: SessionLink;
  #opened: (() => void) | undefined;
  #drained: (() => void) | undefined;

  #ring: FrameRing | undefined;
  #sentAtMs = new Float64Array(0);
  #depth = 0;
  /** Requests are numbered from 0 over the life of the connection: acknowledged below `acked`, sent below `sent`. */
  #acked = 0;
  #sent = 0;
  #allowed = 0;
  #resendBelow = 0;
  #nowMs = 0;

  constructor({ servers, firstServer, sink }: ConnectionOptions) {
    this.#sink = sink;
    this.#link = new SessionLink({ servers, firstServer, lastZxid: this.#scanner.lastZxid }, this);
  }

  /** Resolves with the first session; a server is sought without end. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#opened = resolve;
      this.#link.connect();
    });
  }

  /** Takes up new work; the old one must be drained. Nothing is sent before it is allowed. */
  begin(ring: FrameRing, depth: number): void {
    if (depth > ring.slotCount) throw new RangeError(`a ring of ${ring.slotCount} cannot keep ${depth} outstanding`);
    this.#ring = ring;
    this.#depth = depth;
    this.#sentAtMs = new Float64Array(ring.slotCount);
  }

  /** Lets `count` more requests go, as soon as there is room. */
  allow(count: number): void {
    this.#allowed += count;
    this.#nowMs = performance.now();
    this.#send();
  }

  /** Takes back what was allowed and not yet sent. */
  stop(): void {
    this.#allowed = this.#sent;
  }

  /** Resolves when every allowed request is acknowledged. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained = resolve;
      this.#settleIfDrained();
    });
  }

  keepAlive(nowMs: number): void {
    this.#link.keepAlive(nowMs);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  onOpen(): void {
    this.#opened?.();
    this.#opened = undefined;
    this.#nowMs = performance.now();
    this.#send();
  }

  onLost(): void {
    this.#sink.onReconnect();
    this.#scanner.reset();
    this.#resendBelow = Math.max(this.#resendBelow, this.#sent);
    this.#sent = this.#acked;
  }

  onBytes(bytes: Buffer, size: number): void {
    this.#nowMs = performance.now();
    const ackedBefore = this.#acked;
    this.#scanner.scan(bytes, size, this);
    if (this.#acked === ackedBefore) return;
    this.#sink.onAcksArrived(this.#nowMs);
    this.#send();
    this.#settleIfDrained();
  }

  onReply(xid: number, err: number): void {
    if (xid < 0) return; // the answer to a ping
    if (xid !== this.#acked + 1) throw new Error(`the reply to xid ${xid} came where ${this.#acked + 1} was due`);
    const slot = this.#acked % (this.#ring?.slotCount ?? 1);
    this.#acked++;
    this.#sink.onAck(this.#nowMs - (this.#sentAtMs[slot] ?? 0), err);
  }

  #send(): void {
    const ring = this.#ring;
    const count = Math.min(this.#depth - (this.#sent - this.#acked), this.#allowed - this.#sent);
    if (ring === undefined || !this.#link.isOpen || count <= 0) return;
    const from = this.#sent % ring.slotCount;
    for (let i = 0, slot = from; i < count; i++, slot = slot + 1 === ring.slotCount ? 0 : slot + 1) {
      if (this.#sent >= this.#resendBelow) this.#sentAtMs[slot] = this.#nowMs;
      ring.setXid(slot, ++this.#sent); // the request's number and 1: xid 0 is the handshake's
    }
    const over = from + count - ring.slotCount;
    if (over <= 0) this.#link.write(ring.slice(from, from + count), undefined, this.#nowMs);
    else this.#link.write(ring.slice(from, ring.slotCount), ring.slice(0, over), this.#nowMs);
  }

  #settleIfDrained(): void {
    if (this.#acked !== this.#allowed) return;
    this.#drained?.();
    this.#drained = undefined;
  }
}
