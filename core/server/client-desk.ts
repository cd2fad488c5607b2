/**
 * The path of a client's requests through its replica: who waits for what, and who is answered when
 * (NIOServerCnxn, CommitProcessor, FinalRequestProcessor).
 *
 * Replies leave in request order, so each connection has one queue: writes and syncs wait for the leader, and whatever
 * comes after them waits behind them. With nothing ahead of it a read is answered at once.
 *
 * Departure from ZooKeeper (core/SPEC.md): connections outlive a change of leader. While there is no leader, requests
 * wait. What the old leader had decided comes back with the new leader's history and is answered from there; what is
 * left in the queues once this replica is active again is in nobody's history, so it is submitted anew.
 */

import { zkCodeOf } from '../errors.ts';
import { type SessionId, SessionMap } from '../ids.ts';
import { OpCode } from '../jute/op-code.ts';
import { JuteError, JuteReader } from '../jute/reader.ts';
import type { TxnHeader } from '../jute/txn.ts';
import type { DataTree, TxnResult } from '../tree/data-tree.ts';
import type { Connection, PendingKind, PendingRequest } from './connection.ts';
import { Handshakes, type SessionPolicy } from './handshakes.ts';
import { answerRead, isRead } from './reads.ts';
import type { Upstream } from './upstream.ts';
import { replyToWrite } from './write-replies.ts';
import { readWriteRequest } from './write-request.ts';

const UNKNOWN_ZXID = -1;

interface WaitingSync {
  readonly connection: Connection;
  readonly request: PendingRequest;
}

export class ClientDesk {
  readonly #reader = new JuteReader();
  readonly #bodyReader = new JuteReader();
  readonly #bySession = new SessionMap<Connection>();
  readonly #connections = new Set<Connection>();
  readonly #handshakes: Handshakes;
  /** Syncs under way, oldest first. */
  #syncs: WaitingSync[] = [];
  #heard: Connection[] = [];
  #tree: DataTree;
  #upstream: Upstream | null = null;
  /** While there is no leader: whether clients may wait for one here. */
  #isHolding = true;
  #isWritable = true;

