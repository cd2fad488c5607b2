/**
 * The path of a client's requests through its replica: who waits for what, and who is answered when
 * (NIOServerCnxn, CommitProcessor, FinalRequestProcessor).
 *
 * Replies leave in request order, so each connection has one queue: writes and syncs wait for the leader, and whatever
 * comes after them waits behind them. With nothing ahead of it a read is answered at once.
 *
 * Departure from ZooKeeper (core/SPEC.md): connections outlive a change of leader. While there is no leader, requests
 * wait. What the old leader had decided comes back with the new leader's history and is answered from there; what is
 * left in the queues once this replica is active in the new epoch is in nobody's history, so it is submitted anew.
 * A connection is hung up on where that cannot be told: its write may be under way at the leader that this replica finds
 * again, or its session has gone on elsewhere in the meantime.
 */

import { zkCodeOf } from '../errors.ts';
import { Fifo } from '../fifo.ts';
import { type SessionId, SessionMap } from '../ids.ts';
import { OpCode } from '../jute/op-code.ts';
import { JuteError, JuteReader } from '../jute/reader.ts';
import type { TxnHeader } from '../jute/txn.ts';
import type { DataTree, TxnResult } from '../tree/data-tree.ts';
import type { Epoch } from '../zxid.ts';
import { Answers } from './answers.ts';
import type { AuthPolicy } from './auth-policy.ts';
import { Authentication } from './authentication.ts';
import { Connection, type ConnectionParts } from './connection.ts';
import { Handshakes, type SessionPolicy } from './handshakes.ts';
import { decideHere, type PendingRequest, readPendingRequest, refuseHere } from './pending-request.ts';
import { isRead } from './reads.ts';
import { SignsOfLife } from './signs-of-life.ts';
import type { ServerStatistics } from './statistics.ts';
import type { Upstream } from './upstream.ts';
import { replyToWrite } from './write-replies.ts';

export interface ClientPolicy extends SessionPolicy {
  readonly auth: AuthPolicy;
}

/** A connection that a client has just opened. */
export interface Arrival extends Omit<ConnectionParts, 'identities' | 'server'> {
  /** Of the client, in DER and checked by the host; null: it has shown none. */
  readonly certificate: Uint8Array | null;
  readonly nowMs: number;
}

interface WaitingSync {
  readonly connection: Connection;
  readonly request: PendingRequest;
}

export class ClientDesk {
  readonly #reader = new JuteReader();
  readonly #bySession = new SessionMap<Connection>();
  readonly #connections = new Set<Connection>();
  readonly #handshakes: Handshakes;
  readonly #authentication: Authentication;
  readonly #statistics: ServerStatistics;
  readonly #answers: Answers;
  /** Syncs under way, oldest first. */
  #syncs = new Fifo<WaitingSync>();
  readonly #signsOfLife = new SignsOfLife();
  #tree: DataTree;
  #upstream: Upstream | null = null;
  /** The epoch of the last leader. */
  #epoch: Epoch | null = null;
  /** While there is no leader: whether clients may wait for one here. */
  #isHolding = true;
  #isWritable = true;

