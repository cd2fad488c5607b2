/**
 * The first exchange on a connection: ConnectRequest in, ConnectResponse out (ZooKeeperServer.processConnectRequest,
 * zookeeper-facts 2.2). Decides what can be decided without asking the leader, and writes the answers.
 */

import { Fifo } from '../../fifo.ts';
import { isNoSession, type PeerId } from '../../ids.ts';
import {
  type ConnectRequest,
  type ConnectResponse,
  readConnectRequest,
  refusal,
  writeConnectResponse,
} from '../../jute/connect.ts';
import type { JuteReader } from '../../jute/reader.ts';
import { JuteWriter } from '../../jute/writer.ts';
import type { Epoch } from '../../zxid.ts';
import type { Connection } from '../connections/connection.ts';
import type { ServerLimits } from '../connections/limits.ts';
import type { SessionIdSource } from './session-ids.ts';
import { isSessionPassword, type SessionPasswords } from './session-password.ts';

/** A connection that says nothing for so long after it was opened is ended (zookeeper.nio.sessionlessCnxnTimeout). */
const GREETING_WITHIN_MS = 10_000;

/** What this server grants to sessions. */
export interface SessionPolicy {
  readonly self: PeerId;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  readonly ids: SessionIdSource;
  readonly sessionPasswords: SessionPasswords;
  readonly limits: ServerLimits;
  /** Draws from [0, 1). */
  readonly chance?: () => number;
}

interface Claim {
  readonly isNew: boolean;
  readonly lastZxidSeen: number;
  /** The epoch whose leader was asked last to begin this session. */
  askedIn: Epoch | null;
}

export class Handshakes {
  readonly #policy: SessionPolicy;
  readonly #claims = new WeakMap<Connection, Claim>();
  /** Connections in the order in which they were opened; most have said something long since. */
  readonly #opened = new Fifo<{ readonly connection: Connection; readonly deadlineMs: number }>();
  readonly #writer = new JuteWriter(16);

  constructor(policy: SessionPolicy) {
    this.#policy = policy;
  }

  expect(connection: Connection, nowMs: number): void {
    this.#opened.push({ connection, deadlineMs: nowMs + GREETING_WITHIN_MS });
  }

  /** The connections whose time to say something is over. Each is named once. */
  overdue(nowMs: number): Connection[] {
    const late: Connection[] = [];
    for (let oldest = this.#opened.peek(); oldest !== undefined; oldest = this.#opened.peek()) {
      if (oldest.deadlineMs > nowMs) break;
      this.#opened.shift();
      if (oldest.connection.phase === 'new') late.push(oldest.connection);
    }
    return late;
  }

  /**
   * Reads the request and fills in the connection's session and timeout.
   * @returns false when it claims a session with a wrong password
   * @throws JuteError when the request does not decode
   */
  begin(connection: Connection, reader: JuteReader): boolean {
    const request = readConnectRequest(reader);
    connection.readOnly = request.readOnly;
    connection.timeoutMs = this.#negotiate(request);
    const isNew = isNoSession(request.sessionId);
    connection.session = isNew ? this.#policy.ids.next() : request.sessionId;
    this.#claims.set(connection, { isNew, lastZxidSeen: request.lastZxidSeen, askedIn: null });
    return isNew || isSessionPassword(this.#policy.sessionPasswords, request.sessionId, request.password);
  }

  isNew(connection: Connection): boolean {
    return this.#claims.get(connection)?.isNew ?? false;
  }

  lastZxidSeenBy(connection: Connection): number {
    return this.#claims.get(connection)?.lastZxidSeen ?? 0;
  }

  /** The leader of this epoch is about to be asked to begin the session. @returns false if it was asked already */
  noteAsked(connection: Connection, epoch: Epoch | null): boolean {
    const claim = this.#claims.get(connection);
    if (claim === undefined || (epoch !== null && claim.askedIn === epoch)) return false;
    claim.askedIn = epoch;
    return true;
  }

  createSessionBody(connection: Connection): Uint8Array {
    this.#writer.reset().writeInt(connection.timeoutMs);
    return this.#writer.copy();
  }

  accept(connection: Connection, server: 'read-write' | 'read-only'): void {
    this.#claims.delete(connection);
    respond(connection, {
      protocolVersion: 0,
      timeoutMs: connection.timeoutMs,
      sessionId: connection.session,
      password: this.#policy.sessionPasswords.given(connection.session),
      readOnly: connection.readOnly === null ? null : server === 'read-only',
    });
  }

  refuse(connection: Connection): void {
    respond(connection, refusal(connection.readOnly));
  }

  #negotiate({ timeoutMs }: ConnectRequest): number {
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.#policy;
    return Math.min(Math.max(timeoutMs, minSessionTimeoutMs), maxSessionTimeoutMs);
  }
}

function respond(connection: Connection, response: ConnectResponse): void {
  const start = connection.beginFrame();
  writeConnectResponse(connection.output, response);
  connection.endFrame(start);
}
