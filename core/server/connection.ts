/**
 * One client connection, whatever carries it: a TCP socket, a link of the message bus, a simulated network.
 *
 * The core writes framed bytes into `output`; the host sends them at the end of its turn and calls `reset` on it, or
 * takes the bytes. The core never asks when: replies leave only for what is committed already, so no effect on disk can
 * be overtaken by them.
 */

import { NO_SESSION, type SessionId } from '../ids.ts';
import { SpecialXid } from '../jute/op-code.ts';
import type { Identity } from '../jute/quorum.ts';
import { SYNC_CONNECTED, writeReplyHeader, writeWatchedEvent } from '../jute/request.ts';
import { JuteWriter } from '../jute/writer.ts';
import type { Watcher } from '../tree/watches.ts';
import type { Zxid } from '../zxid.ts';
import { RequestQueue } from './request-queue.ts';

/**
 *     new ──ConnectRequest──▶ connecting ──session decided──▶ established
 *      └──────────────┬────────────┴──────────────┬──────────────┘
 *                     ▼                           ▼
 *        finishing (output still leaves)  ──▶  closed
 */
export type ConnectionPhase = 'new' | 'connecting' | 'established' | 'finishing' | 'closed';

export class Connection implements Watcher {
  /** IPv4 or IPv6 address of the client, `127.0.0.1` for clients inside the process. */
  readonly address: string;
  readonly output = new JuteWriter(1024);
  readonly identities: Identity[];
  readonly pending = new RequestQueue();
  phase: ConnectionPhase = 'new';
  session: SessionId = NO_SESSION;
  timeoutMs = 0;
  /** Whether the handshake is to carry the readOnly byte; null for old clients. */
  readOnly: boolean | null = null;
  /** The session has been attached at another replica since. */
  hasMoved = false;
  /** Whether anything was heard since the session was last touched. */
  isHeard = false;
  /** What the client sent that made this end, for the log; null for an ordinary end. */
  fault: string | null = null;
  #isDirty = false;
  readonly #dirty: Connection[];

  /** @param dirty  collects the connections that have something for the host: bytes to send, or their own end */
  constructor(address: string, dirty: Connection[]) {
    this.address = address;
    this.identities = [{ scheme: 'ip', id: address }];
    this.#dirty = dirty;
  }

  /** Enough requests wait: the host stops reading from this connection until some are answered. */
  get isSaturated(): boolean {
    return this.pending.isFull;
  }

  get isOpen(): boolean {
    return this.phase !== 'closed' && this.phase !== 'finishing';
  }

  /** Opens a frame; whatever the caller writes to `output` before `endFrame` is its payload. */
  beginFrame(): number {
    this.markDirty();
    return this.output.reserve(4);
  }

  endFrame(start: number): void {
    this.output.patchInt(start, this.output.length - start - 4);
  }

  reply(xid: number, zxid: number, error: number): void {
    const start = this.beginFrame();
    writeReplyHeader(this.output, xid, zxid, error);
    this.endFrame(start);
  }

  onWatchedEvent(type: number, path: string, zxid: Zxid | -1): void {
    if (this.phase !== 'established') return;
    const start = this.beginFrame();
    writeReplyHeader(this.output, SpecialXid.watchEvent, zxid, 0);
    writeWatchedEvent(this.output, { type, state: SYNC_CONNECTED, path });
    this.endFrame(start);
  }

  /** Ends the connection once its output has left. */
  finish(): void {
    if (!this.isOpen) return;
    this.phase = 'finishing';
    this.markDirty();
  }

  markDirty(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    this.#dirty.push(this);
  }

  /** The host has taken notice of this connection's output and phase. */
  markClean(): void {
    this.#isDirty = false;
  }
}
