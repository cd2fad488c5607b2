/**
 * One client connection, whatever carries it: a TCP socket, a link of the message bus, a simulated network.
 *
 * The core writes framed bytes into `output`; the host sends them at the end of its turn and calls `reset` on it, or
 * takes the bytes. The core never asks when: replies leave only for what is committed already, so no effect on disk can
 * be overtaken by them.
 */

import { NO_SESSION, type SessionId } from '../../ids.ts';
import { type Acl, Permission } from '../../jute/acl.ts';
import type { Identity } from '../../jute/quorum.ts';
import { writeReplyHeader } from '../../jute/request.ts';
import { CATCH_UP_ZXID, writeEvent } from '../../jute/watch.ts';
import { JuteWriter } from '../../jute/writer.ts';
import type { TriggeredEvent, Watcher } from '../../tree/triggered-event.ts';
import { isAllowed } from '../access/authorize.ts';
import type { ServerStatistics } from '../statistics.ts';
import { ConnectionStatistics } from './connection-statistics.ts';
import { RequestQueue } from './request-queue.ts';
import type { ServerLoad } from './server-load.ts';

/**
 *     new ──ConnectRequest──▶ connecting ──session decided──▶ established
 *      └──────────────┬────────────┴──────────────┬──────────────┘
 *                     ▼                           ▼
 *        finishing (output still leaves)  ──▶  closed
 */
export type ConnectionPhase = 'new' | 'connecting' | 'established' | 'finishing' | 'closed';

/** An answer that is given in portions. `advance` gives one, and says whether it was the last. */
export interface CatchUp {
  advance(): boolean;
}

export interface ConnectionParts {
  readonly address: string;
  /** Those that it begins with. */
  readonly identities: readonly Identity[];
  /** Collects the connections that have something for the host: bytes to send, or their own end. */
  readonly dirty: Connection[];
  readonly server: ServerStatistics;
  readonly load: ServerLoad;
  /** Milliseconds since 1970. */
  readonly wallMs: number;
}

export class Connection implements Watcher {
  /** IPv4 or IPv6 address of the client, `127.0.0.1` for clients inside the process. */
  readonly address: string;
  readonly output = new JuteWriter(1024);
  /** What it has proved to be; replaced whole, never changed, because requests hold on to what they came with. */
  identities: readonly Identity[];
  readonly pending: RequestQueue;
  readonly statistics: ConnectionStatistics;
  phase: ConnectionPhase = 'new';
  session: SessionId = NO_SESSION;
  timeoutMs = 0;
  /** Whether the handshake is to carry the readOnly byte; null for old clients. */
  readOnly: boolean | null = null;
  /** The session is known to this replica alone, and ends with this connection. */
  isLocal = false;
  /** The session has been attached at another replica since. */
  hasMoved = false;
  /** Whether anything was heard since the session was last touched. */
  isHeard = false;
  /** Everything is open to it: the server does not ask ACLs. */
  skipsAcl = false;
  /** A client inside the process, which need not prove anything before it may ask. */
  isTrusted = false;
  /** Its end is decided, and waits for answers that stand before it: nothing more is taken from it. */
  isDeaf = false;
  /** A setWatches under way: whatever was asked after it waits. */
  catchUp: CatchUp | null = null;
  /** What the client sent that made this end, for the log; null for an ordinary end. */
  fault: string | null = null;
  #isDirty = false;
  readonly #dirty: Connection[];
  readonly #server: ServerStatistics;

  constructor({ address, identities, dirty, server, load, wallMs }: ConnectionParts) {
    this.address = address;
    this.#server = server;
    this.statistics = new ConnectionStatistics(wallMs, server.nowMs);
    this.identities = identities;
    this.pending = new RequestQueue(load);
    this.#dirty = dirty;
  }

  /** Enough is under way: the host stops reading from this connection until some of it is answered. */
  get isSaturated(): boolean {
    return this.pending.isFull || this.catchUp !== null;
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
    const bytes = this.output.length - start - 4;
    this.output.patchInt(start, bytes);
    this.#server.onSent(this.statistics, bytes);
  }

  reply(xid: number, zxid: number, error: number): void {
    const start = this.beginFrame();
    writeReplyHeader(this.output, xid, zxid, error);
    this.endFrame(start);
  }

  /** Whether what the client has proved to be is enough under `acl`. @param permission  bits of `Permission`, any of them */
  isAllowed(acl: readonly Acl[], permission: number): boolean {
    return this.skipsAcl || isAllowed(acl, permission, this.identities);
  }

  /** Not told to who may not read the znode; its one-shot watch is used up all the same. */
  onWatchedEvent(event: TriggeredEvent): void {
    if (this.phase !== 'established' || !this.isAllowed(event.acl, Permission.read)) return;
    const start = this.beginFrame();
    this.output.writeBytes(event.payload);
    this.endFrame(start);
  }

  /** An event that came to pass while this client was away (setWatches). No ACL is asked. */
  tellMissed(type: number, path: string): void {
    const start = this.beginFrame();
    writeEvent(this.output, { type, path, zxid: CATCH_UP_ZXID });
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
