/**
 * How connections come to their sessions and lose them (ZooKeeperServer.processConnectRequest, zookeeper-facts 2.2, 2.7).
 *
 * In: handshakes, the leader's answers, the txns that begin, move and end sessions. Out: calls to the clients' desk, which
 * hangs up and goes on with requests. While there is no leader, handshakes wait, like requests.
 */

import { type PeerId, type SessionId, SessionMap } from '../../ids.ts';
import { OpCode } from '../../jute/op-code.ts';
import type { JuteReader } from '../../jute/reader.ts';
import type { TxnHeader } from '../../jute/txn.ts';
import type { DataTree } from '../../tree/data-tree.ts';
import type { Epoch } from '../../zxid.ts';
import type { Connection } from '../connections/connection.ts';
import { ConnectionThrottle } from '../connections/connection-throttle.ts';
import type { ServerStatistics } from '../statistics.ts';
import type { Upstream } from '../upstream.ts';
import { Handshakes, type SessionPolicy } from './handshakes.ts';
import { placeOfSession } from './session-place.ts';

/** For hosts that turn nobody away by chance. */
const NO_CHANCE = (): number => 1;

/** The clients' desk, as this one sees it. */
export interface SessionConnections {
  close(connection: Connection): void;
  /** It has its session: what it asked for meanwhile can go on. */
  onEstablished(connection: Connection): void;
}

export class SessionDesk {
  readonly #self: PeerId;
  readonly #connections: SessionConnections;
  readonly #statistics: ServerStatistics;
  readonly #handshakes: Handshakes;
  readonly #throttle: ConnectionThrottle;
  readonly #bySession = new SessionMap<Connection>();
  #tree: DataTree;
  #upstream: Upstream | null = null;
  /** Of the leader; null for what stands in for one. */
  #epoch: Epoch | null = null;
  /** While there is no leader: whether clients may wait for one here. */
  #isHolding = true;

  constructor(tree: DataTree, policy: SessionPolicy, connections: SessionConnections, statistics: ServerStatistics) {
    this.#self = policy.self;
    this.#tree = tree;
    this.#connections = connections;
    this.#statistics = statistics;
    this.#handshakes = new Handshakes(policy);
    this.#throttle = new ConnectionThrottle(policy.limits, policy.chance ?? NO_CHANCE);
  }

  get count(): number {
    return this.#bySession.size;
  }

  connectionOf(session: SessionId): Connection | undefined {
    return this.#bySession.get(session);
  }

  onConnect(connection: Connection, nowMs: number): void {
    this.#handshakes.expect(connection, nowMs);
  }

  /** Ends the connections that have not said anything in time. */
  onTick(nowMs: number): void {
    for (const connection of this.#handshakes.overdue(nowMs)) {
      this.#statistics.counts.sessionlessConnectionsExpired += 1;
      this.#connections.close(connection);
    }
  }

  onLeaderLost(): void {
    this.#upstream = null;
    this.#isHolding = true;
  }

  /** There is a leader, or what stands in for one. */
  onLeader(upstream: Upstream, epoch: Epoch | null): void {
    this.#upstream = upstream;
    this.#epoch = epoch;
  }

  /** From now on clients are turned away, so that they look for a server with a quorum. */
  giveUpHolding(): void {
    this.#isHolding = false;
  }

  replaceTree(tree: DataTree): void {
    this.#tree = tree;
  }