  constructor(tree: DataTree, policy: SessionPolicy) {
    this.#tree = tree;
    this.#handshakes = new Handshakes(policy);
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  get sessionCount(): number {
    return this.#bySession.size;
  }

  onConnect(connection: Connection): void {
    this.#connections.add(connection);
  }

  onDisconnect(connection: Connection): void {
    this.#forget(connection);
    connection.phase = 'closed';
    connection.pending.length = 0;
  }

  /** One payload. `bytes` must not be written to afterwards: requests that wait keep a range of it. */
  onFrame(connection: Connection, bytes: Uint8Array, start: number, end: number): void {
    if (!connection.isOpen) return;
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

  /** There is a leader, and this replica is up to date with it; or (null) there is none. */
  setUpstream(upstream: Upstream | null): void {
    this.#upstream = upstream;
    this.#isHolding = true;
    if (upstream === null) return;
    this.#syncs = [];
    for (const connection of this.#connections) {
      if (connection.phase === 'connecting') this.#decideSession(connection, upstream);
      this.#resume(connection, upstream);
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
    this.closeAll();
  }

  closeAll(): void {
    for (const connection of [...this.#connections]) this.close(connection);
  }

  close(connection: Connection): void {
    this.#forget(connection);
    connection.pending.length = 0;
    connection.finish();
  }

  /** Hands the sessions heard of since the last call to the leader. */
  touch(): void {
    if (this.#upstream === null || this.#heard.length === 0) return;
    const heard = this.#heard;
    this.#heard = [];
    for (const connection of heard) connection.isHeard = false;
    this.#upstream.touch(heard.filter((connection) => connection.phase === 'established'));
  }

  /** Whether somebody here waits for this txn: its result is worth keeping. */
  awaits(header: TxnHeader): boolean {
    const connection = this.#bySession.get(header.clientId);
    if (connection === undefined) return false;
    const [head] = connection.pending;
    return head !== undefined && head.kind === 'write' && head.xid === header.cxid;
  }

  /** A txn was applied; watch events are out already, now come the replies. */
  onApplied(header: TxnHeader, result: TxnResult | null): void {
    const connection = this.#bySession.get(header.clientId);
    if (connection === undefined) return;
    if (header.type === OpCode.createSession) return this.#onSessionCreated(connection);
    if (result !== null) this.#onWritten(connection, header, result);
    if (header.type === OpCode.closeSession) this.close(connection);
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

  #onConnectRequest(connection: Connection, reader: JuteReader): void {
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
      upstream.submit({
        session: connection.session,
        cxid: 0,
        opCode: OpCode.createSession,
        body: this.#handshakes.createSessionBody(connection),
        identities: [],
      });
    } else {
      upstream.revalidate(connection.session, connection.timeoutMs);
    }
  }

  #onSessionCreated(connection: Connection): void {
    if (connection.phase === 'connecting') this.#establish(connection);
  }

  #establish(connection: Connection): void {
    connection.phase = 'established';
    this.#handshakes.accept(connection);
    if (this.#upstream !== null) this.#resume(connection, this.#upstream);
  }

  /** Submits what queued up while there was no leader, or no session yet. A copy: a sync may be answered on the spot. */
  #resume(connection: Connection, upstream: Upstream): void {
    for (const request of [...connection.pending]) this.#submit(connection, request, upstream);
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
    if (!connection.isHeard) {
      connection.isHeard = true;
      this.#heard.push(connection);
    }
    if (isRead(opCode) && this.#canAnswerNow(connection)) return this.#answer(connection, xid, opCode, reader);
    const error = this.#refusalOf(opCode, reader);
    const kind = error === 0 ? kindOf(opCode) : 'local';
    const request: PendingRequest = { kind, xid, opCode, bytes, start: start + 8, end, error, isReleased: false };
    connection.pending.push(request);
    if (kind === 'local') this.#drain(connection);
    else if (this.#upstream !== null && connection.phase === 'established') {
      this.#submit(connection, request, this.#upstream);
    }
  }

  #canAnswerNow(connection: Connection): boolean {
    return connection.pending.length === 0 && this.#upstream !== null && connection.phase === 'established';
  }

  /** Some requests never travel: they are refused here, in their turn. @returns the error code, or 0 */
  #refusalOf(opCode: number, body: JuteReader): number {
    if (kindOf(opCode) === 'local') return 0;
    if (!this.#isWritable && kindOf(opCode) === 'write') return zkCodeOf('SYSTEM_ERROR');
    try {
      if (opCode === OpCode.sync) body.readString();
      else readWriteRequest(body, opCode);
      return 0;
    } catch (error) {
      if (error instanceof JuteError) return zkCodeOf('MARSHALLING_ERROR');
      throw error;
    }
  }

  #submit(connection: Connection, request: PendingRequest, upstream: Upstream): void {
    if (request.kind === 'local' || request.isReleased || connection.phase !== 'established') return;
    const { session, identities } = connection;
    if (request.kind === 'sync') {
      this.#syncs.push({ connection, request });
      upstream.sync(session, request.xid);
      return;
    }
    const body = request.bytes.subarray(request.start, request.end);
    upstream.submit({ session, cxid: request.xid, opCode: request.opCode, body, identities });
  }

  #onWritten(connection: Connection, header: TxnHeader, result: TxnResult): void {
    const request = connection.pending.shift();
    if (request === undefined) return;
    // The session lives on another server now: ZooKeeper tells nothing on the old connection and hangs up.
    if (result.error === zkCodeOf('SESSION_MOVED')) return this.close(connection);
    replyToWrite(connection, request.xid, request.opCode, header.zxid, result);
    this.#drain(connection);
  }

  /** Answers whatever stands at the head of the queue and waits for nothing more. */
  #drain(connection: Connection): void {
    let answered = 0;
    const { pending } = connection;
    while (connection.phase === 'established' && this.#upstream !== null) {
      const request = pending[answered];
      if (request === undefined || !isDue(request)) break;
      answered++;
      if (request.error !== 0) connection.reply(request.xid, this.#tree.lastProcessedZxid, request.error);
      else if (request.kind === 'sync') this.#answerSync(connection, request);
      else this.#answer(connection, request.xid, request.opCode, bodyOf(this.#bodyReader, request));
    }
    if (answered > 0) pending.splice(0, answered);
  }

  #answerSync(connection: Connection, request: PendingRequest): void {
    const path = bodyOf(this.#bodyReader, request).readString();
    const start = connection.beginFrame();
    connection.output.writeInt(request.xid);
    connection.output.writeLong(this.#tree.lastProcessedZxid);
    connection.output.writeInt(0);
    connection.output.writeString(path);
    connection.endFrame(start);
  }

  #answer(connection: Connection, xid: number, opCode: number, body: JuteReader): void {
    if (opCode === OpCode.auth) return this.#refuseAuth(connection, xid);
    if (!isRead(opCode)) {
      // ZooKeeper's answer to an op that it does not know, zxid -1 included.
      connection.reply(xid, UNKNOWN_ZXID, zkCodeOf('UNIMPLEMENTED'));
      connection.fault = `operation ${opCode} is not known`;
      return this.close(connection);
    }
    const before = connection.output.length;
    try {
      answerRead(this.#tree, connection, xid, opCode, body);
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      connection.output.length = before;
      connection.reply(xid, this.#tree.lastProcessedZxid, zkCodeOf('MARSHALLING_ERROR'));
    }
  }

  // Only schemes that need no secret are built in so far; their identities are granted at connect.
  #refuseAuth(connection: Connection, xid: number): void {
    connection.reply(xid, 0, zkCodeOf('AUTH_FAILED'));
    this.close(connection);
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    this.#tree.watches.remove(connection);
    if (this.#bySession.get(connection.session) === connection) this.#bySession.delete(connection.session);
  }
}

function kindOf(opCode: number): PendingKind {
  switch (opCode) {
    case OpCode.create:
    case OpCode.create2:
    case OpCode.delete:
    case OpCode.setData:
    case OpCode.multi:
    case OpCode.closeSession:
      return 'write';
    case OpCode.sync:
      return 'sync';
    default:
      return 'local';
  }
}

function isDue(request: PendingRequest): boolean {
  return request.kind === 'local' || request.isReleased;
}

function bodyOf(reader: JuteReader, request: PendingRequest): JuteReader {
  return reader.reset(request.bytes, request.start, request.end);
}
