/**
 * The way to the ensemble of one connection of the load generator: a socket with a session on it, or the search for one.
 *
 *     down --connect--> handshake --session--> open --close()--> closing --> closed
 *       ^----------------- lost, refused, next server ---------|
 *
 * A session is taken along to the next server while it lives; what was not acknowledged is the owner's to send again.
 */

import { connect, type Socket } from 'node:net';
import {
  closeSessionFrame,
  connectFrame,
  newTicket,
  parseConnectReply,
  pingFrame,
  type SessionTicket,
  XID_OFFSET,
} from './frames.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The owner of a link. */
export interface LinkOwner {
  onOpen(): void;
  onLost(): void;
  /** The first `size` bytes of `bytes` came in; they are lent for the call. */
  onBytes(bytes: Buffer, size: number): void;
}

export interface LinkOptions {
  readonly servers: readonly Address[];
  /** Index of the server to try first; the others follow in order. */
  readonly firstServer: number;
  /** 8 bytes that the owner keeps at the last zxid it saw. */
  readonly lastZxid: Buffer;
}

const SESSION_TIMEOUT_MS = 30_000;
const RETRY_DELAY_MS = 2;
/** A server that accepts but cannot serve yet may keep silent; the next one may already serve. */
const HANDSHAKE_TIMEOUT_MS = 500;
const CLOSE_TIMEOUT_MS = 2_000;
const CLOSE_XID = 0x7fffffff;
/** One for all sockets: libuv fills it and calls back before it turns to the next socket. */
const READ_BUFFER = Buffer.allocUnsafe(256 * 1024);

export class SessionLink {
  readonly #options: LinkOptions;
  readonly #owner: LinkOwner;
  #state: 'down' | 'handshake' | 'open' | 'closing' | 'closed' = 'down';
  #socket: Socket | undefined;
  #serverIndex: number;
  #ticket: SessionTicket = newTicket();
  #handshake = Buffer.alloc(0);
  #timer: NodeJS.Timeout | undefined;
  #lastWriteMs = 0;

  constructor(options: LinkOptions, owner: LinkOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#serverIndex = options.firstServer % options.servers.length;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Tries the servers in turn, without end, until one gives a session. */
  connect(): void {
    const server = this.#options.servers[this.#serverIndex];
    if (server === undefined) throw new RangeError('no servers');
    this.#state = 'handshake';
    this.#handshake = Buffer.alloc(0);
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
    socket.on('close', () => this.#onClosed());
    socket.on('connect', () => socket.write(connectFrame(this.#ticket, SESSION_TIMEOUT_MS)));
  }

  /** Both pieces leave in one system call. */
  write(bytes: Buffer, more: Buffer | undefined, nowMs: number): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#lastWriteMs = nowMs;
    if (more === undefined) {
      socket.write(bytes);
      return;
    }
    socket.cork();
    socket.write(bytes);
    socket.write(more);
    socket.uncork();
  }

  keepAlive(nowMs: number): void {
    if (this.isOpen && nowMs - this.#lastWriteMs > SESSION_TIMEOUT_MS / 3) this.write(pingFrame(), undefined, nowMs);
  }

  /** Ends the session as well, so that its expiry does not disturb the next run. */
  close(): Promise<void> {
    const socket = this.#socket;
    const wasOpen = this.isOpen;
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

  #onClosed(): void {
    clearTimeout(this.#timer);
    if (this.#state === 'closing' || this.#state === 'closed') {
      this.#state = 'closed';
      return;
    }
    const wasOpen = this.isOpen;
    this.#state = 'down';
    this.#serverIndex = (this.#serverIndex + 1) % this.#options.servers.length;
    this.#timer = setTimeout(() => this.connect(), RETRY_DELAY_MS);
    if (wasOpen) this.#owner.onLost();
  }

  #onChunk(size: number): void {
    if (this.#state === 'handshake') this.#onHandshakeChunk(READ_BUFFER.subarray(0, size));
    else if (this.#state === 'open') this.#owner.onBytes(READ_BUFFER, size);
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
    this.#ticket = { id: reply.id, password: reply.password, lastZxid: this.#options.lastZxid };
    this.#state = 'open';
    this.#owner.onOpen();
  }
}
