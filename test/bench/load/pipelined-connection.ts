/**
 * One connection of the load generator: a session that keeps `depth` requests outstanding and finds its way back.
 *
 *     down --connect--> handshake --session--> open --close()--> closing --> closed
 *       ^----------------- lost, refused, next server ---------|
 *
 * Requests come from a FrameRing; all that one chunk of replies made room for leaves as one write. After a loss, what was
 * not acknowledged is sent again on the next server, and its latency still counts from the first attempt.
 */

import { connect, type Socket } from 'node:net';
import type { FrameRing } from './frame-ring.ts';
import {
  closeSessionFrame,
  connectFrame,
  newTicket,
  parseConnectReply,
  pingFrame,
  type SessionTicket,
  XID_OFFSET,
} from './frames.ts';
import { ReplyScanner, type ReplySink } from './reply-scanner.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

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

const SESSION_TIMEOUT_MS = 30_000;
const RETRY_DELAY_MS = 2;
const HANDSHAKE_TIMEOUT_MS = 1_000;
const CLOSE_TIMEOUT_MS = 2_000;
const CLOSE_XID = 0x7fffffff;
/** One for all sockets: libuv fills it and calls back before it turns to the next socket. */
const READ_BUFFER = Buffer.allocUnsafe(256 * 1024);

export class PipelinedConnection implements ReplySink {
  readonly #options: ConnectionOptions;
  readonly #scanner = new ReplyScanner();
  #state: 'down' | 'handshake' | 'open' | 'closing' | 'closed' = 'down';
  #socket: Socket | undefined;
  #serverIndex: number;
  #ticket: SessionTicket = newTicket();
  #handshake = Buffer.alloc(0);
  #timer: NodeJS.Timeout | undefined;
  #opened: (() => void) | undefined;
  #drained: (() => void) | undefined;