  get #isReadOnly(): boolean {
    return this.#upstream?.isReadOnly === true;
  }

  onConnectRequest(connection: Connection, reader: JuteReader): void {
    this.#statistics.counts.connectionRequests += 1;
    const isAdmitted = this.#throttle.admits(this.#statistics.nowMs);
    this.#statistics.connectionDropProbability = this.#throttle.dropProbability;
    if (!isAdmitted) {
      this.#statistics.counts.connectionsThrottled += 1;
      connection.fault = 'too many connections begin at the same time';
      return this.#connections.close(connection);
    }
    if (this.#upstream === null && !this.#isHolding) return this.#connections.close(connection);
    const isAuthentic = this.#handshakes.begin(connection, reader);
    if (this.#isReadOnly && connection.readOnly !== true) return this.#connections.close(connection);
    if (this.#upstream !== null && this.#isAhead(connection)) return this.#connections.close(connection);
    this.#replaceConnection(connection);
    if (!isAuthentic) return this.#refuse(connection);
    connection.phase = 'connecting';
    this.#bySession.set(connection.session, connection);
    if (this.#upstream !== null) this.decide(connection, this.#upstream);
  }

  /** Asks the leader about a connection that waits for its session: for the first time, or again after a change of leader. */
  decide(connection: Connection, upstream: Upstream): void {
    if (this.#isAhead(connection)) return this.#connections.close(connection);
    if (this.#handshakes.isNew(connection)) {
      // The same leader as before: asked over the old link, it may still be about to begin this session.
      if (!this.#handshakes.noteAsked(connection, this.#epoch)) return this.#connections.close(connection);
      const { session, timeoutMs } = connection;
      const body = this.#handshakes.createSessionBody(connection);
      const { createSession: opCode } = OpCode;
      upstream.submit({ session, cxid: 0, opCode, body, identities: [] }, { type: opCode, timeoutMs });
    } else {
      this.#statistics.counts.connectionRevalidations += 1;
      upstream.revalidate(connection.session, connection.timeoutMs);
    }
  }

  onRevalidated(session: SessionId, isValid: boolean): void {
    const connection = this.#bySession.get(session);
    if (connection === undefined || connection.phase !== 'connecting') return;
    if (isValid) this.#establish(connection);
    else this.#refuse(connection);
  }

  /**
   * A createSession txn was applied. Who began a session is told by it. Who attaches to one is told by the leader, behind
   * the txn that says where the session is: for a connection here that is news only if it is elsewhere.
   */
  onSessionCreated(connection: Connection, header: TxnHeader): void {
    const place = placeOfSession(header);
    if (place === null) return this.#onSessionBegun(connection, header);
    connection.hasMoved = place !== this.#self;
    if (connection.hasMoved && connection.pending.waitsForLeader) this.#connections.close(connection);
  }

  /**
   * The session wrote something that was not asked for here. So its client has gone on at another server, and what is left
   * of this connection, or still on its way, must not be carried out after what it did there. What was asked for here
   * before this connection is past (LeaderDesk.onRevalidate).
   */
  onForeignTxn(connection: Connection, { type }: TxnHeader): void {
    const isEffect = type !== OpCode.error && type !== OpCode.createSession && type !== OpCode.closeSession;
    if (isEffect && connection.phase === 'established') this.#connections.close(connection);
  }

  forget(connection: Connection): void {
    if (this.#bySession.get(connection.session) === connection) this.#bySession.delete(connection.session);
  }

  #onSessionBegun(connection: Connection, { cxid, zxid, type }: TxnHeader): void {
    if (connection.phase !== 'connecting' || !this.#handshakes.isNew(connection)) return;
    this.#statistics.onUpdated(connection.statistics, cxid, zxid, type, connection.statistics.lastHeardMs);
    this.#establish(connection);
  }

  // Whoever claims a session takes it from the connection that held it, even before the password is looked at.
  #replaceConnection(connection: Connection): void {
    const previous = this.#bySession.get(connection.session);
    if (previous !== undefined && previous !== connection) this.#connections.close(previous);
  }

  // The client has seen a state that this replica has not reached. An answer of any kind would take it back in time, so
  // it is hung up on and tries another server.
  #isAhead(connection: Connection): boolean {
    return this.#handshakes.lastZxidSeenBy(connection) > this.#tree.lastProcessedZxid;
  }

  #establish(connection: Connection): void {
    connection.phase = 'established';
    connection.isLocal = this.#isReadOnly && this.#handshakes.isNew(connection);
    this.#handshakes.accept(connection, this.#isReadOnly ? 'read-only' : 'read-write');
    this.#connections.onEstablished(connection);
  }

  #refuse(connection: Connection): void {
    this.#handshakes.refuse(connection);
    this.#connections.close(connection);
  }
}
