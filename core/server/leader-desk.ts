/**
 * What only the leader's server does: decide requests one after another, give each its zxid, watch over the sessions
 * (PrepRequestProcessor, LeaderZooKeeperServer). Exists from the moment a replica leads actively until it stops to.
 */

import { type OutcomeCode, zkCodeOf } from '../errors.ts';
import { Fifo } from '../fifo.ts';
import { NO_SESSION, type PeerId, type SessionId } from '../ids.ts';
import { OpCode } from '../jute/op-code.ts';
import type { QuorumPacket } from '../jute/quorum.ts';
import { JuteError, JuteReader } from '../jute/reader.ts';
import {
  type LoggedTxn,
  type Txn,
  type TxnDigest,
  type TxnHeader,
  writeTxnBody,
  writeTxnDigest,
  writeTxnHeader,
} from '../jute/txn.ts';
import { JuteWriter } from '../jute/writer.ts';
import type { DataTree } from '../tree/data-tree.ts';
import { DIGEST_EVERY_MS, DigestForecast } from '../tree/digest-forecast.ts';
import type { Peer } from '../zab/peer.ts';
import { counterOf, type Epoch, epochOf, ZXID_ZERO, type Zxid } from '../zxid.ts';
import { type AuthPolicy, aclSchemesOf } from './access/auth-policy.ts';
import type { Connection } from './connections/connection.ts';
import type { Membership } from './membership/membership.ts';
import { sessionPlaced } from './sessions/session-place.ts';
import { SessionTracker } from './sessions/session-tracker.ts';
import type { Upstream, UpstreamRequest } from './upstream.ts';
import { OutstandingChanges } from './writes/outstanding-changes.ts';
import { prepare, prepareCloseSession } from './writes/prepare.ts';
import { prepareDeleteContainer } from './writes/prepare-znode.ts';
import { QuotaGuard } from './writes/quota-guard.ts';
import { Reaper } from './writes/reaper.ts';
import { RequestRefused } from './writes/refusal.ts';
import { readWriteRequest, type WriteRequest } from './writes/write-request.ts';
import type { WriteRules, WriteSettings } from './writes/write-rules.ts';

/** Where the answers go that are no txns: to this replica's own clients, or back over a link; or to the operator. */
export interface LeaderReplies {
  syncReleased(origin: PeerId): void;
  revalidated(origin: PeerId, session: SessionId, isValid: boolean): void;
  notice(text: string): void;
  /** A session was not heard of for longer than its timeout. */
  sessionExpired(session: SessionId): void;
}

export interface LeaderDeskOptions {
  readonly self: PeerId;
  readonly tickMs: number;
  readonly heartbeatIntervalMs: number;
  readonly nowMs: number;
  readonly wallMs: number;
  readonly settings: WriteSettings;
  readonly auth: AuthPolicy;
  readonly membership: Membership;
}

/** What operators may ask a leader. */
export type LeaderReport = Pick<LeaderDesk, 'waitingCount' | 'expiries'>;

/** An answer that waits until everything proposed before the question is committed. */
interface WaitingAnswer {
  readonly after: Zxid;
  readonly give: () => void;
}

export class LeaderDesk implements Upstream {
  readonly isReadOnly = false;
  readonly #self: PeerId;
  /** There is no other replica for a session to be at. */
  readonly #isAlone: boolean;
  readonly #epoch: Epoch;
  readonly #peer: Peer;
  readonly #tree: DataTree;
  readonly #replies: LeaderReplies;
  readonly #changes: OutstandingChanges;
  /** When the next txn is to carry the digest of the tree; infinite where digests are off. */
  #digestDueMs: number;
  readonly #tracker: SessionTracker;
  readonly #rules: WriteRules;
  readonly #reaper: Reaper;
  readonly #reader = new JuteReader();
  readonly #writer = new JuteWriter(4096);
  readonly #answers = new Fifo<WaitingAnswer>();
  /** Kept so that the leader need not decode what it has just encoded. */
  readonly #proposed = new Fifo<LoggedTxn>();
  #lastProposed = ZXID_ZERO;
  #nowMs: number;
  #wallMs: number;