  #ring: FrameRing | undefined;
  #sentAtMs = new Float64Array(0);
  #depth = 0;
  /** Requests are numbered from 0 over the life of the connection: acknowledged below `acked`, sent below `sent`. */
  #acked = 0;
  #sent = 0;
  #end = 0;
  #resendBelow = 0;
  #nowMs = 0;
  #lastWriteMs = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#serverIndex = options.firstServer % options.servers.length;
  }

  /** Tries the servers in turn, without end, until one gives a session. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#opened = resolve;
      this.#connect();
    });
  }

  /** Sends `count` requests from `ring`, `depth` at a time; resolves when all are acknowledged, or after `stop`. */
  run(ring: FrameRing, depth: number, count: number): Promise<void> {
    if (depth > ring.slotCount) throw new RangeError(`a ring of ${ring.slotCount} cannot keep ${depth} outstanding`);
    this.#ring = ring;
    this.#depth = depth;
    this.#sentAtMs = new Float64Array(ring.slotCount);
    this.#end = this.#sent + count;
    return new Promise((resolve) => {
      this.#drained = resolve;
      this.#nowMs = performance.now();
      this.#send();
    });
  }

  /** Sends nothing more; `run` resolves once what is outstanding is acknowledged. */
  stop(): void {
    this.#end = this.#sent;
    this.#settleIfDrained();
  }

  keepAlive(nowMs: number): void {
    if (this.#state === 'open' && nowMs - this.#lastWriteMs > SESSION_TIMEOUT_MS / 3) this.#write(pingFrame(), nowMs);
  }

  /** Ends the session as well, so that its expiry does not disturb the next run. */
  close(): Promise<void> {
    const socket = this.#socket;
    const wasOpen = this.#state === 'open';
    this.#state = wasOpen ? 'closing' : 'closed';
    clearTimeout(this.#timer);
    if (socket === undefined || !wasOpen) {
      socket?.destroy();
      return Promise.resolve();
    }
    const frame = closeSessionFrame();
    frame.writeInt32BE(CLOSE_XID, XID_OFFSET);
    return new Promise((resolve) => {
      this.#timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS);
      socket.once('close', () => resolve());
      socket.write(frame);
    });
  }

  onReply(xid: number, err: number): void {
    if (xid < 0 || this.#state === 'closing') return;
    if (xid !== this.#acked + 1) throw new Error(`the reply to xid ${xid} came where ${this.#acked + 1} was due`);
    const slot = this.#acked % (this.#ring?.slotCount ?? 1);
    this.#acked++;
    this.#options.sink.onAck(this.#nowMs - (this.#sentAtMs[slot] ?? 0), err);
  }

  #connect(): void {
    const server = this.#options.servers[this.#serverIndex];
    if (server === undefined) throw new RangeError('no servers');
    this.#state = 'handshake';
    this.#handshake = Buffer.alloc(0);
    this.#scanner.reset();
    const socket = connect({
      host: server.host,
      port: server.port,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (size) => {
          if (socket === this.#socket) this.#onChunk(size);
          return true;
        },
      },
    });
    this.#socket = socket;
    this.#timer = setTimeout(() => socket.destroy(), HANDSHAKE_TIMEOUT_MS);
    socket.on('error', () => {}); // 'close' follows and decides
    socket.on('close', () => this.#onLost());
    socket.on('connect', () => socket.write(connectFrame(this.#ticket, SESSION_TIMEOUT_MS)));
  }

  #onLost(): void {
    clearTimeout(this.#timer);
    if (this.#state === 'closing' || this.#state === 'closed') {
      this.#state = 'closed';
      return;
    }
    if (this.#state === 'open') {
      this.#options.sink.onReconnect();
      this.#resendBelow = Math.max(this.#resendBelow, this.#sent);
      this.#sent = this.#acked;
    }
    this.#state = 'down';
    this.#serverIndex = (this.#serverIndex + 1) % this.#options.servers.length;
    this.#timer = setTimeout(() => this.#connect(), RETRY_DELAY_MS);
  }

  #onChunk(size: number): void {
    if (this.#state === 'handshake') {
      this.#onHandshakeChunk(READ_BUFFER.subarray(0, size));
      return;
    }
    this.#nowMs = performance.now();
    const ackedBefore = this.#acked;
    this.#scanner.scan(READ_BUFFER, size, this);
    if (this.#acked === ackedBefore) return;
    this.#options.sink.onAcksArrived(this.#nowMs);
    this.#send();
    this.#settleIfDrained();
  }

  #onHandshakeChunk(chunk: Buffer): void {
    this.#handshake = Buffer.concat([this.#handshake, chunk]);
    const reply = parseConnectReply(this.#handshake);
    if (reply === undefined) return;
    clearTimeout(this.#timer);
    if (reply.timeoutMs === 0) {
      this.#ticket = newTicket(); // expired meanwhile: the server closes, the next attempt asks for a new session
      return;
    }
    this.#ticket = { id: reply.id, password: reply.password, lastZxid: this.#scanner.lastZxid };
    this.#state = 'open';
    this.#opened?.();
    this.#opened = undefined;
    this.#nowMs = performance.now();
    this.#send();
  }

  #send(): void {
    const ring = this.#ring;
    const count = Math.min(this.#depth - (this.#sent - this.#acked), this.#end - this.#sent);
    if (ring === undefined || this.#state !== 'open' || count <= 0) return;
    const from = this.#sent % ring.slotCount;
    for (let i = 0, slot = from; i < count; i++, slot = slot + 1 === ring.slotCount ? 0 : slot + 1) {
      if (this.#sent >= this.#resendBelow) this.#sentAtMs[slot] = this.#nowMs;
      ring.setXid(slot, ++this.#sent); // the request's number and 1: a first xid of 0 would mean the handshake
    }
    const to = from + count;
    if (to <= ring.slotCount) {
      this.#write(ring.slice(from, to), this.#nowMs);
      return;
    }
    this.#socket?.cork();
    this.#write(ring.slice(from, ring.slotCount), this.#nowMs);
    this.#write(ring.slice(0, to - ring.slotCount), this.#nowMs);
    this.#socket?.uncork();
  }

  #write(bytes: Buffer, nowMs: number): void {
    this.#lastWriteMs = nowMs;
    this.#socket?.write(bytes);
  }

  #settleIfDrained(): void {
    if (this.#acked !== this.#end) return;
    this.#drained?.();
    this.#drained = undefined;
  }
}