  constructor(tree: DataTree, policy: ClientPolicy, statistics: ServerStatistics) {
    this.#tree = tree;
    this.#statistics = statistics;
    this.#authentication = new Authentication(policy.auth, statistics);
    this.#answers = new Answers(tree, statistics, (connection) => this.close(connection));
    this.#handshakes = new Handshakes(policy);
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  get outstandingCount(): number {
    let count = 0;
    for (const { pending } of this.#connections) count += pending.size;
    return count;
  }

  get sessionCount(): number {
    return this.#bySession.size;
  }

  onConnect({ address, certificate, nowMs, ...parts }: Arrival): Connection {
    const identities = this.#authentication.begin(address, certificate);
    const server = this.#statistics;
    const connection = new Connection({ ...parts, address, identities: identities ?? [], server });
    this.#connections.add(connection);
    this.#handshakes.expect(connection, nowMs);
    if (identities === null) {
      connection.fault = 'its certificate names nobody';
      this.close(connection);
    }
    return connection;
  }

  /** Ends the connections that have not said anything in time, and passes on who was heard of. */
  onTick(nowMs: number): void {
    for (const connection of this.#handshakes.overdue(nowMs)) {
      this.#statistics.counts.sessionlessConnectionsExpired += 1;
      this.close(connection);
    }
    this.#touch();
  }

  /** A client inside the process: its connection being open is sign of life enough for its session. */
  keepAlive(connection: Connection): void {
    connection.isTrusted = true;
    this.#signsOfLife.keepAlive(connection);
  }

  onDisconnect(connection: Connection): void {
    if (connection.isOpen) this.#statistics.counts.connectionDrops += 1;
    this.#forget(connection);
    connection.phase = 'closed';
    connection.pending.clear();
  }

  /** One payload. `bytes` must not be written to afterwards: requests that wait keep a range of it. */
  onFrame(connection: Connection, bytes: Uint8Array, start: number, end: number): void {
    if (!connection.isOpen || connection.isDeaf) return;
    this.#statistics.onReceived(connection.statistics, end - start + 4);
    try {
      if (connection.phase === 'new') this.#onConnectRequest(connection, this.#reader.reset(bytes, start, end));
      else this.#onRequest(connection, bytes, start, end);
    } catch (error) {
      // An undecodable handshake or header: nothing after it on this connection can be trusted.
      if (!(error instanceof JuteError)) throw error;
      connection.fault = `a ${connection.phase === 'new' ? 'handshake' : 'request'} does not decode: ${error.message}`;
      this.close(connection);
    }
  }

  /** Whether `onContinue` has something to do. */
  get hasBackgroundWork(): boolean {
    return this.#upstream !== null && this.#answers.isCatchingUp;
  }

  /** A portion of what is too long for one turn. */
  onContinue(): void {
    if (this.hasBackgroundWork) this.#answers.advanceCatchUp();
  }

  /** There is no leader, or this replica is not up to date with it. */
  onLeaderLost(): void {
    this.#upstream = null;
    this.#isHolding = true;
  }

  /** There is a leader, and this replica is up to date with it. */
  onLeader(upstream: Upstream, epoch: Epoch): void {
    this.#upstream = upstream;
    this.#epoch = epoch;
    this.#syncs = new Fifo();
    for (const connection of this.#connections) {
      if (connection.phase === 'connecting') this.#decideSession(connection, upstream);
      // The same leader as before: what it was given over the old link, it may still be about to commit.
      else if (connection.pending.hasWriteUnderWay(epoch)) this.close(connection);
      else this.#resume(connection, upstream);
    }
  }

  /** No leader came in time. From now on clients are turned away, so that they look for a server with a quorum. */
  giveUpHolding(): void {
    this.#isHolding = false;
    this.closeAll();
  }

  /** False while the disk takes nothing more: writes are refused, reads go on. */
  setWritable(isWritable: boolean): void {
    this.#isWritable = isWritable;
  }

  /** The tree was replaced: what its watches and connections knew no longer holds, so the clients start over. */
  replaceTree(tree: DataTree): void {
    this.#tree = tree;
    this.#answers.replaceTree(tree);
    this.closeAll();
  }

  closeAll(): void {
    for (const connection of [...this.#connections]) this.close(connection);
  }

  close(connection: Connection): void {
    this.#forget(connection);
    connection.pending.clear();
    connection.finish();
  }

  /** Hands the sessions heard of since the last call to the leader. */
  #touch(): void {
    this.#signsOfLife.considerKeptAlive();
    if (this.#upstream === null) return;
    const heard = this.#signsOfLife.take();
    if (heard.length > 0) this.#upstream.touch(heard);
  }

  /**
   * A txn is about to be applied. What its client asked before it is answered now, from the tree as it is without it.
   * @returns whether somebody here waits for this txn: its result is worth keeping
   */
  makeWay(header: TxnHeader): boolean {
    const connection = this.#bySession.get(header.clientId);
    if (connection === undefined) return false;
    const write = connection.pending.firstWrite;
    if (write !== undefined && isAnswer(header, write)) {
      // The syncs before it reached the leader before it did: what they wait for is committed, though a SYNC may lag
      // behind a commit that covers both.
      this.#answers.finishCatchUp(connection);
      connection.pending.releaseSyncs();
      this.#answers.giveDue(connection);
      return true;
    }
    this.#considerMoved(connection, header);
    return false;
  }

  /** A txn was applied; watch events are out already, now come the replies. */
  onApplied(header: TxnHeader, result: TxnResult | null): void {
    const connection = this.#bySession.get(header.clientId);
    if (connection === undefined) return;
    if (header.type === OpCode.createSession) return this.#onSessionCreated(connection, header);
    if (result !== null) this.#onWritten(connection, header, result);
    // One that is still connecting learns by the leader's answer that its session is gone.
    if (header.type === OpCode.closeSession && connection.phase === 'established') this.close(connection);
  }

  onSynced(): void {
    const sync = this.#syncs.shift();
    if (sync === undefined) return;
    sync.request.isReleased = true;
    this.#drain(sync.connection);
  }

  onRevalidated(session: SessionId, isValid: boolean): void {
    const connection = this.#bySession.get(session);
    if (connection === undefined || connection.phase !== 'connecting') return;
    if (isValid) this.#establish(connection);
    else this.#refuseSession(connection);
  }

  // The session wrote something that was not asked for here. So its client has gone on at another server, and what is
  // left of this connection, or still on its way, must not be carried out after what it did there: the next leader does
  // not know who owns the session. What was asked for here before this connection is past (LeaderDesk.onRevalidate).
  #considerMoved(connection: Connection, { type }: TxnHeader): void {
    const isEffect = type !== OpCode.error && type !== OpCode.createSession && type !== OpCode.closeSession;
    if (isEffect && connection.phase === 'established') this.close(connection);
  }

  #onConnectRequest(connection: Connection, reader: JuteReader): void {
    this.#statistics.counts.connectionRequests += 1;
    if (this.#upstream === null && !this.#isHolding) return this.close(connection);
    const isAuthentic = this.#handshakes.begin(connection, reader);
    if (this.#upstream !== null && this.#isAhead(connection)) return this.close(connection);
    this.#replaceConnection(connection);
    if (!isAuthentic) return this.#refuseSession(connection);
    connection.phase = 'connecting';
    this.#bySession.set(connection.session, connection);
    if (this.#upstream !== null) this.#decideSession(connection, this.#upstream);
  }

  // Whoever claims a session takes it from the connection that held it, even before the password is looked at.
  #replaceConnection(connection: Connection): void {
    const previous = this.#bySession.get(connection.session);
    if (previous !== undefined && previous !== connection) this.close(previous);
  }

  // The client has seen a state that this replica has not reached. An answer of any kind would take it back in time, so
  // it is hung up on and tries another server.
  #isAhead(connection: Connection): boolean {
    return this.#handshakes.lastZxidSeenBy(connection) > this.#tree.lastProcessedZxid;
  }

  #decideSession(connection: Connection, upstream: Upstream): void {
    if (this.#isAhead(connection)) return this.close(connection);
    if (this.#handshakes.isNew(connection)) {
      const { session, timeoutMs } = connection;
      const body = this.#handshakes.createSessionBody(connection);
      const { createSession: opCode } = OpCode;
      upstream.submit({ session, cxid: 0, opCode, body, identities: [] }, { type: opCode, timeoutMs });
    } else {
      this.#statistics.counts.connectionRevalidations += 1;
      upstream.revalidate(connection.session, connection.timeoutMs);
    }
  }

  #onSessionCreated(connection: Connection, { cxid, zxid, type }: TxnHeader): void {
    if (connection.phase !== 'connecting') return;
    this.#statistics.onUpdated(connection.statistics, cxid, zxid, type, connection.statistics.lastHeardMs);
    this.#establish(connection);
  }

  #establish(connection: Connection): void {
    connection.phase = 'established';
    this.#handshakes.accept(connection);
    if (this.#upstream !== null) this.#resume(connection, this.#upstream);
  }

  /** Submits what queued up while there was no leader, or no session yet. A copy: a sync may be answered on the spot. */
  #resume(connection: Connection, upstream: Upstream): void {
    for (const request of connection.pending.toArray()) this.#submit(connection, request, upstream);
    this.#drain(connection);
  }

  #refuseSession(connection: Connection): void {
    this.#handshakes.refuse(connection);
    this.close(connection);
  }