  constructor(peer: Peer, tree: DataTree, replies: LeaderReplies, options: LeaderDeskOptions) {
    const { self, tickMs, heartbeatIntervalMs, nowMs, wallMs, settings, auth, membership } = options;
    this.#self = self;
    this.#isAlone = membership.isStandalone;
    this.#epoch = epochOf(peer.nextZxid);
    this.#peer = peer;
    this.#tree = tree;
    this.#replies = replies;
    this.#wallMs = wallMs;
    this.#changes = new OutstandingChanges(tree);
    this.#nowMs = nowMs;
    this.#digestDueMs = tree.hasDigest ? nowMs : Number.POSITIVE_INFINITY;
    this.#tracker = new SessionTracker({ tickMs, clockIntervalMs: heartbeatIntervalMs, nowMs });
    const { enforceQuota } = settings;
    const quotas = new QuotaGuard(tree, { enforceQuota, notice: (text) => replies.notice(text) });
    this.#rules = { settings, aclSchemes: aclSchemesOf(auth), quotas, membership };
    this.#reaper = new Reaper(tree, settings, nowMs);
    for (const [session, timeoutMs] of tree.sessions.entries()) this.#tracker.add(session, timeoutMs, null);
  }

  /** Answers that wait for what was proposed before them. */
  get waitingCount(): number {
    return this.#answers.size;
  }

  /** See SessionTracker.expiries. */
  expiries(): [expiresAtMs: number, sessions: SessionId[]][] {
    return this.#tracker.expiries();
  }

  submit(request: UpstreamRequest, decoded: WriteRequest): void {
    this.#onRequest(this.#self, request, decoded);
  }

