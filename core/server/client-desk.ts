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
import type { SessionId } from '../ids.ts';
import { OpCode } from '../jute/op-code.ts';
import { JuteError, JuteReader } from '../jute/reader.ts';
import type { TxnHeader } from '../jute/txn.ts';
import type { DataTree, TxnResult } from '../tree/data-tree.ts';
import type { Epoch } from '../zxid.ts';
import { Answers } from './answers.ts';
import type { AuthPolicy } from './auth-policy.ts';
import { Authentication } from './authentication.ts';
import { Connection, type ConnectionParts } from './connection.ts';
import { type EagerAclCheck, NO_ZXID } from './eager-acl-check.ts';
import type { SessionPolicy } from './handshakes.ts';
import { decideHere, type PendingRequest, readPendingRequest, refuseHere } from './pending-request.ts';
import { ReadOnlyDesk, refuseReadOnly } from './read-only-desk.ts';
import { isRead } from './reads.ts';
import { type SessionConnections, SessionDesk } from './session-desk.ts';
import { SignsOfLife } from './signs-of-life.ts';
import type { ServerStatistics } from './statistics.ts';
import type { Upstream } from './upstream.ts';
import { replyToWrite } from './write-replies.ts';

export interface ClientPolicy extends SessionPolicy {
  readonly auth: AuthPolicy;
  /** null: ACLs of writes are the leader's matter alone. */
  readonly eagerAcls: EagerAclCheck | null;
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

export class ClientDesk implements SessionConnections {
  readonly #reader = new JuteReader();
  readonly #connections = new Set<Connection>();
  readonly #sessions: SessionDesk;
  readonly #authentication: Authentication;
  readonly #eagerAcls: EagerAclCheck | null;
  readonly #statistics: ServerStatistics;
  readonly #answers: Answers;
  /** Syncs under way, oldest first. */
  #syncs = new Fifo<WaitingSync>();
  readonly #signsOfLife = new SignsOfLife();
  #tree: DataTree;
  #upstream: Upstream | null = null;
  /** The epoch of the last leader. */
  #epoch: Epoch | null = null;
  #isWritable = true;

