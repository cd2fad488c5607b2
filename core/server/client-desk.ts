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
import type { AuthPolicy } from './access/auth-policy.ts';
import { Authentication } from './access/authentication.ts';
import { Admission } from './connections/admission.ts';
import { Answers } from './connections/answers.ts';
import { Connection, type ConnectionParts } from './connections/connection.ts';
import type { ServerLimits } from './connections/limits.ts';
import { decideHere, type PendingRequest, readPendingRequest, refuseHere } from './connections/pending-request.ts';
import { RequestThrottle } from './connections/request-throttle.ts';
import { ServerLoad } from './connections/server-load.ts';
import { isRead } from './reads/reads.ts';
import type { SessionPolicy } from './sessions/handshakes.ts';
import { ReadOnlyDesk } from './sessions/read-only-desk.ts';
import { type SessionConnections, SessionDesk } from './sessions/session-desk.ts';
import { SignsOfLife } from './sessions/signs-of-life.ts';
import type { ServerStatistics } from './statistics.ts';
import type { Upstream } from './upstream.ts';
import type { EagerAclCheck } from './writes/eager-acl-check.ts';
import { replyToWrite } from './writes/write-replies.ts';

export interface ClientPolicy extends SessionPolicy {
  readonly limits: ServerLimits;
  /** How long clients may wait here for a leader before they are turned away, milliseconds. */
  readonly electionHoldMs: number;
  /** Whether those who ask for no more may be served reads then. */
  mayServeReadOnly(): boolean;
  readonly auth: AuthPolicy;
  /** null: ACLs of writes are the leader's matter alone. */
  readonly eagerAcls: EagerAclCheck | null;
}

/** A connection that a client has just opened. */
export interface Arrival extends Omit<ConnectionParts, 'identities' | 'server' | 'load'> {
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
  readonly #policy: ClientPolicy;
  readonly #statistics: ServerStatistics;
  readonly #answers: Answers;
  readonly #load: ServerLoad;
  readonly #throttle: RequestThrottle;
  readonly #admission: Admission;
  /** Syncs under way, oldest first. */
  #syncs = new Fifo<WaitingSync>();
  readonly #signsOfLife = new SignsOfLife();
  #tree: DataTree;
  #upstream: Upstream | null = null;
  /** The epoch of the last leader. */
  #epoch: Epoch | null = null;
  /** Since when clients wait for a leader; null while there is one, and when they are not to wait any more. */
  #holdingSinceMs: number | null;

  constructor(tree: DataTree, policy: ClientPolicy, statistics: ServerStatistics) {
    this.#policy = policy;
    this.#tree = tree;
    this.#holdingSinceMs = statistics.nowMs;
    this.#statistics = statistics;
    this.#load = new ServerLoad(policy.limits);
    this.#throttle = new RequestThrottle(policy.limits, this.#load);
    this.#admission = new Admission(this.#load, policy.eagerAcls);
    this.#authentication = new Authentication(policy.auth, statistics);
    this.#answers = new Answers(tree, statistics, (connection) => this.close(connection));
    this.#sessions = new SessionDesk(tree, policy, this, statistics);
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  get outstandingCount(): number {
    return this.#load.requestCount;
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
    const load = this.#load;
    const connection = new Connection({ ...parts, address, identities: identities ?? [], server, load });
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
    const { electionHoldMs } = this.#policy;
    if (this.#holdingSinceMs !== null && nowMs - this.#holdingSinceMs > electionHoldMs) this.#giveUpHolding();
    this.#submitThrottled();
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
    this.#holdingSinceMs ??= this.#statistics.nowMs;
    this.#sessions.onLeaderLost();
  }

  /** There is a leader, and this replica is up to date with it. */
  onLeader(upstream: Upstream, epoch: Epoch): void {
    // Its clients look for a server that takes writes, and find one here.
    if (this.isReadOnly) this.closeAll();
    this.#upstream = upstream;
    this.#holdingSinceMs = null;
    this.#epoch = epoch;
    this.#syncs = new Fifo();
    this.#throttle.reset();
    this.#sessions.onLeader(upstream, epoch);
    for (const connection of this.#connections) {
      if (connection.phase === 'connecting') this.#sessions.decide(connection, upstream);
      // The same leader as before: what it was given over the old link, it may still be about to commit.
      else if (connection.pending.hasWriteUnderWay(epoch)) this.close(connection);
      else this.#resume(connection, upstream);
    }
  }

  /** False while the disk takes nothing more: writes are refused, reads go on. */
  setWritable(isWritable: boolean): void {
    this.#admission.isWritable = isWritable;
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

  // No leader came in time. Clients are turned away, so that they look for a server with a quorum; who asks for no more
  // than reads may be served without a leader, until there is one.
  #giveUpHolding(): void {
    this.#holdingSinceMs = null;
    this.#sessions.giveUpHolding();
    this.closeAll();
    if (!this.#policy.mayServeReadOnly()) return;
    const desk = new ReadOnlyDesk((session) => this.#sessions.onRevalidated(session, true));
    this.#upstream = desk;
    this.#sessions.onLeader(desk, null);
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
    this.#onSessionTxn(connection, header, result);
    this.#submitThrottled();
  }

  #onSessionTxn(connection: Connection, header: TxnHeader, result: TxnResult | null): void {
    if (result !== null) this.#onWritten(connection, header, result);
    // One that is still connecting learns by the leader's answer that its session is gone.
    if (header.type === OpCode.closeSession && connection.phase === 'established') this.close(connection);
  }

  onSynced(): void {
    const sync = this.#syncs.shift();
    if (sync === undefined) return;
    sync.request.isReleased = true;
    this.#drain(sync.connection);
    this.#submitThrottled();
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
    connection.fault = this.#admission.judge(request, connection, this.#upstream, this.#tree);
    if (connection.fault !== null) {
      this.#statistics.counts.largeRequestsRejected += 1;
      return this.close(connection);
    }
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
    // As ZooKeeper: reads are still served here, but nothing that reaches the leader is answered any more.
    if (connection.hasMoved && request.kind !== 'local') return this.close(connection);
    if (request.kind !== 'local' && !this.#throttle.admit(connection, request)) {
      this.#statistics.counts.requestsThrottled += 1;
      return;
    }
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

  /** What waited for its turn to go to the leader, as far as there is room now. */
  #submitThrottled(): void {
    const upstream = this.#upstream;
    if (upstream === null) return;
    for (let next = this.#throttle.next(); next !== undefined; next = this.#throttle.next()) {
      const { connection, request } = next;
      if (this.#throttle.isStale(request, this.#statistics.nowMs)) {
        this.#statistics.counts.requestsThrottledOut += 1;
        refuseHere(request, 'THROTTLED_OP');
        this.#drain(connection);
      } else {
        this.#throttle.begin(request);
        this.#submit(connection, request, upstream);
      }
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