  sync(): void {
    this.onSync(this.#self);
  }

  revalidate(session: SessionId, timeoutMs: number): void {
    this.onRevalidate(this.#self, session, timeoutMs);
  }

  touch(connections: readonly Connection[]): void {
    for (const { session, timeoutMs } of connections) this.#tracker.touch(session, timeoutMs);
  }

  /**
   * Answered behind what the session had under way: whatever its new connection sees of it from then on and did not ask
   * for comes from elsewhere. Where the session is now is a txn (session-place.ts), so that it outlives this leader.
   */
  onRevalidate(origin: PeerId, session: SessionId, timeoutMs: number): void {
    const attachment = this.#tracker.attach(session, timeoutMs, origin);
    if (attachment === 'moved' && !this.#isAlone) {
      const zxid = this.#begin();
      // The next leader will be asked.
      if (zxid === null) return;
      const { header, txn } = sessionPlaced(origin, session, timeoutMs);
      this.#propose({ ...header, zxid, time: this.#wallMs }, txn);
    }
    this.#answerInTurn(() => this.#replies.revalidated(origin, session, attachment !== 'gone'));
  }

  /** A sync is answered once everything that was outstanding at its arrival is committed. */
  onSync(origin: PeerId): void {
    this.#answerInTurn(() => this.#replies.syncReleased(origin));
  }

  onClock({ nowMs, wallMs }: { readonly nowMs: number; readonly wallMs: number }): void {
    this.#nowMs = nowMs;
    this.#wallMs = wallMs;
    this.#tracker.onClock(nowMs);
    this.#rules.quotas.onClock(nowMs);
  }

  /**
   * Expires sessions: each becomes a closeSession txn like that of a client, with cxid 0. Removes containers and TTL znodes
   * of no use, in nobody's name.
   */
  onTick(nowMs: number): void {
    for (const session of this.#tracker.advance(nowMs)) {
      const zxid = this.#begin();
      if (zxid === null) return;
      this.#replies.sessionExpired(session);
      const header = { clientId: session, cxid: 0, zxid, time: this.#wallMs, type: OpCode.closeSession };
      this.#propose(header, this.#closeSession(session));
    }
    for (const path of this.#reaper.onTick(nowMs, this.#wallMs)) this.#removeContainer(path);
  }

  /** What a learner's server says to that of its leader. */
  onPacket(from: PeerId, packet: QuorumPacket): void {
    switch (packet.type) {
      case 'request':
        if (packet.opCode === OpCode.sync) this.onSync(from);
        else this.onRequest(from, packet);
        return;
      case 'revalidate':
        return this.onRevalidate(from, packet.session, packet.timeoutMs);
      case 'ping':
        for (const { session, timeoutMs } of packet.sessions) this.#tracker.touch(session, timeoutMs);
        return;
      default:
        return;
    }
  }

  /** A learner's request. */
  onRequest(origin: PeerId, request: UpstreamRequest): void {
    this.#onRequest(origin, request, this.#decode(request));
  }

  /** The decoded form of a proposal that is being committed, if this desk made it. */
  takeProposed(zxid: Zxid): LoggedTxn | null {
    const proposed = this.#proposed.peek();
    if (proposed === undefined || proposed.header.zxid !== zxid) return null;
    this.#proposed.shift();
    return proposed;
  }

  /** The tree shows this txn now. */
  onApplied(header: TxnHeader): void {
    this.#changes.applied(header.zxid);
    if (header.type === OpCode.closeSession) this.#tracker.remove(header.clientId);
    const answers = this.#answers;
    for (let first = answers.peek(); first !== undefined && first.after <= header.zxid; first = answers.peek()) {
      answers.shift();
      first.give();
    }
  }

  #answerInTurn(give: () => void): void {
    if (this.#lastProposed <= this.#tree.lastProcessedZxid) give();
    else this.#answers.push({ after: this.#lastProposed, give });
  }

  // Each request takes a zxid, refused or not: a failed write has its place in the order like any other.
  #onRequest(origin: PeerId, request: UpstreamRequest, decoded: WriteRequest | null): void {
    const zxid = this.#begin();
    if (zxid === null) return;
    const txn = this.#decide(origin, request, decoded);
    const type = txn.type === OpCode.error ? OpCode.error : request.opCode;
    this.#propose({ clientId: request.session, cxid: request.cxid, zxid, time: this.#wallMs, type }, txn);
  }

  /** The zxid of the next proposal; null once the epoch that this desk speaks for is over, or has none left. */
  #begin(): Zxid | null {
    const zxid = this.#peer.nextZxid;
    if (epochOf(zxid) !== this.#epoch || counterOf(zxid) === 0) return null;
    this.#changes.begin(zxid);
    return zxid;
  }

  #propose(header: TxnHeader, txn: Txn): void {
    this.#writer.reset();
    writeTxnHeader(this.#writer, header);
    writeTxnBody(this.#writer, txn);
    const isDigestDue = this.#nowMs >= this.#digestDueMs && txn.type !== OpCode.error;
    const digest = isDigestDue ? this.#digestAfter({ header, txn }) : null;
    if (digest !== null) writeTxnDigest(this.#writer, digest);
    this.#proposed.push({ header, txn, digest });
    this.#lastProposed = header.zxid;
    this.#peer.step({ type: 'propose', zxid: header.zxid, entry: this.#writer.copy() });
  }

  #digestAfter(last: Omit<LoggedTxn, 'digest'>): TxnDigest {
    this.#digestDueMs = this.#nowMs + DIGEST_EVERY_MS;
    const forecast = new DigestForecast(this.#tree);
    for (const proposed of this.#proposed.items()) forecast.take(proposed);
    forecast.take(last);
    return forecast.value;
  }

  #decode({ body, opCode }: UpstreamRequest): WriteRequest | null {
    try {
      return readWriteRequest(this.#reader.reset(body), opCode);
    } catch (error) {
      if (error instanceof JuteError) return null;
      throw error;
    }
  }

  #decide(origin: PeerId, requester: UpstreamRequest, request: WriteRequest | null): Txn {
    if (request === null) return errorTxn('MARSHALLING_ERROR');
    const { session } = requester;
    if (request.type === OpCode.closeSession) return this.#closeSession(session);
    if (request.type === OpCode.createSession) this.#tracker.add(session, request.timeoutMs, origin);
    else {
      const check = this.#tracker.check(session, origin);
      if (check !== 'ok') return errorTxn(check === 'moved' ? 'SESSION_MOVED' : 'SESSION_EXPIRED');
    }
    try {
      return prepare(request, requester, this.#changes, this.#rules);
    } catch (reason) {
      if (!(reason instanceof RequestRefused)) throw reason;
      return { type: OpCode.error, error: reason.zkCode };
    }
  }

  #closeSession(session: SessionId): Txn {
    this.#tracker.markClosing(session);
    return prepareCloseSession(session, this.#changes);
  }

  #removeContainer(path: string): void {
    const zxid = this.#begin();
    const txn = zxid === null ? null : prepareDeleteContainer(path, this.#changes);
    if (zxid === null || txn === null) return;
    this.#propose({ clientId: NO_SESSION, cxid: 0, zxid, time: this.#wallMs, type: OpCode.deleteContainer }, txn);
  }
}

function errorTxn(code: OutcomeCode): Txn {
  return { type: OpCode.error, error: zkCodeOf(code) };
}