  constructor(tree: DataTree, policy: ClientPolicy, statistics: ServerStatistics) {
    this.#tree = tree;
    this.#statistics = statistics;
    this.#authentication = new Authentication(policy.auth, statistics);
    this.#eagerAcls = policy.eagerAcls;
    this.#answers = new Answers(tree, statistics, (connection) => this.close(connection));
    this.#sessions = new SessionDesk(tree, policy, this, statistics);
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  get outstandingCount(): number {
    let count = 0;
    for (const { pending } of this.#connections) count += pending.size;
    return count;
  }

  get isReadOnly(): boolean {
    return this.#upstream?.isReadOnly === true;
  }

  get sessionCount(): number {
    return this.#sessions.count;
  }

  onConnect({ address, certificate, nowMs, ...parts }: Arrival): Connection {
    const identities = this.#authentication.begin(address, certificate);
    const server = this.#statistics;
    const connection = new Connection({ ...parts, address, identities: identities ?? [], server });
    this.#connections.add(connection);
    this.#sessions.onConnect(connection, nowMs);
    if (identities === null) {
      connection.fault = 'its certificate names nobody';
      this.close(connection);
    }
    return connection;
  }

  /** Ends the connections that have not said anything in time, and passes on who was heard of. */
  onTick(nowMs: number): void {
    this.#sessions.onTick(nowMs);
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
      if (connection.phase === 'new')
        this.#sessions.onConnectRequest(connection, this.#reader.reset(bytes, start, end));
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
    // Who serves without a leader goes on until there is one.
    if (this.isReadOnly) return;
    this.#upstream = null;
    this.#sessions.onLeaderLost();
  }

  /** There is a leader, and this replica is up to date with it. */
  onLeader(upstream: Upstream, epoch: Epoch): void {
    // Its clients look for a server that takes writes, and find one here.
    if (this.isReadOnly) this.closeAll();
    this.#upstream = upstream;
    this.#epoch = epoch;
    this.#syncs = new Fifo();
    this.#sessions.onLeader(upstream);
    for (const connection of this.#connections) {
      if (connection.phase === 'connecting') this.#sessions.decide(connection, upstream);
      // The same leader as before: what it was given over the old link, it may still be about to commit.
      else if (connection.pending.hasWriteUnderWay(epoch)) this.close(connection);
      else this.#resume(connection, upstream);
    }
  }

  /** No leader came in time. From now on clients are turned away, so that they look for a server with a quorum. */
  giveUpHolding(): void {
    this.#sessions.giveUpHolding();
    this.closeAll();
  }

  /** Clients that ask for no more are served without a leader, reads only, until there is one. */
  beginReadOnly(): void {
    const desk = new ReadOnlyDesk((session) => this.#sessions.onRevalidated(session, true));
    this.#upstream = desk;
    this.#sessions.onLeader(desk);
  }

  /** False while the disk takes nothing more: writes are refused, reads go on. */
  setWritable(isWritable: boolean): void {
    this.#isWritable = isWritable;
  }

  /** The tree was replaced: what its watches and connections knew no longer holds, so the clients start over. */
  replaceTree(tree: DataTree): void {
    this.#tree = tree;
    this.#answers.replaceTree(tree);
    this.#sessions.replaceTree(tree);
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
    const connection = this.#sessions.connectionOf(header.clientId);
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
    this.#sessions.onForeignTxn(connection, header);
    return false;
  }

  /** A txn was applied; watch events are out already, now come the replies. */
  onApplied(header: TxnHeader, result: TxnResult | null): void {
    const connection = this.#sessions.connectionOf(header.clientId);
    if (connection === undefined) return;
    if (header.type === OpCode.createSession) return this.#sessions.onSessionCreated(connection, header);
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
    this.#sessions.onRevalidated(session, isValid);
  }

  /** It has its session now. */
  onEstablished(connection: Connection): void {
    if (this.#upstream !== null) this.#resume(connection, this.#upstream);
  }

  /** Submits what queued up while there was no leader, or no session yet. A copy: a sync may be answered on the spot. */
  #resume(connection: Connection, upstream: Upstream): void {
    for (const request of connection.pending.toArray()) this.#submit(connection, request, upstream);
    this.#drain(connection);
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
    if (this.isReadOnly) refuseReadOnly(request, connection);
    else if (request.kind === 'write' && !this.#isWritable) refuseHere(request, 'SYSTEM_ERROR');
    this.#screen(request);
    connection.pending.push(request);
    if (request.kind === 'local') this.#drain(connection);
    else if (this.#upstream !== null) this.#submit(connection, request, this.#upstream);
  }

  #screen(request: PendingRequest): void {
    const { write, identities } = request;
    if (this.#eagerAcls === null || this.#upstream === null || write === null) return;
    const refusal = this.#eagerAcls.refusalOf(write, identities, this.#tree);
    if (refusal !== null) refuseHere(request, refusal, NO_ZXID);
  }

  #canAnswerNow(connection: Connection): boolean {
    const isFirst = connection.pending.isEmpty && connection.catchUp === null;
    return isFirst && this.#upstream !== null && connection.phase === 'established';
  }

  #submit(connection: Connection, request: PendingRequest, upstream: Upstream): void {
    if (request.isReleased || connection.phase !== 'established') return;
    // As ZooKeeper: reads are still served here, but nothing that reaches the leader is answered any more.
    if (connection.hasMoved && request.kind !== 'local') return this.close(connection);
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
    this.#sessions.forget(connection);
  }
}

/** Whether this txn is what became of the write: txns of a session come in the order of its requests. */
function isAnswer({ cxid, type }: TxnHeader, { xid, opCode, submittedIn }: PendingRequest): boolean {
  return xid === cxid && submittedIn !== null && (type === opCode || type === OpCode.error);
}