  #onRequest(connection: Connection, bytes: Uint8Array, start: number, end: number): void {
    const reader = this.#reader.reset(bytes, start, end);
    const xid = reader.readInt();
    const opCode = reader.readInt();
    this.#signsOfLife.hear(connection);
    const { nowMs: receivedMs } = this.#statistics;
    const { identities } = connection;
    const verdict = this.#authentication.judge(connection, opCode, reader);
    if (verdict !== null) connection.isDeaf = verdict.fault !== null;
    else if (isRead(opCode) && this.#canAnswerNow(connection)) {
      return this.#answers.give(connection, xid, opCode, reader, receivedMs);
    }
    const request = readPendingRequest(reader, { xid, opCode, identities, receivedMs });
    if (verdict !== null) decideHere(request, verdict);
    if (request.kind === 'write' && !this.#isWritable) refuseHere(request, 'SYSTEM_ERROR');
    connection.pending.push(request);
    if (request.kind === 'local') this.#drain(connection);
    else if (this.#upstream !== null) this.#submit(connection, request, this.#upstream);
  }

  #canAnswerNow(connection: Connection): boolean {
    const isFirst = connection.pending.isEmpty && connection.catchUp === null;
    return isFirst && this.#upstream !== null && connection.phase === 'established';
  }

  #submit(connection: Connection, request: PendingRequest, upstream: Upstream): void {
    if (request.isReleased || connection.phase !== 'established') return;
    const { session } = connection;
    const { xid: cxid, opCode, identities, write } = request;
    if (write !== null) {
      const body = request.bytes.subarray(request.start, request.end);
      request.submittedIn = this.#epoch;
      upstream.submit({ session, cxid, opCode, body, identities }, write);
    } else if (request.kind === 'sync') {
      this.#syncs.push({ connection, request });
      upstream.sync(session, cxid);
    }
  }

  #onWritten(connection: Connection, header: TxnHeader, result: TxnResult): void {
    const request = connection.pending.shift();
    if (request === undefined) return;
    // The session lives on another server now: ZooKeeper tells nothing on the old connection and hangs up.
    if (result.error === zkCodeOf('SESSION_MOVED')) return this.close(connection);
    this.#statistics.onUpdated(connection.statistics, request.xid, header.zxid, request.opCode, request.receivedMs);
    replyToWrite(connection, { request, zxid: header.zxid, result, tree: this.#tree });
    if (request.opCode === OpCode.closeSession) this.close(connection);
    else this.#drain(connection);
  }

  #drain(connection: Connection): void {
    if (this.#upstream !== null) this.#answers.giveDue(connection);
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    this.#signsOfLife.forget(connection);
    this.#tree.watches.removeAll(connection);
    connection.catchUp = null;
    if (this.#bySession.get(connection.session) === connection) this.#bySession.delete(connection.session);
  }
}

/** Whether this txn is what became of the write: txns of a session come in the order of its requests. */
function isAnswer({ cxid, type }: TxnHeader, { xid, opCode, submittedIn }: PendingRequest): boolean {
  return xid === cxid && submittedIn !== null && (type === opCode || type === OpCode.error);
}
